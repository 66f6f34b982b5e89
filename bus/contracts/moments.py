"""Avro's times where Python's end: what fastavro cannot read or write by itself.

Python's times have years 1 to 9999 and microseconds. A time beyond becomes the nearest
one there is, nanoseconds are cut to microseconds, and a UUID that is none stays text:
an odd value costs its own precision, never the event. The numbers come as the schema's
underlying type holds them.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol, TypeAlias, cast
from uuid import UUID

from bus.times import at_us

_Scalar: TypeAlias = Callable[[int], object]


class Reader(Protocol):
    """What fastavro calls with a value as its underlying type holds it."""

    def __call__(
        self, value: object, writer: object = None, reader: object = None, /
    ) -> object:
        """Return the value in Python's terms."""
        ...


# Avro 1.12's, which fastavro does not know.
NANOS = frozenset({"timestamp-nanos", "local-timestamp-nanos"})
DECIMALS = frozenset({"decimal"})
# A name of our own leaves fastavro's readers to others in the process as they are.
_OURS = "orderbus-"

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_UNIX_DAY = date(1970, 1, 1).toordinal()
_LAST_DAY = date.max.toordinal()
_LAST_MICROSECOND = 24 * 60 * 60 * 1_000_000 - 1
_MICROSECOND = timedelta(microseconds=1)


def _naive(microseconds: int) -> datetime:
    return at_us(microseconds).replace(tzinfo=None)


def _date(days: int) -> date:
    return date.fromordinal(min(max(days + _UNIX_DAY, 1), _LAST_DAY))


def _time(microseconds: int) -> time:
    within = min(max(microseconds, 0), _LAST_MICROSECOND)
    return at_us(within).time()


def _uuid(text: object, _writer: object = None, _reader: object = None) -> object:
    try:
        return UUID(cast("str", text))
    except ValueError:
        return text


def _reader(read: _Scalar) -> Reader:
    def call(number: object, _writer: object = None, _reader: object = None) -> object:
        return read(cast("int", number))

    return call


# By the underlying type and the logical one, joined as fastavro joins them.
_READERS: Mapping[str, Reader] = {
    "long-timestamp-millis": _reader(lambda n: at_us(n * 1000)),
    "long-timestamp-micros": _reader(at_us),
    "long-timestamp-nanos": _reader(lambda n: at_us(n // 1000)),
    "long-local-timestamp-millis": _reader(lambda n: _naive(n * 1000)),
    "long-local-timestamp-micros": _reader(_naive),
    "long-local-timestamp-nanos": _reader(lambda n: _naive(n // 1000)),
    "int-date": _reader(_date),
    "int-time-millis": _reader(lambda n: _time(n * 1000)),
    "long-time-micros": _reader(_time),
    "string-uuid": _uuid,
}


def _write_nanos(value: object, _schema: object = None) -> object:
    """Return the number for a time; a number is one already, to the nanosecond."""
    if not isinstance(value, datetime):
        return value
    moment = value if value.tzinfo else value.replace(tzinfo=UTC)
    return (moment - _EPOCH) // _MICROSECOND * 1000


def our(name: str) -> str:
    """Name an underlying and a logical type so that they are read by us."""
    kind, _, logical = name.partition("-")
    return f"{kind}-{_OURS}{logical}"


# What codec.py, which knows fastavro's own readers, reads for us.
_ELSEWHERE = frozenset({"bytes-decimal", "fixed-decimal"})
OUR_READERS = {our(name): read for name, read in _READERS.items()}
OUR_WRITERS = {our(f"long-{logical}"): _write_nanos for logical in NANOS}


def renamed(definition: object, logical: frozenset[str] | None = None) -> object:
    """Return a schema whose logical types (of these names, or all) are read by us."""
    if isinstance(definition, list):
        return [renamed(item, logical) for item in definition]
    if not isinstance(definition, dict):
        return definition
    copy = {name: renamed(item, logical) for name, item in definition.items()}
    kind, name = copy.get("type"), copy.get("logicalType")
    ours = f"{kind}-{name}" in _READERS or f"{kind}-{name}" in _ELSEWHERE
    if ours and (logical is None or name in logical):
        copy["logicalType"] = f"{_OURS}{name}"
    return copy
