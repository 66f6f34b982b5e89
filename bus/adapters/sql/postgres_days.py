"""The days of the log in PostgreSQL: listed, made ahead, attached without waiting."""

from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from sqlalchemy import Connection, text

from bus.adapters.sql.locks import DAYS, take
from bus.log.retention import DAY_US, Day
from bus.times import at_us

_MINUTES_A_DAY = 24 * 60
# What is kept by days, and the length of a day in its column.
PARENTS = {
    "attempt_accepted": DAY_US,
    "attempt_other": DAY_US,
    "event": DAY_US,
    "ack": DAY_US,
    "minute": _MINUTES_A_DAY,
    "five_minutes": _MINUTES_A_DAY,
}
# Their rows are changed again and again for a while: room for that beside each.
_CHANGING = {
    "minute": " WITH (fillfactor = 70)",
    "five_minutes": " WITH (fillfactor = 70)",
}

_LIST = text(
    "SELECT p.relname, c.relname, i.inhdetachpending, pg_total_relation_size(c.oid) "
    "FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid "
    "JOIN pg_class p ON p.oid = i.inhparent "
    "WHERE p.oid IN (SELECT to_regclass(one) "
    "FROM unnest(CAST(:parents AS text[])) AS one)"
)
_LOOSE = text(
    "SELECT c.relname FROM pg_class c WHERE c.relkind = 'r' AND NOT c.relispartition "
    "AND c.relnamespace = (SELECT relnamespace FROM pg_class "
    "WHERE oid = to_regclass('position')) AND c.relname ~ :pattern"
)


class Partition(NamedTuple):
    """A day's table. `pending`: somebody died while detaching it."""

    day: Day
    pending: bool


def name_of(parent: str, day: int) -> str:
    """The name of a day's table."""
    return f"{parent}_{at_us(day * DAY_US):%Y%m%d}"


def listed(connection: Connection) -> Sequence[Partition]:
    """Return the days that are attached, or half detached."""
    found = connection.execute(_LIST, {"parents": list(PARENTS)})
    return [
        Partition(Day(parent, _day_of(name), size), pending)
        for parent, name, pending, size in found
    ]


def loose(connection: Connection) -> Sequence[str]:
    """Return the tables of days that were detached and not dropped."""
    pattern = f"^({'|'.join(PARENTS)})_[0-9]{{8}}$"
    found = connection.execute(_LOOSE, {"pattern": pattern})
    return [name for (name,) in found]


def make(connection: Connection, days: Collection[int]) -> None:
    """Make and attach the tables of days that have none, in a transaction.

    A table made beside and attached, as `PARTITION OF` would lock all the others out.
    """
    take(connection, DAYS)
    there = {name_of(one.day.table, one.day.day): one for one in listed(connection)}
    left = set(loose(connection))
    for parent, day in ((parent, day) for parent in PARENTS for day in sorted(days)):
        name = name_of(parent, day)
        if name in there and not there[name].pending:
            continue
        for statement in _made_anew(parent, day, there.get(name), name in left):
            connection.execute(text(statement))


def _made_anew(
    parent: str,
    day: int,
    there: Partition | None,
    left: bool,  # noqa: FBT001
) -> Iterator[str]:
    name = name_of(parent, day)
    if there is not None:
        yield f"ALTER TABLE {parent} DETACH PARTITION {name} FINALIZE"
    if there is not None or left:
        yield f"DROP TABLE {name}"
    length = PARENTS[parent]
    like = "INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING INDEXES"
    yield f"CREATE TABLE {name} (LIKE {parent} {like}){_CHANGING.get(parent, '')}"
    yield (
        f"ALTER TABLE {parent} ATTACH PARTITION {name} "
        f"FOR VALUES FROM ({day * length}) TO ({(day + 1) * length})"
    )


def _day_of(name: str) -> int:
    date = datetime.strptime(name[-8:], "%Y%m%d").replace(tzinfo=UTC)
    return round(date.timestamp()) * 1_000_000 // DAY_US
