"""The log's tables, as queries and writes see them; `migrations` makes them.

Names that repeat (subscriptions, types, topics, outcomes, routes) are numbers of
`name`. Ids of any length are looked up by 8 bytes of their hash (`*_key`), so that no
index ever meets a text that is too long for it. Nothing is NULL: 0 and the empty text
stand for nothing, which saves 8 bytes a row. Counts are the exception: of a minute's
45 most are none, and NULL takes no room.
"""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
)
from sqlalchemy.types import TypeEngine

from bus.log.rollup import BUCKETS, COUNTS

METADATA = MetaData()

LATENCIES = tuple(f"latency_{number:02}" for number in range(BUCKETS))
TALLY = (*COUNTS, *LATENCIES)
SUMS = (*TALLY, "kept", "recovered", "late", "dead", "calls", "deliveries")
"""Columns that are added up, wherever they are; NULL is none."""
BITS = ("up", "minutes")
"""Columns of minutes of an hour, a bit each, that are set together."""


_MAYBE = frozenset({*SUMS, *BITS})


def _table(
    name: str, *groups: tuple[type[TypeEngine[Any]], str], key: str = ""
) -> Table:
    """A table of columns given as a type and names, the primary key by names."""
    keys = key.split()
    columns = [
        Column(column, kind, nullable=column in _MAYBE, primary_key=column in keys)
        for kind, names in groups
        for column in names.split()
    ]
    return Table(name, METADATA, *columns)


NAME = _table(
    "name", (Integer, "id"), (LargeBinary, "digest"), (Text, "text"), key="id"
)

POSITION = _table(
    "position",
    (BigInteger, "next_offset read_to_us"),
    (Integer, "partition"),
    (Text, "topic topic_id"),
    key="topic partition",
)

EVENT = _table(
    "event",
    (BigInteger, "arrived_us offset time_us order_key own_key channel_key account_key"),
    (Integer, "topic partition event_type"),
    (LargeBinary, "event"),
    (Text, "own_id source order_id channel account"),
    (LargeBinary, "trace"),
)

ATTEMPT = _table(
    "attempt",
    (BigInteger, "started_us offset origin_offset order_key"),
    (Integer, "topic partition origin_topic origin_partition"),
    (Integer, "subscription event_type outcome route number duration_us"),
    (SmallInteger, "replay status"),
    (Boolean, "accepted"),
    (LargeBinary, "event"),
    (Text, "order_id detail"),
    (LargeBinary, "trace"),
)

DELIVERY_OPEN = _table(
    "delivery_open",
    (BigInteger, "changed_us arrived_us"),
    (Integer, "subscription event_type outcome attempts"),
    (SmallInteger, "state replay status cause overdue"),
    (LargeBinary, "event"),
    (Text, "order_id detail tier reason"),
    key="subscription event",
)

ACK = _table(
    "ack",
    (BigInteger, "arrived_us offset"),
    (Integer, "topic partition subscription"),
    (LargeBinary, "event"),
)

QUARANTINE = _table(
    "quarantine",
    (BigInteger, "arrived_us offset origin_offset"),
    (Integer, "topic partition origin_topic origin_partition"),
    (Text, "reason"),
)

AUDIT = _table(
    "audit",
    (BigInteger, "arrived_us offset entity_key"),
    (Integer, "topic partition"),
    (Text, "actor tenant address action entity entity_id before after"),
)

STRAY = _table(
    "stray",
    (BigInteger, "seen_us us offset"),
    (Integer, "topic partition"),
    (Text, "kind said"),
)

MINUTE = _table(
    "minute",
    (Integer, "start subscription event_type"),
    *((Integer, name) for name in TALLY),
    key="start subscription event_type",
)
FIVE_MINUTES = _table(
    "five_minutes",
    (Integer, "start subscription"),
    *((Integer, name) for name in TALLY),
    key="start subscription",
)
HOUR = _table(
    "hour",
    (Integer, "start subscription"),
    *((Integer, name) for name in TALLY),
    (BigInteger, "up"),
    key="start subscription",
)
DAY = _table(
    "day",
    (Integer, "start subscription"),
    *((Integer, name) for name in TALLY),
    (Integer, "kept recovered"),
    key="start subscription",
)
MISSED = _table(
    "missed",
    (Integer, "start subscription"),
    (SmallInteger, "cause"),
    (Integer, "late dead"),
    key="start subscription cause",
)
TROUBLE = _table(
    "trouble",
    (Integer, "start subscription"),
    (SmallInteger, "cause"),
    (BigInteger, "minutes"),
    (Integer, "calls deliveries"),
    key="subscription start cause",
)

LAG = _table("lag", (BigInteger, "at_us came went"), (Boolean, "slot"), (Text, "queue"))
FORECAST = _table(
    "forecast",
    (BigInteger, "made_us low_us mid_us high_us took_us"),
    (Double, "width"),
    (Text, "queue"),
    key="made_us queue",
)

# What holds rows; `clear` empties them. `name` stays: its numbers are known to others.
# Samples and forecasts stay, too: nothing could bring them back.
OF_ROWS = (
    *(EVENT, ATTEMPT, DELIVERY_OPEN, ACK, QUARANTINE, AUDIT, STRAY),
    *(MINUTE, FIVE_MINUTES, HOUR, DAY, MISSED, TROUBLE),
)
