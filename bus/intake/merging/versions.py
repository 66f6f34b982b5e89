"""Versions of an order as its source tells them: which of two is older.

Sources count (`7`), or say when they last changed the order; some say neither. Where
two cannot be compared neither is older: what is told twice does less harm than what is
never told.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from bus.times import read_rfc3339

_DIGITS = 18
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Version(NamedTuple):
    """A source's version of an order.

    `text` as the source says it, `updated_us` when it last changed the order, in
    microseconds since 1970; either may be unknown.
    """

    text: str | None = None
    updated_us: int | None = None


def version_of(data: Mapping[str, object]) -> Version:
    """The version that an event of intake tells."""
    text, updated = data.get("source_version"), data.get("source_updated_at")
    moment = updated if isinstance(updated, datetime) else None
    return Version(
        text if isinstance(text, str) else None,
        None if moment is None else (moment - _EPOCH) // _MICROSECOND,
    )


def older(one: Version, other: Version) -> bool:
    """Whether `one` is surely older than `other`."""
    counts = _count(one.text), _count(other.text)
    if counts[0] is not None and counts[1] is not None:
        return counts[0] < counts[1]
    if one.updated_us is not None and other.updated_us is not None:
        return one.updated_us < other.updated_us
    moments = _moment(one.text), _moment(other.text)
    if moments[0] is not None and moments[1] is not None:
        return moments[0] < moments[1]
    return False


def _count(text: str | None) -> int | None:
    if text is None or not text.isascii() or not text.isdigit() or len(text) > _DIGITS:
        return None
    return int(text)


def _moment(text: str | None) -> datetime | None:
    try:
        return None if text is None else read_rfc3339(text)
    except ValueError:
        return None
