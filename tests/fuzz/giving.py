"""Python's values written natively, beside the Python: the same Avro, or left to it."""

from collections import OrderedDict
from copy import deepcopy
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from enum import IntEnum, StrEnum
from random import Random
from typing import cast
from zoneinfo import ZoneInfo

from bus.contracts.codec import Schema, encode
from bus.errors import InvalidEventError
from bus.event import Data
from bus.native.giving import encoded, natively
from tests.fuzz.hostile import disturb


class _Word(StrEnum):
    B = "b"


class _Small(IntEnum):
    ONE = 1


_EAST = timezone(timedelta(hours=5, minutes=30))
_NUMBERS = ["0", "-0", "-0.00", "1.5", "1.50", "-128", "-32768.00", "1E+2", "1E-7"]
_ODD: list[object] = [
    *(
        None,
        True,
        False,
        0,
        1,
        -1,
        2**31,
        2**63,
        -(2**63),
        10**40,
        1.5,
        b"x",
        _Small.ONE,
    ),
    *("", "x", "é", "\U0001f4e6", "\x00", "\ud800", "b", _Word.B),
    *(Decimal(text) for text in (*_NUMBERS, "NaN", "-Infinity", "9" * 39, "1E+999999")),
    *(Decimal("0." + "0" * 50), Decimal("1.100000"), Decimal("12345.67")),
    *(date.min, date.max, date(2026, 11, 29), datetime(2026, 11, 29)),  # noqa: DTZ001 - odd
    *(datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)),
    *(
        datetime(1969, 12, 31, 23, 59, 59, 999_999, UTC),
        datetime.min.replace(tzinfo=_EAST),
    ),
    datetime(2026, 11, 29, 10, tzinfo=_EAST),
    datetime(2026, 11, 29, 10, fold=1, tzinfo=ZoneInfo("Europe/Berlin")),
    *([], {}, (), [None], {"a": 1}, {1: "a"}, OrderedDict(a="1"), ("a",), {"a": "b"}),
]


def check(schema: Schema, data: object, schema_id: int = 7) -> str:
    """Hold one event's data to the promise; return what became of it.

    Raises:
        AssertionError: the two differ.
    """
    given = cast("dict[str, object]", data)
    found = natively(schema, schema_id, given)
    wanted = _in_python(schema, schema_id, given)
    assert found in (None, wanted), given
    if wanted is None:
        return "refused"
    assert encoded(schema, schema_id, given) == wanted
    return "left to Python" if found is None else "the same"


def _in_python(schema: Schema, schema_id: int, data: Data) -> bytes | None:
    """What the judge writes; None: it refuses."""
    try:
        return encode(schema, schema_id, data)
    except InvalidEventError:
        return None


def changed(random: Random, data: object) -> object:
    """The same data, with a few odd values in places, or none."""
    whole = deepcopy(data)
    for _ in range(random.choice([0, 0, 1, 2])):
        disturb(random, whole, _ODD)
    return whole
