"""Values of an event as checks need them: exact numbers, moments, lists; never a fault.

An event may come from the mapping (Decimal, datetime), or from JSON that a person has
edited (texts). What cannot be read is None.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Context, Decimal

from bus.times import read_rfc3339

EXACT = Context(prec=120, traps=[])
"""Sums and products of what events hold are exact in it, and nothing raises."""
_MOST_DIGITS = 40
_NUMBER = re.compile(r"[+-]?[0-9]{1,40}(?:\.[0-9]{1,40})?")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NOTHING: Mapping[str, object] = {}
_MOST_ITEMS = 10_000


def number(value: object) -> Decimal | None:
    """A finite number of at most 40 digits before and behind its point."""
    if isinstance(value, Decimal):
        # A NaN compares with nothing, an infinite one has the exponent 0.
        small = -_MOST_DIGITS < value.adjusted() < _MOST_DIGITS
        return value if small and value.is_finite() else None
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return Decimal(value) if abs(value) < 10**_MOST_DIGITS else None
    text = repr(value) if isinstance(value, float) else value
    if isinstance(text, str) and _NUMBER.fullmatch(text):
        return Decimal(text)
    return None


def record(value: object) -> Mapping[str, object]:
    """A record; an empty one if it is none."""
    return value if isinstance(value, dict) else _NOTHING


def records(value: object) -> list[Mapping[str, object]]:
    """The records of a list, at most 10,000; what is none is an empty one."""
    if not isinstance(value, list | tuple):
        return []
    kept = value if len(value) <= _MOST_ITEMS else value[:_MOST_ITEMS]
    return [item if isinstance(item, dict) else _NOTHING for item in kept]


def amount(value: object) -> Decimal | None:
    """The number of an amount with its currency, or of one without."""
    return number(value.get("amount") if isinstance(value, dict) else value)


def text(value: object) -> str:
    """A text without space around it; empty if it is none."""
    return value.strip() if isinstance(value, str) else ""


def moment(value: object) -> datetime | None:
    """A moment in UTC: a datetime with a zone, RFC 3339, or microseconds."""
    try:
        if isinstance(value, datetime):
            return value.astimezone(UTC) if value.tzinfo else None
        if isinstance(value, str):
            return read_rfc3339(value).astimezone(UTC)
        if isinstance(value, int) and not isinstance(value, bool):
            return _EPOCH + timedelta(microseconds=value)
    except (ValueError, OverflowError):
        return None
    return None


def plain(value: Decimal) -> str:
    """A number as people write it: no exponent, no zeros behind."""
    text_ = format(value, "f")
    return text_.rstrip("0").rstrip(".") if "." in text_ else text_
