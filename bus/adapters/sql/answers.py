"""Answers that are no lists: one event, counts, health."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TypeAlias

from sqlalchemy import Connection, func, select, tuple_

from bus.adapters.sql.asking import attempted
from bus.adapters.sql.listings import Listings
from bus.adapters.sql.names import Names
from bus.adapters.sql.packing import key_of, packed_id
from bus.adapters.sql.tables import (
    ACK,
    ATTEMPT,
    AUDIT,
    EVENT,
    FIVE_MINUTES,
    MINUTE,
    QUARANTINE,
)
from bus.adapters.sql.tallies import sums
from bus.log.cleaning import storable, storable_id
from bus.log.course import FIVE, Counted
from bus.log.health import Figures, figures, start_of, starts
from bus.log.questions import MOST, Scope
from bus.log.retention import TableSize
from bus.log.rollup import MINUTE_US, Minute, Tally, minute_of
from bus.log.rows import AckRow, EventRow, Place, QuarantineRow

_TIMES = {
    "event": EVENT.c.arrived_us,
    "attempt": ATTEMPT.c.started_us,
    "quarantine": QUARANTINE.c.arrived_us,
    "audit": AUDIT.c.arrived_us,
}
_FEW = 100
"""So many subscriptions are named in a query; of more, all are asked for."""
Span: TypeAlias = tuple[int, int]
"""The minute to begin with, and in what steps; see `bus.log.health.start_of`."""


def spans(now_us: int) -> Sequence[Span]:
    """The five minutes, the hour and the day up to now."""
    return list(zip(starts(now_us), (1, 5, 60), strict=True))


class Answers:
    """Questions with one answer."""

    def __init__(self, names: Names, listings: Listings) -> None:
        self._names = names
        self._listings = listings

    def event(
        self, connection: Connection, event_id: str, scope: Scope
    ) -> Sequence[EventRow]:
        """The event of this webhook-id or producer's id."""
        own = storable(event_id)
        either = (
            [EVENT.c.event == packed_id(storable_id(event_id))],
            [
                EVENT.c.own_key == key_of(own),
                EVENT.c.own_id == own,
                EVENT.c.own_key != 0,
            ],
        )
        found: list[EventRow] = []
        for where in either:
            query = select(EVENT).where(*where).order_by(EVENT.c.arrived_us.desc())
            if scope is not None:
                allowed = self._names.numbers(connection, scope).values()
                query = query.where(attempted(EVENT, sorted(allowed)))
            rows = connection.execute(query.limit(MOST))
            found += [self._listings.event(connection, row) for row in rows]
        return sorted(found, key=lambda e: (e.arrived_us, e.at), reverse=True)[:MOST]

    def acks(
        self, connection: Connection, event_id: str, scope: Scope
    ) -> Sequence[AckRow]:
        """The acknowledgements of an event."""
        query = select(ACK).where(ACK.c.event == packed_id(storable_id(event_id)))
        if scope is not None:
            allowed = self._names.numbers(connection, scope).values()
            query = query.where(ACK.c.subscription.in_(sorted(allowed)))
        query = query.order_by(ACK.c.arrived_us.desc()).limit(MOST)
        rows = connection.execute(query)
        found = [self._listings.ack(connection, row) for row in rows]
        return sorted(found, key=lambda a: (a.arrived_us, a.at), reverse=True)

    def quarantined(
        self, connection: Connection, origins: Collection[Place]
    ) -> Sequence[QuarantineRow]:
        """What was quarantined of the records at these places."""
        c = QUARANTINE.c
        topics = self._names.numbers(connection, {place.topic for place in origins})
        wanted = [
            (topics[topic], partition, offset)
            for topic, partition, offset in origins
            if topic in topics
        ]
        where = tuple_(c.origin_topic, c.origin_partition, c.origin_offset).in_(wanted)
        query = select(QUARANTINE).where(where).order_by(c.arrived_us.desc())
        rows = connection.execute(query.limit(MOST))
        found = [self._listings.quarantined(connection, row) for row in rows]
        return sorted(found, key=lambda q: (q.arrived_us, q.at), reverse=True)

    def minutes(
        self,
        connection: Connection,
        subscriptions: Collection[str] | None,
        since_us: int,
        until_us: int,
    ) -> Sequence[Minute]:
        """Counts by minute."""
        c = MINUTE.c
        query = select(MINUTE).where(
            c.start >= since_us // MINUTE_US, c.start < -(-until_us // MINUTE_US)
        )
        if subscriptions is not None:
            allowed = self._names.numbers(connection, subscriptions).values()
            query = query.where(c.subscription.in_(sorted(allowed)))
        query = query.order_by(c.start, c.subscription, c.event_type)
        text = self._names.text
        found = [
            minute_of(
                (row[0], text(connection, row[1]), text(connection, row[2])),
                _whole(row[3:]),
            )
            for row in connection.execute(query)
        ]
        return sorted(found)

    def five_minutes(
        self, connection: Connection, subscription: str, since_us: int, until_us: int
    ) -> Sequence[Counted]:
        """Counts of one by five minutes."""
        c = FIVE_MINUTES.c
        found = self._names.numbers(connection, [subscription]).values()
        query = select(FIVE_MINUTES).where(
            c.start >= since_us // MINUTE_US // FIVE * FIVE,
            c.start < -(-until_us // MINUTE_US),
            c.subscription.in_(sorted(found)),
        )
        rows = connection.execute(query.order_by(c.start))
        return [Counted(row[0], _whole(row[2:])) for row in rows]

    def fares(
        self,
        connection: Connection,
        subscriptions: Collection[str] | None,
        span: Span,
    ) -> Mapping[str, Figures]:
        """What befell the attempts of these in a span up to now."""
        wanted = None
        if subscriptions is not None:
            wanted = sorted(self._names.numbers(connection, subscriptions).values())
        few = None if wanted is None or len(wanted) > _FEW else wanted
        found = sums(connection, *span, few)
        if wanted is not None:
            found = {n: found[n] for n in wanted if n in found}
        text = self._names.text
        return {text(connection, n): figures(tally) for n, tally in found.items()}

    def since(
        self, connection: Connection, span_s: int, now_us: int
    ) -> Mapping[str, Figures]:
        """Counts of a span."""
        return self.fares(connection, None, start_of(span_s, now_us))

    def aged(
        self, connection: Connection, sizes: Sequence[TableSize]
    ) -> Sequence[TableSize]:
        """Add the oldest and the newest time to the sizes of tables that have some."""
        return [_aged(connection, size) for size in sizes]


def _aged(connection: Connection, size: TableSize) -> TableSize:
    column = _TIMES.get(size.name)
    if column is None:
        return size
    ends = [
        connection.execute(select(end(column))).scalar_one()
        for end in (func.min, func.max)  # one by one, each from an index
    ]
    return size._replace(oldest_us=ends[0], newest_us=ends[1])


def _whole(counts: Iterable[int | None]) -> Tally:
    """Counts as they are added up: NULL is none."""
    return [count or 0 for count in counts]
