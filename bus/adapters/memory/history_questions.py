"""Which rows of the log in memory fit a question, and a page of them."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Generic, NamedTuple, TypeVar

from bus.log.cleaning import storable, storable_id
from bus.log.course import FIVE, Counted
from bus.log.cursors import Cursor, Sorted, read, written
from bus.log.health import Health, figures_of
from bus.log.questions import (
    MOST,
    AttemptQuestion,
    AuditQuestion,
    DeliveryQuestion,
    EventQuestion,
    Listed,
    OpenDelivery,
    Page,
    Paging,
    QuarantineQuestion,
)
from bus.log.rollup import MINUTE_US, Minute, added, tally_of
from bus.log.rows import AttemptRow, AuditRow, EventRow, QuarantineRow, Row

ListedT = TypeVar("ListedT", bound=Listed)


def as_kept(row: Row) -> Row:
    """The row without what is only counted by."""
    return row._replace(arrived_us=0) if isinstance(row, AttemptRow) else row


def among(name: str, scope: Collection[str] | None) -> bool:
    """Whether a subscription is in a scope."""
    return scope is None or name in scope


def asks_event(asked: EventQuestion) -> Callable[[EventRow], bool]:
    """Does it ask for an event? What was attempted is not looked at."""
    wanted = [
        (6, asked.order_id),
        (8, asked.channel),
        (9, asked.account),
    ]

    def fit(event: EventRow) -> bool:
        return (
            _equal(event, wanted)
            and _typed(event.event_type, asked.types)
            and _within(event.arrived_us, asked.since_us, asked.until_us)
        )

    return fit


def asks_attempt(asked: AttemptQuestion) -> Callable[[AttemptRow], bool]:
    """Does it ask for an attempt?"""
    event_id = None if asked.event_id is None else storable_id(asked.event_id)
    wanted = [(4, event_id), (6, asked.order_id)]

    def fit(attempt: AttemptRow) -> bool:
        classes = asked.status_classes
        return (
            _equal(attempt, wanted)
            and among(attempt.subscription, asked.scope)
            and among(attempt.subscription, asked.subscriptions or None)
            and _typed(attempt.event_type, asked.types)
            and (not asked.outcomes or attempt.outcome in asked.outcomes)
            and (not classes or attempt.status // 100 in classes)
            and _within(attempt.started_us, asked.since_us, asked.until_us)
        )

    return fit


def asks_delivery(asked: DeliveryQuestion) -> Callable[[OpenDelivery], bool]:
    """Does it ask for a delivery?"""

    def fit(delivery: OpenDelivery) -> bool:
        return (
            among(delivery.subscription, asked.subscriptions or None)
            and among(delivery.subscription, asked.scope)
            and (not asked.states or delivery.state in asked.states)
        )

    return fit


def asks_audit(asked: AuditQuestion) -> Callable[[AuditRow], bool]:
    """Does it ask for a change?"""
    wanted = [
        (2, asked.actor),
        (3, asked.tenant),
        (6, asked.entity),
        (7, asked.entity_id),
    ]

    def fit(change: AuditRow) -> bool:
        return _equal(change, wanted) and _within(
            change.arrived_us, asked.since_us, asked.until_us
        )

    return fit


def asks_quarantine(asked: QuarantineQuestion) -> Callable[[QuarantineRow], bool]:
    """Does it ask for a quarantined record?"""

    def fit(record: QuarantineRow) -> bool:
        topic = record.origin.topic if record.origin else None
        return asked.topic in (None, topic) and _within(
            record.arrived_us, asked.since_us, asked.until_us
        )

    return fit


class Order(NamedTuple, Generic[ListedT]):
    """What a list is sorted by, and the types of that."""

    key: Callable[[ListedT], Sorted]
    like: Sequence[type]


def page(
    rows: Sequence[ListedT], order: Order[ListedT], asked: object, paging: Paging
) -> Page[ListedT]:
    """Return a page of rows, the highest keys first."""
    key, limit = order.key, min(max(paging.limit, 1), MOST)
    ordered = sorted(rows, key=key, reverse=True)
    cursor = read(paging.cursor, asked, order.like)
    if cursor is None:
        shown, newer = ordered[:limit], False
    elif cursor.before:
        above = [row for row in ordered if key(row) > cursor.key]
        shown, newer = above[-limit:], len(above) > limit
    else:
        shown = [row for row in ordered if key(row) < cursor.key][:limit]
        newer = True
    if not shown:
        return Page(())
    older = key(ordered[-1]) < key(shown[-1])
    return Page(
        shown,
        next=written(Cursor(key(shown[-1])), asked) if older else "",
        previous=written(Cursor(key(shown[0]), before=True), asked) if newer else "",
    )


def _equal(row: Sequence[object], wanted: Sequence[tuple[int, str | None]]) -> bool:
    return all(
        row[field] == storable(value) for field, value in wanted if value is not None
    )


def _typed(event_type: str, types: Collection[str]) -> bool:
    return not types or any(
        event_type.startswith(one[:-1]) if one.endswith(".*") else event_type == one
        for one in map(storable, types)
    )


def _within(us: int, since_us: int | None, until_us: int | None) -> bool:
    """From `since_us` on, until before `until_us`."""
    return (since_us is None or us >= since_us) and (until_us is None or us < until_us)


def faring(
    minutes: Sequence[Minute], begins: tuple[int, int, int]
) -> Mapping[str, Health]:
    """How each fared since three minutes; who has none is left out."""
    return {
        name: Health(
            *(
                figures_of(
                    m for m in minutes if m.subscription == name and m.minute >= begin
                )
                for begin in begins
            )
        )
        for name in {minute.subscription for minute in minutes}
    }


def whole_fives(since_us: int, until_us: int) -> tuple[int, int]:
    """The same span, from and to a full five minutes."""
    whole_us = FIVE * MINUTE_US
    return since_us // whole_us * whole_us, -(-until_us // whole_us) * whole_us


def in_fives(minutes: Sequence[Minute]) -> Sequence[Counted]:
    """Minutes of one subscription, added up by five of them."""
    by_start: dict[int, list[Minute]] = {}
    for one in minutes:
        by_start.setdefault(one.minute // FIVE * FIVE, []).append(one)
    return [
        Counted(start, added(tally_of(one) for one in by_start[start]))
        for start in sorted(by_start)
    ]
