"""What can be asked for: acks."""

# Written from the table of routes by `make client`, not by hand.
from bus.api.asking import Sync, fresh_key
from bus.api.exchange import Call, segment
from bus.api.models.acks import Acked, Acks


class AcksCalls(Sync):
    """What can be asked for: acks."""

    def add_acks(
        self, subscription: str, body: Acks, *, idempotency_key: str | None = None
    ) -> Acked:
        """Say that events were processed: they are not sent again.

        POST `/v1/subscriptions/{subscription}/acks`
        with a key of scope `acks:write`
        """
        return self._ask(
            Call[Acked](
                "POST",
                f"/v1/subscriptions/{segment(subscription)}/acks",
                body=body,
                key=fresh_key(idempotency_key),
            )
        )
