"""What can be asked for: quarantine."""

# Written from the table of routes by `make client`, not by hand.
from typing import Literal, TypeAlias

from bus.api.asking import Pages, Sync, fresh_key
from bus.api.exchange import Call, segment
from bus.api.models.quarantine import ItemRow, ItemsAt, ItemSelection, ItemWork

ListQuarantineReason: TypeAlias = Literal[
    "expired",
    "unreadable_batch",
    "not_of_its_type",
    "not_read_json",
    "no_value",
    "damaged_hop",
    "unknown_schema",
    "unusable_schema",
    "registry_refused",
    "unreadable_headers",
    "not_framed",
    "not_of_its_schema",
    "no_event_type",
    "no_order",
    "bad_attribute",
    "too_large",
    "other",
]
ListQuarantineState: TypeAlias = Literal[
    "pending", "replayed", "discarded", "replacing", "replaced"
]


class QuarantineCalls(Sync):
    """What can be asked for: quarantine."""

    def list_quarantine(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        topic: str | None = None,
        reason: ListQuarantineReason | None = None,
        source: str | None = None,
        state: ListQuarantineState | None = None,
        since: str | None = None,
        until: str | None = None,
    ) -> Pages[ItemRow]:
        """List records that nobody could decode, the newest first.

        GET `/v1/quarantine`
        with a key of scope `quarantine:read`
        """
        return self._pages(
            Call[ItemRow](
                "GET",
                "/v1/quarantine",
                query={
                    "limit": limit,
                    "cursor": cursor,
                    "topic": topic,
                    "reason": reason,
                    "source": source,
                    "state": state,
                    "since": since,
                    "until": until,
                },
            )
        )

    def get_quarantined(self, topic: str, partition: int, offset: int) -> ItemsAt:
        """Show one: what is wrong with it, what to do, what is in it.

        GET `/v1/quarantine/{topic}/{partition}/{offset}`
        with a key of scope `quarantine:read`
        """
        return self._ask(
            Call[ItemsAt](
                "GET",
                f"/v1/quarantine/{segment(topic)}/{segment(partition)}/{segment(offset)}",
            )
        )

    def replay_quarantine(
        self,
        body: ItemSelection | None = None,
        *,
        dry_run: bool | None = None,
        idempotency_key: str | None = None,
    ) -> ItemWork:
        """Decode pending records again, and deliver what can be read by now.

        POST `/v1/quarantine:replay`
        with a key of scope `quarantine:write`
        """
        return self._ask(
            Call[ItemWork](
                "POST",
                "/v1/quarantine:replay",
                query={"dry_run": dry_run},
                body=body,
                key=fresh_key(idempotency_key),
            )
        )

    def discard_quarantine(
        self,
        body: ItemSelection | None = None,
        *,
        dry_run: bool | None = None,
        idempotency_key: str | None = None,
    ) -> ItemWork:
        """Mark pending records as done with.

        POST `/v1/quarantine:discard`
        with a key of scope `quarantine:write`
        """
        return self._ask(
            Call[ItemWork](
                "POST",
                "/v1/quarantine:discard",
                query={"dry_run": dry_run},
                body=body,
                key=fresh_key(idempotency_key),
            )
        )
