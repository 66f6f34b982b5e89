"""What can be asked for: health."""

# Written from the table of routes by `make client`, not by hand.
from bus.api.asking import Async
from bus.api.exchange import Call, segment
from bus.api.models.health import HealthShown


class HealthCalls(Async):
    """What can be asked for: health."""

    async def get_subscription_health(self, subscription: str) -> HealthShown:
        """How deliveries to its endpoint fare.

        GET `/v1/subscriptions/{subscription}/health`
        with a key of scope `subscriptions:read`
        """
        return await self._ask(
            Call[HealthShown](
                "GET", f"/v1/subscriptions/{segment(subscription)}/health"
            )
        )
