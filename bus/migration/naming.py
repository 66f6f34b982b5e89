"""What kind of difference there is between two values, as people would name it."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from types import MappingProxyType

from bus.migration.leaves import Hollow
from bus.migration.terms import How
from bus.times import in_utc, read_rfc3339

_QUARTER = timedelta(minutes=15)
_MOST_OFFSET = timedelta(hours=26)
_SHORTEST = 3


class Kind(StrEnum):
    """What is wrong. A word never changes its meaning."""

    ROUNDING = "rounding"
    TRUNCATED = "truncated text"
    ENCODING = "encoding"
    ZONE = "time zone"
    NULL = "null against missing"
    MISSING = "field missing"
    ADDED = "field added"
    TYPE = "another type"
    VALUE = "another value"
    NAMESPACE = "another namespace"
    SEQUENCE = "another order of elements"
    SPACES = "white space"
    BODY = "another body"
    UNREADABLE = "unreadable body"
    HEADER_LOST = "header lost"
    HEADER = "another header"
    SIGNATURE = "wrong signature"
    OUTCOME = "another outcome"
    STALE = "stale version"
    EVENT_TYPE = "another event type"
    ORDER = "swapped order"
    LATENCY = "latency"
    DROPPED_TYPE = "dropped type"
    FILTER = "filter boundary"
    ABSENT = "not sent"
    EXTRA = "sent by the new side alone"
    DUPLICATE = "duplicate"


def kind_of(old: object, new: object) -> Kind:
    """Name how two values of one field differ."""
    left, right = number_of(old), number_of(new)
    if left is not None and right is not None and not _texts(old, new):
        if isinstance(old, str) or isinstance(new, str):
            return Kind.TYPE if left == right else Kind.VALUE
        return Kind.ROUNDING if _rounded(left, right) else Kind.VALUE
    if not isinstance(old, str) or not isinstance(new, str):
        return Kind.TYPE
    if isinstance(old, Hollow) or isinstance(new, Hollow):
        return Kind.TYPE
    return _texts_differ(old, new)


def _texts_differ(old: str, new: str) -> Kind:
    left, right = number_of(old), number_of(new)
    if left is not None and right is not None:
        return Kind.ROUNDING if _rounded(left, right) else Kind.VALUE
    if _zoned(old, new):
        return Kind.ZONE
    if _misread(old, new) or _misread(new, old) or "\ufffd" in new:
        return Kind.ENCODING
    shorter, longer = sorted((old, new), key=len)
    if len(shorter) >= _SHORTEST and longer.startswith(shorter.rstrip("…. ")):
        return Kind.TRUNCATED
    return Kind.VALUE


def _texts(old: object, new: object) -> bool:
    return isinstance(old, str) and isinstance(new, str)


def number_of(value: object) -> Decimal | None:
    """The number that a value is or spells; None: it is none."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal | str):
        return None
    if isinstance(value, str) and not value.strip(" 0123456789.+-"):
        with suppress(InvalidOperation):
            return Decimal(value.strip())
        return None
    return None if isinstance(value, str) else Decimal(value)


def _rounded(old: Decimal, new: Decimal) -> bool:
    """Whether they are as near as the last digit of the one that has fewer.

    Whole numbers are never rounded: those are counts.
    """
    fewer, more = sorted((_exponent(old), _exponent(new)), reverse=True)
    return more < 0 and abs(old - new) <= Decimal(1).scaleb(fewer)


def _exponent(number: Decimal) -> int:
    exponent = number.as_tuple().exponent
    return exponent if isinstance(exponent, int) and exponent < 0 else 0


def moment(text: str) -> datetime | None:
    """The moment that a text says, a naive one too; None: it is no time."""
    with suppress(ValueError):
        return read_rfc3339(text)
    with suppress(ValueError):
        found = datetime.fromisoformat(text)
        return found if len(text) > len("2026-11-02") else None
    return None


def _zoned(old: str, new: str) -> bool:
    left, right = moment(old), moment(new)
    if left is None or right is None:
        return False
    if (left.tzinfo is None) != (right.tzinfo is None):
        return True
    apart = abs(left - right)
    return not apart % _QUARTER and apart <= _MOST_OFFSET


def _misread(right: str, wrong: str) -> bool:
    """Whether the bytes of one in UTF-8, read as Latin-1, are the other."""
    for encoding in ("latin-1", "cp1252"):
        with suppress(UnicodeError):
            if not right.isascii() and right.encode().decode(encoding) == wrong:
                return True
    with suppress(UnicodeError):
        return (
            not right.isascii() and right.encode("ascii", "replace").decode() == wrong
        )
    return False


def _instants(old: object, new: object) -> bool:
    if not isinstance(old, str) or not isinstance(new, str):
        return False
    left, right = moment(old), moment(new)
    if left is None or right is None or left.tzinfo is None or right.tzinfo is None:
        return False
    return in_utc(left) == in_utc(right)


def _numbers(old: object, new: object) -> bool:
    left, right = number_of(old), number_of(new)
    return left is not None and left == right


def _spaced(old: object, new: object) -> bool:
    return _as_texts(old, new, lambda text: " ".join(text.split()))


def _cased(old: object, new: object) -> bool:
    return _as_texts(old, new, str.casefold)


def _as_texts(old: object, new: object, made: Callable[[str], str]) -> bool:
    return isinstance(old, str) and isinstance(new, str) and made(old) == made(new)


EXCUSES: Mapping[How, Callable[[object, object], bool]] = MappingProxyType(
    {
        How.IGNORE: lambda _old, _new: True,
        How.NUMBER: _numbers,
        How.INSTANT: _instants,
        How.SPACES: _spaced,
        How.CASE: _cased,
    }
)
"""What two values have to be to one another for a rule to hold; both are there."""
