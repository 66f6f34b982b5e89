"""What can be asked for: parked groups."""

# Written from the table of routes by `make client`, not by hand.
from bus.api.asking import Pages, Sync, fresh_key
from bus.api.exchange import Call, segment
from bus.api.models.parked_groups import (
    Assign,
    Fix,
    FixWork,
    GroupWork,
    ParkedGroup,
    Reject,
    Release,
    Snooze,
    Split,
    SplitGroups,
)


class ParkedGroupsCalls(Sync):
    """What can be asked for: parked groups."""

    def list_parked_groups(
        self, *, limit: int | None = None, cursor: str | None = None
    ) -> Pages[ParkedGroup]:
        """List groups of parked orders, what is worth most time first.

        GET `/v1/parked/groups`
        with a key of scope `parked:read`
        """
        return self._pages(
            Call[ParkedGroup](
                "GET", "/v1/parked/groups", query={"limit": limit, "cursor": cursor}
            )
        )

    def get_parked_group(self, group: str) -> ParkedGroup:
        """Show one group of parked orders.

        GET `/v1/parked/groups/{group}`
        with a key of scope `parked:read`
        """
        return self._ask(
            Call[ParkedGroup]("GET", f"/v1/parked/groups/{segment(group)}")
        )

    def split_parked_group(
        self, group: str, body: Split, *, idempotency_key: str | None = None
    ) -> SplitGroups:
        """Split a group of parked orders by a field, for everybody.

        POST `/v1/parked/groups/{group}/split`
        with a key of scope `parked:write`
        """
        return self._ask(
            Call[SplitGroups](
                "POST",
                f"/v1/parked/groups/{segment(group)}/split",
                body=body,
                key=fresh_key(idempotency_key),
            )
        )

    def fix_parked_group(
        self,
        group: str,
        body: Fix | None = None,
        *,
        dry_run: bool | None = None,
        idempotency_key: str | None = None,
    ) -> FixWork:
        """Convert and judge a group again, and release what passes.

        POST `/v1/parked/groups/{group}/fix`
        with a key of scope `parked:write`
        """
        return self._ask(
            Call[FixWork](
                "POST",
                f"/v1/parked/groups/{segment(group)}/fix",
                query={"dry_run": dry_run},
                body=body,
                key=fresh_key(idempotency_key),
            )
        )

    def release_parked_group(
        self,
        group: str,
        body: Release | None = None,
        *,
        dry_run: bool | None = None,
        idempotency_key: str | None = None,
    ) -> GroupWork:
        """Let all of a group go on.

        POST `/v1/parked/groups/{group}/release`
        with a key of scope `parked:write`
        """
        return self._ask(
            Call[GroupWork](
                "POST",
                f"/v1/parked/groups/{segment(group)}/release",
                query={"dry_run": dry_run},
                body=body,
                key=fresh_key(idempotency_key),
            )
        )

    def reject_parked_group(
        self,
        group: str,
        body: Reject,
        *,
        dry_run: bool | None = None,
        idempotency_key: str | None = None,
    ) -> GroupWork:
        """Turn all of a group away.

        POST `/v1/parked/groups/{group}/reject`
        with a key of scope `parked:write`
        """
        return self._ask(
            Call[GroupWork](
                "POST",
                f"/v1/parked/groups/{segment(group)}/reject",
                query={"dry_run": dry_run},
                body=body,
                key=fresh_key(idempotency_key),
            )
        )

    def assign_parked_group(
        self,
        group: str,
        body: Assign,
        *,
        dry_run: bool | None = None,
        idempotency_key: str | None = None,
    ) -> GroupWork:
        """Say who looks after a group.

        POST `/v1/parked/groups/{group}/assign`
        with a key of scope `parked:write`
        """
        return self._ask(
            Call[GroupWork](
                "POST",
                f"/v1/parked/groups/{segment(group)}/assign",
                query={"dry_run": dry_run},
                body=body,
                key=fresh_key(idempotency_key),
            )
        )

    def snooze_parked_group(
        self,
        group: str,
        body: Snooze,
        *,
        dry_run: bool | None = None,
        idempotency_key: str | None = None,
    ) -> GroupWork:
        """Put all of a group off.

        POST `/v1/parked/groups/{group}/snooze`
        with a key of scope `parked:write`
        """
        return self._ask(
            Call[GroupWork](
                "POST",
                f"/v1/parked/groups/{segment(group)}/snooze",
                query={"dry_run": dry_run},
                body=body,
                key=fresh_key(idempotency_key),
            )
        )
