"""What can be asked for: applying."""

# Written from the table of routes by `make client`, not by hand.
from bus.api.asking import Async, fresh_key
from bus.api.exchange import Call
from bus.api.models.applying import Applied, Document


class ApplyingCalls(Async):
    """What can be asked for: applying."""

    async def apply_subscriptions(
        self,
        body: Document,
        *,
        dry_run: bool | None = None,
        prune: bool | None = None,
        trust: bool | None = None,
        idempotency_key: str | None = None,
    ) -> Applied:
        """Make the subscriptions what a document says.

        POST `/v1/subscriptions:apply`
        with a key of scope `subscriptions:write`
        """
        return await self._ask(
            Call[Applied](
                "POST",
                "/v1/subscriptions:apply",
                query={"dry_run": dry_run, "prune": prune, "trust": trust},
                body=body,
                key=fresh_key(idempotency_key),
            )
        )
