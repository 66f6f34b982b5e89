"""Scalars as plain JSON writes them, turned into what an Avro schema means by them.

What cannot be turned is left as it is, for the schema's own check to refuse.
"""

import binascii
import re
from base64 import b64decode
from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Context, Decimal
from typing import TypeAlias, cast
from uuid import UUID

from bus.contracts.scalars import Definition, Mismatch, refuse
from bus.times import read_rfc3339

Lift: TypeAlias = Callable[[object], object]

_NUMBER = re.compile(r"-?[0-9]{1,400}(\.[0-9]{1,400})?([eE][+-]?[0-9]{1,3})?")
_LONG_DIGITS = 20
_MAX_DIGITS = 400


def as_it_is(value: object) -> object:
    """JSON writes it as Avro means it."""
    return value


def _integer(value: object) -> object:
    """5.0 is an integer to JSON; what has more digits than a long is not looked at."""
    if isinstance(value, Decimal) and value.adjusted() < _LONG_DIGITS:
        whole = value.to_integral_value()
        return int(whole) if whole == value else value
    return value


def _floating(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return value
    try:
        return float(value)
    except OverflowError:
        raise Mismatch("expected a finite number, got one beyond it") from None


def bytes_lift(value: object) -> object:
    """Bytes are base64, in the standard alphabet."""
    if not isinstance(value, str):
        raise refuse("bytes as base64 text", value)
    try:
        return b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        raise Mismatch("expected bytes as base64 text") from None


def decimal_lift(schema: Definition) -> Lift:
    """A decimal is a number or a text of digits, with no more places than its scale."""
    places = Decimal(1).scaleb(-cast("int", schema.get("scale", 0)))
    context = Context(prec=1_000)

    def lift(value: object) -> object:
        if isinstance(value, str):
            if not _NUMBER.fullmatch(value):
                raise Mismatch("expected a decimal number")
            value = Decimal(value)
        if isinstance(value, int) and not isinstance(value, bool):
            value = Decimal(value)
        if not isinstance(value, Decimal):
            raise refuse("a decimal, as a number or text", value)
        if not value:  # 0E+999999 is zero, and a million digits to whoever writes it
            return Decimal(0).quantize(places)
        if abs(value.adjusted()) > _MAX_DIGITS:
            raise Mismatch("expected a decimal number, got one of too many digits")
        exact = value.normalize(context)
        return (
            exact.quantize(places, context=context) if _fits(exact, places) else value
        )

    return lift


def _fits(value: Decimal, places: Decimal) -> bool:
    """Whether it has no more decimal places than the schema; else the check says so."""
    return cast("int", value.as_tuple().exponent) >= cast(
        "int", places.as_tuple().exponent
    )


def _read(expected: str, parse: Callable[[str], object]) -> Lift:
    """Text that `parse` makes a value of, or a mismatch."""

    def lift(value: object) -> object:
        if not isinstance(value, str):
            raise refuse(expected, value)
        try:
            return parse(value)
        except ValueError:
            raise Mismatch(f"expected {expected}") from None

    return lift


def _local(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is not None:
        raise ValueError("with a time zone")
    return moment


def _time_of_day(text: str) -> time:
    moment = time.fromisoformat(text)
    if moment.tzinfo is not None:
        raise ValueError("with a time zone")
    return moment


_TIMESTAMP = _read("a time in RFC 3339 with a zone", read_rfc3339)
_LOCAL = _read("a date and time without a zone", _local)
_TIME = _read("a time of day", _time_of_day)
PRIMITIVES: dict[str, Lift] = {
    "int": _integer,
    "long": _integer,
    "float": _floating,
    "double": _floating,
    "bytes": bytes_lift,
}
LOGICAL: dict[tuple[object, object], Lift] = {
    ("int", "date"): _read("a date, YYYY-MM-DD", date.fromisoformat),
    ("int", "time-millis"): _TIME,
    ("long", "time-micros"): _TIME,
    ("string", "uuid"): _read("a UUID", UUID),
    **{
        ("long", f"timestamp-{unit}"): _TIMESTAMP
        for unit in ("millis", "micros", "nanos")
    },
    **{
        ("long", f"local-timestamp-{unit}"): _LOCAL
        for unit in ("millis", "micros", "nanos")
    },
}
