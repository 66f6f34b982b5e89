"""What can be asked for: letters."""

# Written from the table of routes by `make client`, not by hand.
from typing import Literal, TypeAlias

from bus.api.asking import Pages, Sync, fresh_key
from bus.api.exchange import Call, segment
from bus.api.models.letters import (
    LetterRow,
    LetterWhole,
    LetterWork,
    ReplaySelection,
    Selection,
)

ListDeadLettersReason: TypeAlias = Literal[
    "refused",
    "gone",
    "exhausted",
    "too_old",
    "forbidden",
    "unrenderable",
    "undecided",
    "removed",
    "unwritable",
    "bug",
]
ListDeadLettersState: TypeAlias = Literal[
    "pending", "replayed", "discarded", "replacing", "replaced"
]


class LettersCalls(Sync):
    """What can be asked for: letters."""

    def list_dead_letters(
        self,
        subscription: str,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        type: str | None = None,
        order: str | None = None,
        event: str | None = None,
        reason: ListDeadLettersReason | None = None,
        status: int | None = None,
        state: ListDeadLettersState | None = None,
        since: str | None = None,
        until: str | None = None,
    ) -> Pages[LetterRow]:
        """List a subscription's dead letters, the newest first.

        GET `/v1/subscriptions/{subscription}/dead-letters`
        with a key of scope `letters:read`
        """
        return self._pages(
            Call[LetterRow](
                "GET",
                f"/v1/subscriptions/{segment(subscription)}/dead-letters",
                query={
                    "limit": limit,
                    "cursor": cursor,
                    "type": type,
                    "order": order,
                    "event": event,
                    "reason": reason,
                    "status": status,
                    "state": state,
                    "since": since,
                    "until": until,
                },
            )
        )

    def get_dead_letters(
        self,
        subscription: str,
        event: str,
        *,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Pages[LetterWhole]:
        """Show the dead letters of one event: headers, content, attempts.

        GET `/v1/subscriptions/{subscription}/dead-letters/{event}`
        with a key of scope `letters:read`
        """
        return self._pages(
            Call[LetterWhole](
                "GET",
                f"/v1/subscriptions/{segment(subscription)}/dead-letters/{segment(event)}",
                query={"limit": limit, "cursor": cursor},
            )
        )

    def replay_dead_letters(
        self,
        subscription: str,
        body: ReplaySelection | None = None,
        *,
        dry_run: bool | None = None,
        idempotency_key: str | None = None,
    ) -> LetterWork:
        """Send pending dead letters again, from the first tier on.

        POST `/v1/subscriptions/{subscription}/dead-letters:replay`
        with a key of scope `letters:write`
        """
        return self._ask(
            Call[LetterWork](
                "POST",
                f"/v1/subscriptions/{segment(subscription)}/dead-letters:replay",
                query={"dry_run": dry_run},
                body=body,
                key=fresh_key(idempotency_key),
            )
        )

    def discard_dead_letters(
        self,
        subscription: str,
        body: Selection | None = None,
        *,
        dry_run: bool | None = None,
        idempotency_key: str | None = None,
    ) -> LetterWork:
        """Mark pending dead letters as done with.

        POST `/v1/subscriptions/{subscription}/dead-letters:discard`
        with a key of scope `letters:write`
        """
        return self._ask(
            Call[LetterWork](
                "POST",
                f"/v1/subscriptions/{segment(subscription)}/dead-letters:discard",
                query={"dry_run": dry_run},
                body=body,
                key=fresh_key(idempotency_key),
            )
        )
