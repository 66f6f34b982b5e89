"""What can be asked for: audit."""

# Written from the table of routes by `make client`, not by hand.
from typing import Literal, TypeAlias

from bus.api.asking import Pages, Sync
from bus.api.exchange import Call
from bus.api.models.audit import ChangeShown

ListAuditEntity: TypeAlias = Literal[
    "subscription",
    "source",
    "key",
    "letters",
    "quarantine",
    "events",
    "ack",
    "silence",
    "rule",
    "lookup",
    "schema",
    "parked",
    "migration",
]


class AuditCalls(Sync):
    """What can be asked for: audit."""

    def list_audit(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        since: str | None = None,
        until: str | None = None,
        entity: ListAuditEntity | None = None,
        id: str | None = None,
        actor: str | None = None,
    ) -> Pages[ChangeShown]:
        """Who changed what, when and from where, the newest first.

        GET `/v1/audit`
        with a key of scope `audit:read`
        """
        return self._pages(
            Call[ChangeShown](
                "GET",
                "/v1/audit",
                query={
                    "limit": limit,
                    "cursor": cursor,
                    "since": since,
                    "until": until,
                    "entity": entity,
                    "id": id,
                    "actor": actor,
                },
            )
        )
