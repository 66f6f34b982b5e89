"""What befell an event or an order, in three statements that are always the same.

They go by keys, wherever a day's table is. PostgreSQL plans them once a connection:
to plan a look-up over three weeks of days takes ten times as long as to do it.
"""

from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from typing import TypeAlias

from sqlalchemy import Connection, TextClause, bindparam, text

from bus.adapters.sql.asking import SKEW_US
from bus.adapters.sql.listings import Listings
from bus.adapters.sql.names import Names
from bus.adapters.sql.packing import key_of, packed_id
from bus.adapters.sql.paging import Found
from bus.log.cleaning import storable, storable_id
from bus.log.lives import MOST_EVENTS, MOST_STEPS, Life, LifeQuestion

_Values: TypeAlias = Mapping[str, object]
_LEAST = -(2**63)
_BY_ID = (
    "SELECT * FROM event WHERE event = :id {seen} UNION ALL SELECT * FROM event "
    "WHERE own_key = :own_key AND own_key <> 0 AND own_id = :own {seen}"
)
_OF_ORDER = (
    "SELECT * FROM event WHERE order_key = :order_key AND order_id = :order "
    "AND arrived_us >= :since {seen}"
)
_EVENTS = (
    "SELECT * FROM (SELECT min(read_to_us) AS read_to_us FROM position) AS stands "
    "LEFT JOIN ({found} ORDER BY arrived_us DESC, topic DESC, partition DESC "
    "LIMIT :most) AS found ON 1 = 1"
)
# As `asking.attempted`: of an event there are few attempts, of a subscription many.
_SEEN = (
    "AND EXISTS (SELECT 1 FROM attempt WHERE attempt.order_key = event.order_key "
    "AND attempt.event = event.event "
    "AND attempt.started_us >= event.arrived_us - :skew "
    "AND (attempt.subscription + 0) IN :allowed {unlimited} OFFSET 0)"
)
_ATTEMPTS = (
    "SELECT * FROM attempt WHERE order_key IN :orders AND event IN :events "
    "AND started_us >= :since {mine} ORDER BY started_us DESC, topic DESC, "
    'partition DESC, "offset" DESC LIMIT :most'
)
_ORDERS_ATTEMPTS = _ATTEMPTS.replace(
    "order_key IN :orders AND event IN :events",
    "order_key = :order_key AND order_id = :order",
)
_ACKS = (
    "SELECT * FROM ack WHERE event IN :events AND arrived_us >= :since {mine} "
    "ORDER BY arrived_us DESC LIMIT :most"
)
_MINE = "AND subscription IN :allowed"
_LISTS = ("orders", "events", "allowed")


class Lives:
    """Asks for lives on one connection, one statement after the other."""

    def __init__(self, names: Names, listings: Listings) -> None:
        self._names = names
        self._listings = listings

    def life(self, connection: Connection, asked: LifeQuestion) -> Life:
        """Look it up."""
        mine = self._allowed(connection, asked)
        events = _events(connection, asked, mine)
        read_to_us = events[0].read_to_us
        if events[0].event is None:
            return Life(read_to_us)
        shown, listed = events[:MOST_EVENTS], self._listings
        attempts = _attempts(connection, asked, shown, mine)
        acks = _acks(connection, shown, mine)
        return Life(
            read_to_us,
            [listed.event(connection, one) for one in shown],
            [listed.attempt(connection, one) for one in attempts[:MOST_STEPS]],
            [listed.ack(connection, one) for one in acks],
            older_events=len(events) > MOST_EVENTS,
            older_attempts=len(attempts) > MOST_STEPS,
        )

    def _allowed(self, connection: Connection, asked: LifeQuestion) -> _Values:
        if asked.scope is None:
            return {}
        numbers = self._names.numbers(connection, asked.scope)
        return {"allowed": sorted(numbers.values())}


def _events(
    connection: Connection, asked: LifeQuestion, mine: _Values
) -> Sequence[Found]:
    """One row at least: without an event what is known of the log alone."""
    order = storable(asked.order_id)
    own = storable(asked.event_id)
    seen = _SEEN if mine else ""
    if order:
        values: dict[str, object] = {
            "order_key": key_of(order),
            "order": order,
            "since": _since(asked.since_us),
        }
    else:
        values = {
            "id": packed_id(storable_id(asked.event_id)),
            "own_key": key_of(own),
            "own": own,
        }
    statement = _EVENTS.format(found=_OF_ORDER if order else _BY_ID)
    values |= {"most": MOST_EVENTS + 1, **mine}
    if mine:
        values["skew"] = SKEW_US
    return _found(connection, statement.replace("{seen}", seen), values)


def _attempts(
    connection: Connection, asked: LifeQuestion, events: Sequence[Found], mine: _Values
) -> Sequence[Found]:
    since, order = _since(asked.since_us), storable(asked.order_id)
    values: dict[str, object] = {"most": MOST_STEPS + 1, "since": since, **mine}
    if order:
        values |= {"order_key": key_of(order), "order": order}
    else:
        values |= {
            "orders": sorted({one.order_key for one in events}),
            "events": sorted({one.event for one in events}),
            "since": max(since, _first(events)),
        }
    statement = _ORDERS_ATTEMPTS if order else _ATTEMPTS
    return _found(connection, statement.format(mine=_MINE if mine else ""), values)


def _acks(
    connection: Connection, events: Sequence[Found], mine: _Values
) -> Sequence[Found]:
    values = {
        "events": sorted({one.event for one in events}),
        "since": _first(events),
        "most": MOST_STEPS,
        **mine,
    }
    return _found(connection, _ACKS.format(mine=_MINE if mine else ""), values)


def _since(us: int | None) -> int:
    return _LEAST if us is None else max(min(us, -_LEAST - 1), _LEAST)


def _first(events: Collection[Found]) -> int:
    """Nothing befell these before: no day before that is looked into."""
    return _since(min(one.arrived_us for one in events) - SKEW_US)


def _found(connection: Connection, statement: str, values: _Values) -> Sequence[Found]:
    # Without a number a list of SQLite ends where an OFFSET begins.
    unlimited = "" if connection.dialect.name == "postgresql" else "LIMIT -1"
    made = _made(statement.replace("{unlimited}", unlimited))
    return connection.execute(made, values).all()


@lru_cache
def _made(statement: str) -> TextClause:
    lists = [one for one in _LISTS if f":{one}" in statement]
    return text(statement).bindparams(*(bindparam(n, expanding=True) for n in lists))
