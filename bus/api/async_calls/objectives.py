"""What can be asked for: objectives."""

# Written from the table of routes by `make client`, not by hand.
from bus.api.asking import Async, AsyncPages
from bus.api.exchange import Call, segment
from bus.api.models.objectives import ObjectiveLedger, ObjectiveShown


class ObjectivesCalls(Async):
    """What can be asked for: objectives."""

    def list_objectives(
        self, *, limit: int | None = None, cursor: str | None = None
    ) -> AsyncPages[ObjectiveShown]:
        """What is aimed at for subscriptions, and how that goes.

        GET `/v1/objectives`
        with a key of scope `subscriptions:read`
        """
        return self._pages(
            Call[ObjectiveShown](
                "GET", "/v1/objectives", query={"limit": limit, "cursor": cursor}
            )
        )

    async def get_objective(self, subscription: str) -> ObjectiveLedger:
        """The ledger of a subscription's objective.

        GET `/v1/subscriptions/{subscription}/objective`
        with a key of scope `subscriptions:read`
        """
        return await self._ask(
            Call[ObjectiveLedger](
                "GET", f"/v1/subscriptions/{segment(subscription)}/objective"
            )
        )
