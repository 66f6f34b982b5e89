"""What befell an event or an order, out of lists that are looked through."""

from collections.abc import Iterable, Sequence
from typing import TypeVar

from bus.adapters.memory.history_questions import among
from bus.log.cleaning import storable, storable_id, time_of
from bus.log.lives import MOST_EVENTS, MOST_STEPS, Life, LifeQuestion
from bus.log.rows import AckRow, AttemptRow, EventRow, Row

RowT = TypeVar("RowT", bound=Row)


def life_in(rows: Sequence[Row], asked: LifeQuestion, read_to_us: int | None) -> Life:
    """Look through all rows."""
    mine = [
        one
        for one in rows
        if isinstance(one, AttemptRow) and among(one.subscription, asked.scope)
    ]
    tried = {one.event_id for one in mine}
    events = newest_first(
        one
        for one in rows
        if isinstance(one, EventRow)
        and _is_meant(one, asked)
        and (asked.scope is None or one.event_id in tried)
    )
    ids = {one.event_id for one in events[:MOST_EVENTS]}
    attempts = newest_first(one for one in mine if ids and _befell(one, asked, ids))
    acks = (
        one
        for one in rows
        if isinstance(one, AckRow)
        and one.event_id in ids
        and among(one.subscription, asked.scope)
    )
    return Life(
        read_to_us,
        events[:MOST_EVENTS],
        attempts[:MOST_STEPS],
        newest_first(acks)[:MOST_STEPS],
        older_events=len(events) > MOST_EVENTS,
        older_attempts=len(attempts) > MOST_STEPS,
    )


def newest_first(rows: Iterable[RowT]) -> list[RowT]:
    """By time, and by place within a moment."""
    return sorted(rows, key=lambda row: (time_of(row), row.at), reverse=True)


def _is_meant(one: EventRow, asked: LifeQuestion) -> bool:
    if asked.order_id:
        since_us = asked.since_us
        begun = since_us is None or one.arrived_us >= since_us
        return begun and one.order_id == storable(asked.order_id)
    known, own = storable_id(asked.event_id), storable(asked.event_id)
    return one.event_id == known or one.own_id == own


def _befell(one: AttemptRow, asked: LifeQuestion, ids: set[str]) -> bool:
    if asked.since_us is not None and one.started_us < asked.since_us:
        return False
    if asked.order_id:
        return one.order_id == storable(asked.order_id)
    return one.event_id in ids
