"""What can be asked for: applying."""

# Written from the table of routes by `make client`, not by hand.
from bus.api.asking import Sync, fresh_key
from bus.api.exchange import Call
from bus.api.models.applying import Applied, Document
from bus.api.models.subscription_steps import JobShown


class ApplyingCalls(Sync):
    """What can be asked for: applying."""

    def apply_subscriptions(
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
        return self._ask(
            Call[Applied](
                "POST",
                "/v1/subscriptions:apply",
                query={"dry_run": dry_run, "prune": prune, "trust": trust},
                body=body,
                key=fresh_key(idempotency_key),
            )
        )

    def reseal_subscriptions(self, *, idempotency_key: str | None = None) -> JobShown:
        """Seal all stored secrets with the newest encryption key.

        POST `/v1/subscriptions:reseal`
        with a key of scope `subscriptions:write`
        """
        return self._ask(
            Call[JobShown](
                "POST", "/v1/subscriptions:reseal", key=fresh_key(idempotency_key)
            )
        )
