"""Rows to write, with as little said as a test is about; and whole lists read."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeAlias, TypeVar

from bus.adapters.memory import MemoryLog
from bus.adapters.sql import SqlLog
from bus.log.questions import Listed, Page, Paging
from bus.log.rows import (
    AckRow,
    Advance,
    AttemptRow,
    AuditRow,
    EventRow,
    Place,
    QuarantineRow,
    Row,
)
from bus.record import TopicPartition

AnyLog: TypeAlias = MemoryLog | SqlLog
ListedT = TypeVar("ListedT", bound=Listed)

NOW_US = 1_795_867_200_000_000  # 2026-11-28T12:00Z
SECOND_US = 1_000_000
MINUTE_US = 60 * SECOND_US
DAY_US = 86_400 * SECOND_US

EVENTS, ATTEMPTS, ACKS = "oms.order", "bus.attempts", "bus.acks"
QUARANTINE, AUDIT = "bus.quarantine", "bus.audit"


def event(offset: int, **said: object) -> EventRow:
    """An event of its source topic."""
    fields: dict[str, object] = {
        "at": Place(EVENTS, 0, offset),
        "arrived_us": NOW_US + offset * SECOND_US,
        "event_id": f"{offset:032x}"[::-1],
        "own_id": f"{offset:032x}"[::-1],
        "source": "/oms",
        "event_type": "order.created",
        "order_id": f"order-{offset % 5}",
        "time_us": NOW_US,
    }
    return EventRow(**{**fields, **said})  # type: ignore[arg-type]


def attempt(offset: int, of: EventRow | None = None, **said: object) -> AttemptRow:
    """An accepted attempt of an event."""
    of = of or event(offset)
    fields: dict[str, object] = {
        "at": Place(ATTEMPTS, 0, offset),
        "started_us": NOW_US + offset * SECOND_US,
        "duration_us": 20_000,
        "subscription": "erp",
        "event_id": of.event_id,
        "event_type": of.event_type,
        "order_id": of.order_id,
        "origin": of.at,
        "number": 1,
        "replay": 0,
        "outcome": "accepted",
        "status": 200,
        "route": "done",
        "detail": "200",
        "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    }
    return AttemptRow(**{**fields, **said})  # type: ignore[arg-type]


def failed(offset: int, of: EventRow | None = None, **said: object) -> AttemptRow:
    """An attempt that failed and goes to a tier."""
    fields: dict[str, object] = {
        "outcome": "failed",
        "status": 503,
        "route": "retry:1s",
        "detail": "503 not now",
    }
    return attempt(offset, of, **{**fields, **said})


def held(offset: int, of: EventRow | None = None, **said: object) -> AttemptRow:
    """A hop without a call."""
    fields: dict[str, object] = {
        "outcome": "held",
        "number": 0,
        "status": 0,
        "detail": "breaker",
        "duration_us": 0,
    }
    return failed(offset, of, **{**fields, **said})


def ack(offset: int, of: EventRow, subscription: str = "erp") -> AckRow:
    """An acknowledgement."""
    us = NOW_US + offset * SECOND_US
    return AckRow(Place(ACKS, 0, offset), us, subscription, of.event_id)


def quarantined(offset: int, origin: Place | None) -> QuarantineRow:
    """A quarantined record."""
    us = NOW_US + offset * SECOND_US
    return QuarantineRow(Place(QUARANTINE, 0, offset), us, origin, "undecodable")


def change(offset: int, **said: str) -> AuditRow:
    """A change of a subscription."""
    row = AuditRow(
        Place(AUDIT, 0, offset),
        NOW_US + offset * SECOND_US,
        *("operator-1", "", "127.0.0.1", "pause", "subscription", "erp"),
        *('{"paused": false}', '{"paused": true}'),
    )
    return row._replace(**said)  # type: ignore[arg-type]


def advances(rows: Sequence[Row], before: int = -1) -> Sequence[Advance]:
    """From `before` to behind the last row of each partition."""
    last: dict[TopicPartition, int] = {}
    for row in rows:
        partition = row.at.topic_partition
        last[partition] = max(last.get(partition, 0), row.at.offset + 1)
    return [Advance(tp, before, after, NOW_US) for tp, after in last.items()]


async def write(log: AnyLog, *rows: Row) -> None:
    """Write rows on from where their partitions stand."""
    moves = advances(rows)
    stand = await log.positions([move.partition for move in moves])
    moves = [
        move._replace(before=stand[move.partition].next_offset)
        if move.partition in stand
        else move
        for move in moves
    ]
    await log.write(rows, moves, NOW_US)


async def all_pages(
    ask: Callable[[Paging], Awaitable[Page[ListedT]]], limit: int = 2
) -> list[ListedT]:
    """A list from its first page to its last."""
    page = await ask(Paging(limit))
    found = list(page.rows)
    while page.next:
        page = await ask(Paging(limit, page.next))
        found += page.rows
    return found
