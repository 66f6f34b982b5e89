"""What can be asked for: timelines."""

# Written from the table of routes by `make client`, not by hand.
from bus.api.asking import Async
from bus.api.exchange import Call, segment
from bus.api.models.timelines import Timelines


class TimelinesCalls(Async):
    """What can be asked for: timelines."""

    async def get_event_timeline(
        self, event: str, *, since: str | None = None
    ) -> Timelines:
        """What befell an event: attempts, hops, outcome.

        GET `/v1/events/{event}/timeline`
        with a key of scope `deliveries:read`
        """
        return await self._ask(
            Call[Timelines](
                "GET", f"/v1/events/{segment(event)}/timeline", query={"since": since}
            )
        )

    async def get_order_timeline(
        self, order: str, *, since: str | None = None
    ) -> Timelines:
        """What befell all events of an order.

        GET `/v1/orders/{order}/timeline`
        with a key of scope `deliveries:read`
        """
        return await self._ask(
            Call[Timelines](
                "GET", f"/v1/orders/{segment(order)}/timeline", query={"since": since}
            )
        )
