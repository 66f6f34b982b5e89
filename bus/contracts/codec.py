"""Events to bytes and back.

The bytes are Avro in Confluent's framing: a zero byte, the schema id as four bytes
big-endian, the Avro body. Any Confluent client reads them. This file is the only
home of fastavro.
"""

import json
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from io import BytesIO
from typing import TypeAlias, cast

import fastavro
from fastavro.read import LOGICAL_READERS
from fastavro.schema import SchemaParseException, UnknownType
from fastavro.write import LOGICAL_WRITERS

from bus.contracts.bounds import Walk, bound, look
from bus.contracts.branches import Mark, compile_marks
from bus.contracts.definition import event_type_of, load
from bus.contracts.framing import FRAME
from bus.contracts.moments import (
    DECIMALS,
    NANOS,
    OUR_READERS,
    OUR_WRITERS,
    Reader,
    our,
    renamed,
)
from bus.contracts.scalars import Check, Definition, Mismatch
from bus.contracts.validation import compile_type
from bus.errors import ConfigurationError, DecodeError, InvalidEventError
from bus.event import Data

# What fastavro raises on a schema that is none.
_UNPARSABLE = (SchemaParseException, AttributeError, TypeError, ValueError)
# From here on the bytes of each decimal are counted: it costs the square of them.
_LARGE = 4_096
# What fastavro raises on bytes that are not what the schema says; a property test
# feeds it random bytes and fails on any other.
_UNREADABLE = (
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    MemoryError,
    RecursionError,
    TypeError,
    ValueError,
    struct.error,
)
_MOST_DECIMAL_BYTES = 1_000


def _counted(read: Reader) -> Reader:
    """A decimal's reader, unless there are so many bytes that it takes for ever."""

    def call(value: object, writer: object = None, reader: object = None, /) -> object:
        size = len(cast("bytes", value))
        if size > _MOST_DECIMAL_BYTES:
            raise ValueError(f"a decimal of {size} bytes")
        return read(value, writer, reader)

    return call


LOGICAL_READERS.update(OUR_READERS)
for _name in ("bytes-decimal", "fixed-decimal"):
    LOGICAL_READERS[our(_name)] = _counted(cast("Reader", LOGICAL_READERS[_name]))
LOGICAL_WRITERS.update(OUR_WRITERS)
Parsed: TypeAlias = dict[object, object]


@dataclass(frozen=True, slots=True, eq=False)
class Schema:
    """One parsed schema of a record.

    Attributes:
        full_name: Namespace and name, `oms.order.v1.OrderCreated`.
        event_type: Its `event_type`, or None for a record that is not an event.
        text: The schema as compact JSON, every attribute kept; what is registered.
        parsed: As fastavro parses it: all names full.
    """

    full_name: str
    event_type: str | None
    text: str
    parsed: Parsed = field(repr=False)
    _parsed: Parsed = field(repr=False)
    _check: Check = field(repr=False)
    _walk: Walk | None = field(repr=False)
    _parts: tuple[str, ...] = field(repr=False)

    @property
    def family(self) -> str:
        """The first segment of the event type."""
        return (self.event_type or "").partition(".")[0]


def parse_schema(text: str, references: Iterable[str] = ()) -> Schema:
    """Parse the JSON text of a record's schema.

    `references` are the texts of schemas it names but does not hold, in the order
    of their dependence (Confluent's schema references).

    Raises:
        ConfigurationError: No JSON, no record, not a valid Avro schema, or one
            without bounds.
    """
    parts = (*references, text)
    known = _Known(parts)
    for reference in parts[:-1]:
        known.parse(reference)
    return known.record(text)


def parse_records(texts: Sequence[str]) -> tuple[Schema, ...]:
    """Parse the texts of records, of which each may name what earlier ones define.

    Raises:
        ConfigurationError: As `parse_schema`.
    """
    known = _Known(texts)
    return tuple(known.record(text) for text in texts)


class _Known:
    """What texts parsed in turn have defined so far; each is parsed once."""

    def __init__(self, parts: Sequence[str]) -> None:
        self._parts = parts
        self._count = 0
        self._named: dict[str, dict[str, object]] = {}
        self._checks: dict[str, Check] = {}
        self._bounds: dict[str, Definition] = {}
        with_nanos = any("-nanos" in part for part in parts)
        self._ours: dict[str, dict[str, object]] | None = {} if with_nanos else None

    def parse(self, text: str) -> tuple[Parsed, Parsed, Check, Walk | None]:
        """Return it as fastavro parses it, as we read it, its check and its walk."""
        definition = load(text)
        self._count += 1
        try:
            parsed = _parse(definition, self._named)
            check = compile_type(parsed, self._checks)
            walk = bound(parsed, self._bounds)
            ours = parsed
            if self._ours is not None:
                ours = _parse(renamed(load(text), NANOS), self._ours)
        except UnknownType as error:
            raise ConfigurationError(f"unknown type {error.name}") from None
        except KeyError as error:
            why = f"not an Avro schema: {error} is missing"
            raise ConfigurationError(why) from None
        except RecursionError:
            raise ConfigurationError("nested too deeply") from None
        except _UNPARSABLE as error:
            raise ConfigurationError(f"not an Avro schema: {error}") from None
        return parsed, ours, check, walk

    def record(self, text: str) -> Schema:
        """Return the schema of a record."""
        parsed, ours, check, walk = self.parse(text)
        if not isinstance(parsed, dict) or parsed["type"] != "record":  # type: ignore[redundant-expr]  # may be a list or a text
            raise ConfigurationError("expected the schema of a record")
        definition = load(text)
        return Schema(
            full_name=cast("str", parsed["name"]),
            event_type=event_type_of(definition),
            text=json.dumps(definition, separators=(",", ":"), ensure_ascii=False),
            parsed=parsed,
            _parsed=ours,
            _check=check,
            _walk=walk,
            _parts=tuple(self._parts[: self._count]),
        )


