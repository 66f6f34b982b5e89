"""What can be asked for: events."""

# Written from the table of routes by `make client`, not by hand.
from bus.api.asking import Async, fresh_key
from bus.api.exchange import Call
from bus.api.models.events import EventResults, Publication


class EventsCalls(Async):
    """What can be asked for: events."""

    async def publish_events(
        self, body: Publication, *, idempotency_key: str | None = None
    ) -> EventResults:
        """Publish one event, or up to 500.

        POST `/v1/events`
        with a key of scope `events:publish`
        """
        return await self._ask(
            Call[EventResults](
                "POST", "/v1/events", body=body, key=fresh_key(idempotency_key)
            )
        )
