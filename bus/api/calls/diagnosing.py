"""What can be asked for: diagnosing."""

# Written from the table of routes by `make client`, not by hand.
from bus.api.asking import Sync, fresh_key
from bus.api.exchange import Call, segment
from bus.api.models.diagnosing import DiagnosisWanted
from bus.api.models.subscription_steps import JobShown


class DiagnosingCalls(Sync):
    """What can be asked for: diagnosing."""

    def diagnose_subscription(
        self,
        subscription: str,
        body: DiagnosisWanted | None = None,
        *,
        idempotency_key: str | None = None,
    ) -> JobShown:
        """Find out why deliveries to its endpoint fail.

        POST `/v1/subscriptions/{subscription}/diagnose`
        with a key of scope `diagnose`
        """
        return self._ask(
            Call[JobShown](
                "POST",
                f"/v1/subscriptions/{segment(subscription)}/diagnose",
                body=body,
                key=fresh_key(idempotency_key),
            )
        )
