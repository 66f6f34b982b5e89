"""What can be asked for: subscription steps."""

# Written from the table of routes by `make client`, not by hand.
from bus.api.asking import Async, Versioned, fresh_key
from bus.api.exchange import Call, segment
from bus.api.models.subscription_steps import (
    JobShown,
    Pause,
    Resume,
    Rotation,
    TestEvent,
    TestResult,
    Verification,
    VerificationResult,
)
from bus.api.models.subscriptions import SubscriptionTaken


class SubscriptionStepsCalls(Async):
    """What can be asked for: subscription steps."""

    async def pause_subscription(
        self,
        subscription: str,
        body: Pause | None = None,
        *,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> Versioned[SubscriptionTaken]:
        """Hold all deliveries.

        POST `/v1/subscriptions/{subscription}/pause`
        with a key of scope `subscriptions:operate`
        """
        return await self._versioned(
            Call[SubscriptionTaken](
                "POST",
                f"/v1/subscriptions/{segment(subscription)}/pause",
                body=body,
                if_match=if_match or "",
                key=fresh_key(idempotency_key),
            )
        )

    async def resume_subscription(
        self,
        subscription: str,
        body: Resume | None = None,
        *,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> Versioned[SubscriptionTaken]:
        """Deliver again.

        POST `/v1/subscriptions/{subscription}/resume`
        with a key of scope `subscriptions:operate`
        """
        return await self._versioned(
            Call[SubscriptionTaken](
                "POST",
                f"/v1/subscriptions/{segment(subscription)}/resume",
                body=body,
                if_match=if_match or "",
                key=fresh_key(idempotency_key),
            )
        )

    async def rotate_secret(
        self,
        subscription: str,
        body: Rotation | None = None,
        *,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> Versioned[SubscriptionTaken]:
        """Give it a new signing secret.

        POST `/v1/subscriptions/{subscription}/rotate-secret`
        with a key of scope `subscriptions:write`
        """
        return await self._versioned(
            Call[SubscriptionTaken](
                "POST",
                f"/v1/subscriptions/{segment(subscription)}/rotate-secret",
                body=body,
                if_match=if_match or "",
                key=fresh_key(idempotency_key),
            )
        )

    async def test_subscription(
        self,
        subscription: str,
        body: TestEvent | None = None,
        *,
        idempotency_key: str | None = None,
    ) -> TestResult:
        """Post one signed sample event to its endpoint.

        POST `/v1/subscriptions/{subscription}/test`
        with a key of scope `subscriptions:operate`
        """
        return await self._ask(
            Call[TestResult](
                "POST",
                f"/v1/subscriptions/{segment(subscription)}/test",
                body=body,
                key=fresh_key(idempotency_key),
            )
        )

    async def verify_subscription(
        self,
        subscription: str,
        body: Verification | None = None,
        *,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> VerificationResult:
        """Ask its endpoint whether it wants events.

        POST `/v1/subscriptions/{subscription}/verify`
        with a key of scope `subscriptions:operate`
        """
        return await self._ask(
            Call[VerificationResult](
                "POST",
                f"/v1/subscriptions/{segment(subscription)}/verify",
                body=body,
                if_match=if_match or "",
                key=fresh_key(idempotency_key),
            )
        )

    async def remove_subscription(
        self,
        subscription: str,
        *,
        purge: bool | None = None,
        if_match: str | None = None,
    ) -> JobShown:
        """Remove a subscription.

        DELETE `/v1/subscriptions/{subscription}`
        with a key of scope `subscriptions:write`
        """
        return await self._ask(
            Call[JobShown](
                "DELETE",
                f"/v1/subscriptions/{segment(subscription)}",
                query={"purge": purge},
                if_match=if_match or "",
            )
        )
