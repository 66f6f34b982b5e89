"""What can be asked for: settings."""

# Written from the table of routes by `make client`, not by hand.
from bus.api.asking import Async
from bus.api.exchange import Call
from bus.api.models.settings import SettingsShown


class SettingsCalls(Async):
    """What can be asked for: settings."""

    async def get_settings(self) -> SettingsShown:
        """The settings of the gateway that answers, and where each comes from.

        GET `/v1/settings`
        with a key of scope `settings:read`
        """
        return await self._ask(Call[SettingsShown]("GET", "/v1/settings"))
