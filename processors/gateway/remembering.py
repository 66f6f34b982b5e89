"""What the log remembers of an event or an order: the most of its timeline.

A timeline is true to the moment: what the log has not read yet is read from Kafka.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from bus.delivery.delivery import Attempt, Origin
from bus.errors import ConfigurationError, LogUnavailableError
from bus.event import Event
from bus.log.lives import Life, LifeQuestion
from bus.log.questions import AttemptQuestion
from bus.log.rows import AttemptRow, EventRow
from bus.log.store import Log
from bus.record import Record
from processors.gateway.logged import LAG, lag_of, now_us, scope_of
from processors.gateway.reaching import attempts_of
from processors.gateway.routes import Asked
from processors.redrive.acking import Acked
from processors.redrive.tracing import Remembered, Source

_MOST_READ = 10
"""So many events of an order are read from Kafka, to say who else wants them."""
_CLOCKS_MS = 5_000
"""Brokers' clocks and the projector's may differ by so much."""


class Memory(NamedTuple):
    """What a log remembers; `cut`: there are older attempts, or events."""

    known: Remembered
    headers: Mapping[str, str]
    cut: bool = False


class Tried(NamedTuple):
    """Attempts; what came to Kafka from `since_ms` on may not be among them."""

    attempts: Sequence[Attempt]
    since_ms: int


class _Open(NamedTuple):
    """A log that can be asked; all that came to Kafka before that is in it."""

    log: Log
    read_to_us: int


async def remembered(
    asked: Asked, name: str, since_ms: int | None, *, of_order: bool
) -> Memory | None:
    """What there is; None where there is no log that can be asked."""
    question = LifeQuestion(
        **{"order_id" if of_order else "event_id": name},
        since_us=None if since_ms is None else since_ms * 1000,
        scope=await scope_of(asked),
    )
    life = await _life(asked, question)
    if life is None or not life.read_to_us:
        return None
    rows = life.events[::-1]
    known = Remembered(
        since_ms=max(since_ms or 0, life.read_to_us // 1000 - _CLOCKS_MS),
        sources=await _sources(asked, rows),
        attempts=[_attempt(row) for row in life.attempts],
        acks=[
            Acked(ack.subscription, ack.event_id, ack.arrived_us // 1000)
            for ack in life.acks
        ],
        of_order=of_order,
    )
    cut = life.older_events or life.older_attempts
    return Memory(known, {LAG: lag_of(life.read_to_us, now_us(asked))}, cut)


async def _life(asked: Asked, question: LifeQuestion) -> Life | None:
    try:
        log = await asked.api.log()
        return await log.life(question) if log else None
    except (ConfigurationError, LogUnavailableError):
        return None


async def attempts_for(asked: Asked, event_id: str, order_id: str) -> Tried | None:
    """The attempts of an event that the log has; None as for `remembered`."""
    opened = await _opened(asked)
    if opened is None:
        return None
    question = AttemptQuestion(
        event_id=event_id, order_id=order_id, scope=await scope_of(asked)
    )
    rows, _ = await attempts_of(opened.log, question)
    since_ms = opened.read_to_us // 1000 - _CLOCKS_MS
    return Tried([_attempt(row) for row in rows], since_ms)


async def _opened(asked: Asked) -> _Open | None:
    try:
        log = await asked.api.log()
        read_to_us = await log.read_to_us() if log else None
    except (ConfigurationError, LogUnavailableError):
        return None
    return _Open(log, read_to_us) if log and read_to_us else None


async def _sources(
    asked: Asked, rows: Sequence[EventRow]
) -> Mapping[str, Source | None]:
    """Their records; of older ones, and of those that are gone, what the log has."""
    world, found = asked.api.world, dict[str, Source | None]()
    whole = {row.event_id for row in rows[-_MOST_READ:]}
    read = [row for row in rows if row.event_id in whole]
    records = await asyncio.gather(*(world.reader.at(*row.at) for row in read))
    there = {row.event_id: one for row, one in zip(read, records, strict=True)}
    for row in rows:
        bare = Record(*row.at, row.arrived_us // 1000, None, None)
        found[row.event_id] = Source(there.get(row.event_id) or bare, _outline(row))
    return found


def _outline(row: EventRow) -> Event:
    return Event(
        id=row.own_id,
        type=row.event_type,
        source=row.source,
        subject=row.order_id,
        time=datetime.fromtimestamp(0, UTC),
        data={},
    )


def _attempt(row: AttemptRow) -> Attempt:
    place = row.origin or ("", 0, 0)
    return Attempt(
        event_id=row.event_id,
        event_type=row.event_type,
        order_id=row.order_id,
        subscription=row.subscription,
        number=row.number,
        outcome=row.outcome,
        status=row.status,
        detail=row.detail,
        route=row.route,
        started_us=row.started_us,
        duration_us=row.duration_us,
        origin=Origin(*place, row.arrived_us // 1000),
        replay=row.replay,
        traceparent=row.traceparent or None,
    )
