"""What can be asked for: item causes."""

# Written from the table of routes by `make client`, not by hand.
from typing import Literal, TypeAlias

from bus.api.asking import Pages, Sync
from bus.api.exchange import Call
from bus.api.models.item_causes import ItemCause

ListQuarantineCausesReason: TypeAlias = Literal[
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


class ItemCausesCalls(Sync):
    """What can be asked for: item causes."""

    def list_quarantine_causes(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        q: str | None = None,
        reason: ListQuarantineCausesReason | None = None,
        topic: str | None = None,
        source: str | None = None,
    ) -> Pages[ItemCause]:
        """Pending records in quarantine by cause.

        GET `/v1/quarantine-causes`
        with a key of scope `quarantine:read`
        """
        return self._pages(
            Call[ItemCause](
                "GET",
                "/v1/quarantine-causes",
                query={
                    "limit": limit,
                    "cursor": cursor,
                    "q": q,
                    "reason": reason,
                    "topic": topic,
                    "source": source,
                },
            )
        )
