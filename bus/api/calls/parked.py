"""What can be asked for: parked."""

# Written from the table of routes by `make client`, not by hand.
from typing import Literal, TypeAlias

from bus.api.asking import Pages, Sync, Versioned, fresh_key
from bus.api.exchange import Call, segment
from bus.api.models.parked import ParkedEdit, ParkedEdited, ParkedRow, ParkedWhole
from bus.api.models.parked_groups import Assign, Reject, Release, Snooze

ListParkedState: TypeAlias = Literal[
    "parked", "snoozed", "released", "rejected", "expired", "all"
]


class ParkedCalls(Sync):
    """What can be asked for: parked."""

    def list_parked(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        group: str | None = None,
        state: ListParkedState | None = None,
        source: str | None = None,
        channel: str | None = None,
        account: str | None = None,
        assignee: str | None = None,
        order: str | None = None,
    ) -> Pages[ParkedRow]:
        """List parked orders, those that have to go first first.

        GET `/v1/parked`
        with a key of scope `parked:read`
        """
        return self._pages(
            Call[ParkedRow](
                "GET",
                "/v1/parked",
                query={
                    "limit": limit,
                    "cursor": cursor,
                    "group": group,
                    "state": state,
                    "source": source,
                    "channel": channel,
                    "account": account,
                    "assignee": assignee,
                    "order": order,
                },
            )
        )

    def get_parked(self, item: str) -> Versioned[ParkedWhole]:
        """Show one: what was found, its payload, all decisions.

        GET `/v1/parked/{item}`
        with a key of scope `parked:read`
        """
        return self._versioned(Call[ParkedWhole]("GET", f"/v1/parked/{segment(item)}"))

    def edit_parked(
        self,
        item: str,
        body: ParkedEdit,
        *,
        dry_run: bool | None = None,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> Versioned[ParkedEdited]:
        """Put another payload in the place of a parked order's.

        POST `/v1/parked/{item}/edit`
        with a key of scope `parked:write`
        """
        return self._versioned(
            Call[ParkedEdited](
                "POST",
                f"/v1/parked/{segment(item)}/edit",
                query={"dry_run": dry_run},
                body=body,
                if_match=if_match or "",
                key=fresh_key(idempotency_key),
            )
        )

    def release_parked(
        self,
        item: str,
        body: Release | None = None,
        *,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> Versioned[ParkedRow]:
        """Let a parked order go on.

        POST `/v1/parked/{item}/release`
        with a key of scope `parked:write`
        """
        return self._versioned(
            Call[ParkedRow](
                "POST",
                f"/v1/parked/{segment(item)}/release",
                body=body,
                if_match=if_match or "",
                key=fresh_key(idempotency_key),
            )
        )

    def reject_parked(
        self,
        item: str,
        body: Reject,
        *,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> Versioned[ParkedRow]:
        """Turn a parked order away.

        POST `/v1/parked/{item}/reject`
        with a key of scope `parked:write`
        """
        return self._versioned(
            Call[ParkedRow](
                "POST",
                f"/v1/parked/{segment(item)}/reject",
                body=body,
                if_match=if_match or "",
                key=fresh_key(idempotency_key),
            )
        )

    def assign_parked(
        self,
        item: str,
        body: Assign,
        *,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> Versioned[ParkedRow]:
        """Say who looks after a parked order.

        POST `/v1/parked/{item}/assign`
        with a key of scope `parked:write`
        """
        return self._versioned(
            Call[ParkedRow](
                "POST",
                f"/v1/parked/{segment(item)}/assign",
                body=body,
                if_match=if_match or "",
                key=fresh_key(idempotency_key),
            )
        )

    def snooze_parked(
        self,
        item: str,
        body: Snooze,
        *,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> Versioned[ParkedRow]:
        """Put a parked order off.

        POST `/v1/parked/{item}/snooze`
        with a key of scope `parked:write`
        """
        return self._versioned(
            Call[ParkedRow](
                "POST",
                f"/v1/parked/{segment(item)}/snooze",
                body=body,
                if_match=if_match or "",
                key=fresh_key(idempotency_key),
            )
        )
