"""Does a value fit an Avro type that holds no other? If not, why not?

Values are what fastavro's reader returns: Decimal, aware datetime, date, UUID.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import TypeAlias, cast
from uuid import UUID

Check: TypeAlias = Callable[[object], None]
Definition: TypeAlias = Mapping[str, object]

_FLOAT_MAX = 3.4028234663852886e38
_DOUBLE_MAX = 1.7976931348623157e308


class Mismatch(Exception):  # noqa: N818 - a reason on its way out, not an error
    """Why a value does not fit. `path` holds the steps to it, innermost first."""

    def __init__(self, why: str, *path: str) -> None:
        super().__init__(why)
        self.why = why
        self.path = list(path)

    @property
    def place(self) -> str:
        """The path as people write it, `lines[2].unit_price.amount`."""
        joined = "".join(
            step if step.startswith("[") else f".{step}" for step in reversed(self.path)
        )
        return joined.removeprefix(".")


def _got(value: object) -> str:
    return "null" if value is None else type(value).__name__


def refuse(expected: str, value: object) -> Mismatch:
    """The reason for a value of the wrong type."""
    return Mismatch(f"expected {expected}, got {_got(value)}")


def _null(value: object) -> None:
    if value is not None:
        raise refuse("null", value)


def _boolean(value: object) -> None:
    if value is not True and value is not False:
        raise refuse("boolean", value)


def string(value: object) -> None:
    """Raise `Mismatch` unless it is text that UTF-8 can hold."""
    if not isinstance(value, str):
        raise refuse("string", value)
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise Mismatch("expected text that UTF-8 can hold") from None


def _bytes(value: object) -> None:
    if not isinstance(value, bytes):
        raise refuse("bytes", value)


def _integer(name: str, bits: int) -> Check:
    low, high = -(1 << (bits - 1)), (1 << (bits - 1)) - 1

    def check(value: object) -> None:
        if not isinstance(value, int) or isinstance(value, bool):
            raise refuse(name, value)
        if not low <= value <= high:
            raise Mismatch(f"expected {name} ({low} to {high}), got a number beyond it")

    return check


def _floating(name: str, limit: float) -> Check:
    def check(value: object) -> None:
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise refuse(name, value)
        if not -limit <= value <= limit:  # false for NaN, too
            raise Mismatch(f"expected a finite {name}, got {value!r:.40}")

    return check


def _instance(expected: str, kind: type, *, but_not: type | None = None) -> Check:
    def check(value: object) -> None:
        if not isinstance(value, kind) or (but_not and isinstance(value, but_not)):
            raise refuse(expected, value)

    return check


def sized(size: int) -> Check:
    """Return the check of a `fixed`: exactly so many bytes."""

    def check(value: object) -> None:
        if not isinstance(value, bytes):
            raise refuse(f"{size} bytes", value)
        if len(value) != size:
            raise Mismatch(f"expected {size} bytes, got {len(value)}")

    return check


def decimal(schema: Definition) -> Check:
    """Return the check of a decimal: finite, within its precision and scale."""
    precision = cast("int", schema["precision"])
    scale = cast("int", schema.get("scale", 0))
    expected = f"decimal({precision},{scale})"
    usual = [Decimal(1).scaleb(-places) for places in range(min(scale, 2), -1, -1)]

    def check(value: object) -> None:
        if not isinstance(value, Decimal):
            raise refuse(expected, value)
        # A quarter of what taking it apart costs.
        if value.adjusted() < precision - scale and any(map(value.same_quantum, usual)):
            return
        _, digits, exponent = value.as_tuple()
        if not isinstance(exponent, int):
            raise Mismatch(f"expected {expected}, got {value}")
        if -exponent > scale:
            raise Mismatch(f"expected {expected}, got {-exponent} decimal places")
        if any(digits) and len(digits) + exponent + scale > precision:
            whole = precision - scale
            raise Mismatch(
                f"expected {expected}, got more than {whole} digits before the point"
            )

    return check


def _timestamp(schema: Definition) -> Check:
    expected = f"timezone-aware datetime ({schema['logicalType']})"

    def check(value: object) -> None:
        if not isinstance(value, datetime):
            raise refuse(expected, value)
        if value.utcoffset() is None:
            raise Mismatch(f"expected {expected}, got a datetime without a timezone")

    return check


def _local_timestamp(schema: Definition) -> Check:
    expected = f"datetime without a timezone ({schema['logicalType']})"

    def check(value: object) -> None:
        if not isinstance(value, datetime):
            raise refuse(expected, value)
        if value.utcoffset() is not None:
            raise Mismatch(f"expected {expected}, got one with a timezone")

    return check


def _nanos(check_time: Callable[[Definition], Check]) -> Callable[[Definition], Check]:
    """A time, or the number itself: Python's times end at microseconds."""

    def compile_either(schema: Definition) -> Check:
        of_time, of_number = check_time(schema), _integer("long", 64)

        def check(value: object) -> None:
            of_number(value) if isinstance(value, int) else of_time(value)

        return check

    return compile_either


PRIMITIVES: dict[str, Check] = {
    "null": _null,
    "boolean": _boolean,
    "string": string,
    "bytes": _bytes,
    "int": _integer("int", 32),
    "long": _integer("long", 64),
    "float": _floating("float", _FLOAT_MAX),
    "double": _floating("double", _DOUBLE_MAX),
}
LOGICAL: dict[tuple[object, object], Callable[[Definition], Check]] = {
    ("bytes", "decimal"): decimal,
    ("long", "timestamp-millis"): _timestamp,
    ("long", "timestamp-micros"): _timestamp,
    ("long", "local-timestamp-millis"): _local_timestamp,
    ("long", "local-timestamp-micros"): _local_timestamp,
    ("long", "timestamp-nanos"): _nanos(_timestamp),
    ("long", "local-timestamp-nanos"): _nanos(_local_timestamp),
    ("int", "date"): lambda _: _instance("date", date, but_not=datetime),
    ("int", "time-millis"): lambda _: _instance("time", time),
    ("long", "time-micros"): lambda _: _instance("time", time),
    ("string", "uuid"): lambda _: _instance("UUID", UUID),
}
