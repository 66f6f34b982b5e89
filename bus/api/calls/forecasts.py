"""What can be asked for: forecasts."""

# Written from the table of routes by `make client`, not by hand.
from bus.api.asking import Sync
from bus.api.exchange import Call
from bus.api.models.forecasts import ForecastRows


class ForecastsCalls(Sync):
    """What can be asked for: forecasts."""

    def list_forecasts(self, *, subscription: str | None = None) -> ForecastRows:
        """When what waits will be caught up with.

        GET `/v1/forecasts`
        with a key of scope `subscriptions:read`
        """
        return self._ask(
            Call[ForecastRows](
                "GET", "/v1/forecasts", query={"subscription": subscription}
            )
        )
