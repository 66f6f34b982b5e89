"""What can be asked for: spans."""

# Written from the table of routes by `make client`, not by hand.
from bus.api.asking import Async, fresh_key
from bus.api.exchange import Call, segment
from bus.api.models.spans import SpanSelection, SpanWork


class SpansCalls(Async):
    """What can be asked for: spans."""

    async def replay_span(
        self,
        subscription: str,
        body: SpanSelection,
        *,
        dry_run: bool | None = None,
        idempotency_key: str | None = None,
    ) -> SpanWork:
        """Deliver past events once more, to this subscription alone.

        POST `/v1/subscriptions/{subscription}/replay`
        with a key of scope `deliveries:replay`
        """
        return await self._ask(
            Call[SpanWork](
                "POST",
                f"/v1/subscriptions/{segment(subscription)}/replay",
                query={"dry_run": dry_run},
                body=body,
                key=fresh_key(idempotency_key),
            )
        )
