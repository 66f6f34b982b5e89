"""How long the log keeps what, and what a look at its size shows."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from bus.log.rows import Position
from bus.record import TopicPartition

DAY_US = 86_400_000_000
DAYS_AHEAD = 7
_OLDEST_DAYS = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """How many days what is kept, and how many bytes all of it may have.

    Attributes:
        accepted_days: Attempts that were accepted.
        days: All else that happened: other attempts, events, acks, open deliveries,
            quarantined records.
        minute_days: Counts a minute; those an hour stay as long as the audit.
        audit_days: Changes.
        most_bytes: Beyond it the oldest days go, whatever their age; today stays.
    """

    accepted_days: int = 14
    days: int = 30
    minute_days: int = 3
    audit_days: int = 400
    most_bytes: int | None = None


class Pruned(NamedTuple):
    """What was removed: days (named `table date`), and rows one by one."""

    days: Sequence[str] = ()
    rows: int = 0


class Day(NamedTuple):
    """A UTC day of a table, and what it takes. `day` is days since the epoch."""

    table: str
    day: int
    bytes: int = 0


class TableSize(NamedTuple):
    """A table of the log; `rows` may be an estimate, times are of its rows."""

    name: str
    rows: int
    bytes: int
    oldest_us: int | None = None
    newest_us: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """What a log is made of. `place` names it without a secret.

    `days` are the UTC days of attempts that have a place of their own, as dates.
    `stray` counts the rows that were put aside for their time.
    """

    database: str
    place: str
    bytes: int
    tables: Sequence[TableSize] = ()
    days: Sequence[str] = ()
    stray: int = 0
    positions: Mapping[TopicPartition, Position] = field(default_factory=dict)


def storable(time_us: int, now_us: int) -> bool:
    """Whether a time can be a row's: not much older than anything kept, nor to come.

    A clock may be a day ahead, which covers every mistake with time zones.
    """
    return now_us - _OLDEST_DAYS * DAY_US <= time_us <= now_us + DAY_US


def day_of(time_us: int) -> int:
    """The UTC day of a time, in days since the epoch."""
    return time_us // DAY_US


def days_ahead(now_us: int) -> range:
    """The days that are made before they come, today and yesterday with them."""
    return range(day_of(now_us) - 1, day_of(now_us) + DAYS_AHEAD + 1)


def too_old(day: int, kept_days: int, now_us: int) -> bool:
    """Whether all of a day is older than what is kept."""
    return (day + 1) * DAY_US <= now_us - kept_days * DAY_US


def too_many(
    days: Iterable[Day], most_bytes: int, kept_bytes: int, now_us: int
) -> Sequence[Day]:
    """Return the days that have to go, oldest first, so that all fits.

    `kept_bytes` is what else there is. Within a day the order given decides.
    """
    past = sorted(days, key=lambda one: one.day)
    total = kept_bytes + sum(one.bytes for one in past)
    gone: list[Day] = []
    for one in past:
        if total <= most_bytes or one.day >= day_of(now_us):
            break
        gone.append(one)
        total -= one.bytes
    return gone
