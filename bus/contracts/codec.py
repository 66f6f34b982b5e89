"""Events to bytes and back.

The bytes are Avro in Confluent's framing: a zero byte, the schema id as four bytes
big-endian, the Avro body. Any Confluent client reads them. This file is the only
home of fastavro.
"""

import json
import struct
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from io import BytesIO
from typing import TypeAlias, cast

import fastavro
from fastavro.read import LOGICAL_READERS
from fastavro.schema import SchemaParseException, UnknownType
from fastavro.write import LOGICAL_WRITERS

from bus.contracts.moments import NANOS, OUR_READERS, OUR_WRITERS, renamed
from bus.contracts.scalars import Check, Mismatch
from bus.contracts.validation import compile_check
from bus.errors import ConfigurationError, DecodeError, InvalidEventError
from bus.event import Data

MAX_SCHEMA_ID = 2**31 - 1
_FRAME = struct.Struct(">BI")
# What fastavro raises on a schema that is none.
_UNPARSABLE = (SchemaParseException, AttributeError, TypeError, ValueError)
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
LOGICAL_READERS.update(OUR_READERS)
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
        ConfigurationError: No JSON, no record, or not a valid Avro schema.
    """
    references = tuple(references)
    named: dict[str, dict[str, object]] = {}
    bases = [_parse(_load(reference), named)[0] for reference in references]
    definition = _load(text)
    parsed, check = _parse(definition, named, bases)
    if not isinstance(parsed, dict) or parsed["type"] != "record":
        raise ConfigurationError("expected the schema of a record")
    compact = json.dumps(definition, separators=(",", ":"), ensure_ascii=False)
    parts = (*references, text)
    return Schema(
        full_name=parsed["name"],
        event_type=_event_type(definition),
        text=compact,
        parsed=parsed,
        _parsed=_renamed(parts, NANOS) if "-nanos" in "".join(parts) else parsed,
        _check=check,
        _parts=parts,
    )


def _renamed(parts: Iterable[str], logical: frozenset[str] | None) -> Parsed:
    """Parse again, for us to read and write these logical types (None: all)."""
    named: dict[str, dict[str, object]] = {}
    parsed: object = None
    for part in parts:
        definition = cast("dict[str, object]", renamed(_load(part), logical))
        parsed = fastavro.parse_schema(definition, named)
    return cast("Parsed", parsed)


@lru_cache(maxsize=1_000)
def _lenient(schema: Schema) -> Parsed:
    """The schema read by us wherever a time may be beyond Python's."""
    return _renamed(schema._parts, None)  # noqa: SLF001 - this module's own class


def _load(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError as error:
        raise ConfigurationError(f"not JSON: {error}") from None


def _parse(
    definition: object,
    named: dict[str, dict[str, object]],
    bases: Iterable[object] = (),
) -> tuple[object, Check]:
    try:
        parsed = fastavro.parse_schema(cast("dict[str, object]", definition), named)
        return parsed, compile_check(parsed, bases)
    except UnknownType as error:
        raise ConfigurationError(f"unknown type {error.name}") from None
    except KeyError as error:
        raise ConfigurationError(f"not an Avro schema: {error} is missing") from None
    except _UNPARSABLE as error:
        raise ConfigurationError(f"not an Avro schema: {error}") from None


def _event_type(definition: object) -> str | None:
    """Any text: how ours are spelled, the catalogue says."""
    event_type = cast("dict[str, object]", definition).get("event_type")
    return event_type if isinstance(event_type, str) and event_type else None


def is_of_type(text: str, event_type: str) -> bool:
    """Whether this is the text of an event type's schema."""
    try:
        definition = _load(text)
    except ConfigurationError:
        return False
    return isinstance(definition, dict) and _event_type(definition) == event_type


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
    return encode_unchecked(schema, schema_id, data)


def encode_unchecked(schema: Schema, schema_id: int, data: Data) -> bytes:
    """Return the framed bytes of data of our own making, at half the price.

    Raises:
        InvalidEventError: It cannot be written; not all that is wrong is found.
    """
    out = BytesIO()
    out.write(_FRAME.pack(0, schema_id))
    try:
        fastavro.schemaless_writer(out, schema._parsed, data)  # noqa: SLF001
    except (ArithmeticError, LookupError, TypeError, ValueError) as error:
        raise InvalidEventError("data", f"cannot be written: {error}") from None
    return out.getvalue()


def split_frame(payload: bytes | None) -> tuple[int, bytes]:
    """Return the schema id and the Avro body of a framed payload.

    Raises:
        DecodeError: The payload is not in Confluent's framing; the text says why.
    """
    if not payload:
        raise DecodeError("no value: a tombstone or an empty record")
    if payload[0] != 0:
        looks = " (it looks like JSON)" if payload[:1] in b"{[" else ""
        raise DecodeError(
            f"first byte is 0x{payload[0]:02x}, not the 0x00 of a schema id{looks}"
        )
    if len(payload) < _FRAME.size:
        raise DecodeError(f"{len(payload)} bytes are too few to hold a schema id")
    _, schema_id = _FRAME.unpack_from(payload)
    if schema_id > MAX_SCHEMA_ID:
        raise DecodeError(f"no schema can have the id {schema_id}: above 2^31-1")
    return schema_id, payload[_FRAME.size :]


def decode(schema: Schema, body: bytes) -> dict[str, object]:
    """Return the data of an Avro body written with exactly this schema.

    Raises:
        DecodeError: The body is cut off, too long, or not of this schema.
    """
    stream = BytesIO(body)
    try:
        try:
            data = _read(stream, schema._parsed)  # noqa: SLF001 - this module's class
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
