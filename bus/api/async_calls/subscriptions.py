"""What can be asked for: subscriptions."""

# Written from the table of routes by `make client`, not by hand.
from typing import Literal, TypeAlias

from bus.api.asking import Async, AsyncPages, Versioned, fresh_key
from bus.api.exchange import Call, segment
from bus.api.models.subscriptions import (
    NewSubscription,
    SubscriptionChange,
    SubscriptionRow,
    SubscriptionShown,
    SubscriptionTaken,
)

ListSubscriptionsState: TypeAlias = Literal["active", "paused", "disabled", "removing"]


class SubscriptionsCalls(Async):
    """What can be asked for: subscriptions."""

    def list_subscriptions(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        state: ListSubscriptionsState | None = None,
    ) -> AsyncPages[SubscriptionRow]:
        """List the subscriptions.

        GET `/v1/subscriptions`
        with a key of scope `subscriptions:read`
        """
        return self._pages(
            Call[SubscriptionRow](
                "GET",
                "/v1/subscriptions",
                query={"limit": limit, "cursor": cursor, "state": state},
            )
        )

    async def create_subscription(
        self,
        body: NewSubscription,
        *,
        trust: bool | None = None,
        idempotency_key: str | None = None,
    ) -> Versioned[SubscriptionTaken]:
        """Make a subscription.

        POST `/v1/subscriptions`
        with a key of scope `subscriptions:write`
        """
        return await self._versioned(
            Call[SubscriptionTaken](
                "POST",
                "/v1/subscriptions",
                query={"trust": trust},
                body=body,
                key=fresh_key(idempotency_key),
            )
        )

    async def get_subscription(self, subscription: str) -> Versioned[SubscriptionShown]:
        """Show a subscription.

        GET `/v1/subscriptions/{subscription}`
        with a key of scope `subscriptions:read`
        """
        return await self._versioned(
            Call[SubscriptionShown]("GET", f"/v1/subscriptions/{segment(subscription)}")
        )

    async def change_subscription(
        self,
        subscription: str,
        body: SubscriptionChange,
        *,
        trust: bool | None = None,
        if_match: str,
    ) -> Versioned[SubscriptionTaken]:
        """Change a subscription.

        PATCH `/v1/subscriptions/{subscription}`
        with a key of scope `subscriptions:write`
        """
        return await self._versioned(
            Call[SubscriptionTaken](
                "PATCH",
                f"/v1/subscriptions/{segment(subscription)}",
                query={"trust": trust},
                body=body,
                if_match=if_match,
            )
        )