def _renamed(parts: Iterable[str], logical: frozenset[str] | None) -> Parsed:
    """Parse again, for us to read and write these logical types (None: all)."""
    named: dict[str, dict[str, object]] = {}
    parsed: Parsed = {}
    for part in parts:
        parsed = _parse(renamed(load(part), logical), named)
    return parsed


def _parse(definition: object, named: dict[str, dict[str, object]]) -> Parsed:
    schema = cast("dict[str, object]", definition)
    return cast("Parsed", fastavro.parse_schema(schema, named))


@lru_cache(maxsize=1_000)
def _lenient(schema: Schema) -> Parsed:
    """The schema read by us wherever a time may be beyond Python's."""
    return _renamed(schema._parts, None)  # noqa: SLF001 - this module's own class


@lru_cache(maxsize=1_000)
def _counting(schema: Schema) -> Parsed:
    """The schema read by us wherever it has a decimal."""
    parts = schema._parts  # noqa: SLF001 - this module's own class
    if "decimal" not in "".join(parts):
        return schema._parsed  # noqa: SLF001 - likewise
    return _renamed(parts, NANOS | DECIMALS)


@lru_cache(maxsize=1_000)
def _marks(schema: Schema) -> Mark | None:
    """What spares fastavro its search for the branch of a union."""
    return compile_marks(schema._parsed)  # noqa: SLF001 - this module's own class


def validate(schema: Schema, data: Data) -> None:
    """Refuse data that does not match its schema.

    Raises:
        InvalidEventError: With the path of the first field that does not fit,
            `lines[2].unit_price.amount`, and why.
    """
    try:
        schema._check(data)  # noqa: SLF001 - this module's own class
    except Mismatch as mismatch:
        raise InvalidEventError(mismatch.place or "data", mismatch.why) from None


def encode(schema: Schema, schema_id: int, data: Data) -> bytes:
    """Return the framed bytes of data that was found to match its schema.

    Raises:
        InvalidEventError: As `validate`.
    """
    validate(schema, data)
    mark = _marks(schema)
    marked = data if mark is None else cast("Data", mark(data))
    return encode_unchecked(schema, schema_id, marked)


def encode_unchecked(schema: Schema, schema_id: int, data: Data) -> bytes:
    """Return the framed bytes of data of our own making, at half the price.

    Raises:
        InvalidEventError: It cannot be written; not all that is wrong is found.
    """
    out = BytesIO()
    out.write(FRAME.pack(0, schema_id))
    try:
        fastavro.schemaless_writer(out, schema._parsed, data)  # noqa: SLF001
    except (ArithmeticError, LookupError, TypeError, ValueError) as error:
        raise InvalidEventError("data", f"cannot be written: {error}") from None
    return out.getvalue()


def decode(schema: Schema, body: bytes) -> dict[str, object]:
    """Return the data of an Avro body written with exactly this schema.

    Raises:
        DecodeError: The body is cut off, too long, or not of this schema.
    """
    stream = BytesIO(body)
    if schema._walk is not None:  # noqa: SLF001 - this module's own class
        look(schema._walk, body)  # noqa: SLF001 - likewise
    parsed = schema._parsed if len(body) < _LARGE else _counting(schema)  # noqa: SLF001
    try:
        try:
            data = _read(stream, parsed)
        except (OverflowError, ValueError):
            # A time that Python has not, or broken bytes: the second reading tells.
            stream = BytesIO(body)
            data = _read(stream, _lenient(schema))
    except _UNREADABLE as error:
        why = f"{type(error).__name__}: {error}".rstrip(": ")
        raise DecodeError(
            f"{len(body)} bytes do not hold a {schema.full_name} ({why})"
        ) from None
    rest = len(body) - stream.tell()
    if rest:
        raise DecodeError(f"{rest} bytes are left over after a {schema.full_name}")
    return data


def _read(stream: BytesIO, parsed: Parsed) -> dict[str, object]:
    return cast("dict[str, object]", fastavro.schemaless_reader(stream, parsed, None))
