"""What can be asked for: edits."""

# Written from the table of routes by `make client`, not by hand.
from bus.api.asking import Async, fresh_key
from bus.api.exchange import Call, segment
from bus.api.models.edits import EditedLetter, EditedPayload, Replacement


class EditsCalls(Async):
    """What can be asked for: edits."""

    async def replace_quarantined(
        self,
        topic: str,
        partition: int,
        offset: int,
        body: EditedPayload,
        *,
        dry_run: bool | None = None,
        idempotency_key: str | None = None,
    ) -> Replacement:
        """Publish an edited event for a record that nobody could decode.

        POST `/v1/quarantine/{topic}/{partition}/{offset}/replace`
        with a key of scope `quarantine:write`
        """
        return await self._ask(
            Call[Replacement](
                "POST",
                f"/v1/quarantine/{segment(topic)}/{segment(partition)}/{segment(offset)}/replace",
                query={"dry_run": dry_run},
                body=body,
                key=fresh_key(idempotency_key),
            )
        )

    async def replace_dead_letter(
        self,
        subscription: str,
        event: str,
        body: EditedLetter,
        *,
        dry_run: bool | None = None,
        idempotency_key: str | None = None,
    ) -> Replacement:
        """Send an edited event for one that the partner refused.

        POST `/v1/subscriptions/{subscription}/dead-letters/{event}/replace`
        with a key of scope `letters:write`
        """
        return await self._ask(
            Call[Replacement](
                "POST",
                f"/v1/subscriptions/{segment(subscription)}/dead-letters/{segment(event)}/replace",
                query={"dry_run": dry_run},
                body=body,
                key=fresh_key(idempotency_key),
            )
        )
