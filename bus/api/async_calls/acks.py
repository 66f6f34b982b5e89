"""What can be asked for: acks."""

# Written from the table of routes by `make client`, not by hand.
from bus.api.asking import Async, fresh_key
from bus.api.exchange import Call, segment
from bus.api.models.acks import Acked, Acks


class AcksCalls(Async):
    """What can be asked for: acks."""

    async def add_acks(
        self, subscription: str, body: Acks, *, idempotency_key: str | None = None
    ) -> Acked:
        """Say that events were processed: they are not sent again.

        POST `/v1/subscriptions/{subscription}/acks`
        with a key of scope `acks:write`
        """
        return await self._ask(
            Call[Acked](
                "POST",
                f"/v1/subscriptions/{segment(subscription)}/acks",
                body=body,
                key=fresh_key(idempotency_key),
            )
        )
