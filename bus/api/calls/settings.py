"""What can be asked for: settings."""

# Written from the table of routes by `make client`, not by hand.
from bus.api.asking import Sync
from bus.api.exchange import Call
from bus.api.models.settings import SettingsShown


class SettingsCalls(Sync):
    """What can be asked for: settings."""

    def get_settings(self) -> SettingsShown:
        """The settings of the gateway that answers, and where each comes from.

        GET `/v1/settings`
        with a key of scope `settings:read`
        """
        return self._ask(Call[SettingsShown]("GET", "/v1/settings"))
