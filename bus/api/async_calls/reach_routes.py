"""What can be asked for: reach routes."""

# Written from the table of routes by `make client`, not by hand.
from bus.api.asking import Async
from bus.api.exchange import Call, segment
from bus.api.models.reach_routes import EventReach, OrderReach


class ReachRoutesCalls(Async):
    """What can be asked for: reach routes."""

    async def get_event_reach(self, event: str) -> EventReach:
        """How far an event came, and who did not get it, and why.

        GET `/v1/events/{event}/reach`
        with a key of scope `deliveries:read`
        """
        return await self._ask(
            Call[EventReach]("GET", f"/v1/events/{segment(event)}/reach")
        )

    async def get_order_reach(self, order: str) -> OrderReach:
        """How far the events of an order came, and what keeps the rest.

        GET `/v1/orders/{order}/reach`
        with a key of scope `deliveries:read`
        """
        return await self._ask(
            Call[OrderReach]("GET", f"/v1/orders/{segment(order)}/reach")
        )
