"""What can be asked of the log. Times are microseconds since the epoch.

`scope` is what the one who asks may see: ids of subscriptions, None for all. It is
part of every question, so that no answer has to be checked afterwards.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeAlias, TypeVar

from bus.log.causes import Cause
from bus.log.rows import AttemptRow, AuditRow, EventRow, QuarantineRow

Scope: TypeAlias = frozenset[str] | None

MOST = 250
"""Rows a page may have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventQuestion:
    """Which events: all that is given must fit. Types may end in `.*`.

    With a scope, only events that were attempted for one of its subscriptions. With
    subscriptions, outcomes or classes of statuses, as in `AttemptQuestion`, only those
    of which one attempt fits all of them.
    """

    order_id: str | None = None
    types: tuple[str, ...] = ()
    channel: str | None = None
    account: str | None = None
    subscriptions: frozenset[str] = frozenset()
    outcomes: frozenset[str] = frozenset()
    status_classes: frozenset[int] = frozenset()
    since_us: int | None = None
    until_us: int | None = None
    scope: Scope = None

    @property
    def attempted(self) -> "AttemptQuestion | None":
        """Which attempts an event has to have one of; None: none."""
        asked = AttemptQuestion(
            subscriptions=self.subscriptions,
            outcomes=self.outcomes,
            status_classes=self.status_classes,
            scope=self.scope,
        )
        return None if asked == AttemptQuestion() else asked


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptQuestion:
    """Which attempts. `status_classes` are 2 for 2xx and so on, 0 for no answer.

    Of a set one has to fit; the empty one asks for any. Types may end in `.*`. By
    `event_id` alone they are found through the event, which has to be in the log.
    """

    subscriptions: frozenset[str] = frozenset()
    types: frozenset[str] = frozenset()
    event_id: str | None = None
    order_id: str | None = None
    outcomes: frozenset[str] = frozenset()
    status_classes: frozenset[int] = frozenset()
    since_us: int | None = None
    until_us: int | None = None
    scope: Scope = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryQuestion:
    """Which deliveries; `states` of `OpenDelivery`. The empty set asks for any."""

    subscriptions: frozenset[str] = frozenset()
    states: frozenset[str] = frozenset()
    scope: Scope = None


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarantineQuestion:
    """Which quarantined records, by the topic that they came from. For operators."""

    topic: str | None = None
    since_us: int | None = None
    until_us: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditQuestion:
    """Which changes. A tenant sees its own; None is all."""

    entity: str | None = None
    entity_id: str | None = None
    actor: str | None = None
    since_us: int | None = None
    until_us: int | None = None
    tenant: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenDelivery:
    """A delivery that was not accepted at once, as its newest attempt left it.

    `state` is retrying, held or dead_letter; `reason` says why it is a dead letter.
    `attempts` is the number of the last one that was a call. `arrived_us` is when its
    age began; `cause` and `overdue` are as in `Standing`.
    """

    subscription: str
    event_id: str
    event_type: str
    order_id: str
    state: str
    attempts: int
    replay: int
    last_outcome: str
    last_status: int
    last_detail: str
    changed_us: int
    tier: str = ""
    reason: str = ""
    arrived_us: int = 0
    cause: Cause = Cause.NONE
    overdue: Cause = Cause.NONE


@dataclass(frozen=True, slots=True)
class Paging:
    """Which page: up to `limit` rows, from `cursor` on (empty: the newest)."""

    limit: int = 50
    cursor: str = ""


Listed: TypeAlias = EventRow | AttemptRow | AuditRow | QuarantineRow | OpenDelivery
RowT = TypeVar("RowT", bound=Listed)


@dataclass(frozen=True, slots=True)
class Page(Generic[RowT]):
    """Rows, and the cursors of the pages around them (empty: there is none).

    A page may hold fewer rows than asked for, or none, and yet have a next one: where
    few of many rows fit, a page is what one look finds.
    """

    rows: Sequence[RowT]
    next: str = ""
    previous: str = ""
