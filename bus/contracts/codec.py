"""Events to bytes and back, and the catalogue of all event types.

The bytes are Avro in Confluent's framing: a zero byte, the schema id as four bytes
big-endian, the Avro body. Any Confluent client reads them. This file is the only
home of fastavro.

An event type is one schema file, `<family>/<RecordName>.avsc`: its `event_type` says
`<family>.<what happened>`, its topic is `oms.<family>`.
"""

import json
import re
import struct
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from io import BytesIO
from pathlib import PurePosixPath
from typing import cast

import fastavro
from fastavro.schema import SchemaParseException, UnknownType

from bus.contracts.scalars import Check, Mismatch
from bus.contracts.validation import compile_check
from bus.errors import ConfigurationError, DecodeError, InvalidEventError
from bus.event import Data

_FRAME = struct.Struct(">BI")
_EVENT_TYPE = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+")
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


@dataclass(frozen=True, slots=True, eq=False)
class Schema:
    """One parsed schema of a record.

    Attributes:
        full_name: Namespace and name, `oms.order.v1.OrderCreated`.
        event_type: Its `event_type`, or None for a record that is not an event.
        text: The schema as compact JSON, every attribute kept; what is registered.
    """

    full_name: str
    event_type: str | None
    text: str
    _parsed: dict[object, object] = field(repr=False)
    _check: Check = field(repr=False)

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
    named: dict[str, dict[str, object]] = {}
    bases = [_parse(_load(reference), named)[0] for reference in references]
    definition = _load(text)
    parsed, check = _parse(definition, named, bases)
    if not isinstance(parsed, dict) or parsed["type"] != "record":
        raise ConfigurationError("expected the schema of a record")
    return Schema(
        full_name=parsed["name"],
        event_type=_event_type(definition),
        text=json.dumps(definition, separators=(",", ":"), ensure_ascii=False),
        _parsed=parsed,
        _check=check,
    )


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
    event_type = cast("dict[str, object]", definition).get("event_type")
    if event_type is None:
        return None
    if isinstance(event_type, str) and _EVENT_TYPE.fullmatch(event_type):
        return event_type
    raise ConfigurationError(
        f"event_type {event_type!r} is not <family>.<what_happened> in small letters"
    )


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
    return schema_id, payload[_FRAME.size :]


def decode(schema: Schema, body: bytes) -> dict[str, object]:
    """Return the data of an Avro body written with exactly this schema.

    Raises:
        DecodeError: The body is cut off, too long, or not of this schema.
    """
    stream = BytesIO(body)
    try:
        data = fastavro.schemaless_reader(stream, schema._parsed, None)  # noqa: SLF001
    except _UNREADABLE as error:
        why = f"{type(error).__name__}: {error}".rstrip(": ")
        raise DecodeError(
            f"{len(body)} bytes do not hold a {schema.full_name} ({why})"
        ) from None
    rest = len(body) - stream.tell()
    if rest:
        raise DecodeError(f"{rest} bytes are left over after a {schema.full_name}")
    return cast("dict[str, object]", data)


class Catalogue:
    """All event types: their schemas, topics and registry subjects."""

    def __init__(self, schemas: Mapping[str, Schema], topic_prefix: str) -> None:
        self._schemas = dict(sorted(schemas.items()))
        self._topic_prefix = topic_prefix

    @classmethod
    def of(
        cls, files: Iterable[tuple[str, str]], topic_prefix: str = "oms."
    ) -> "Catalogue":
        """Build it from (path, text) of each schema file.

        Raises:
            ConfigurationError: Naming the file: not a valid schema, no or a taken
                `event_type`, or a family that is not the folder's name.
        """
        schemas: dict[str, Schema] = {}
        places: dict[str, str] = {}
        for path, text in sorted(files):
            schema = _parse_file(path, text)
            event_type = str(schema.event_type)
            if event_type in schemas:
                raise ConfigurationError(
                    f"{path}: event_type {event_type} is {places[event_type]}'s already"
                )
            schemas[event_type], places[event_type] = schema, path
        return cls(schemas, topic_prefix)

    def schema(self, event_type: str) -> Schema:
        """Return the schema of an event type.

        Raises:
            InvalidEventError: There is no such event type; names a similar one.
        """
        schema = self._schemas.get(event_type)
        if schema is None:
            near = get_close_matches(event_type, self._schemas, n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise InvalidEventError("type", f"no event type {event_type!r}{hint}")
        return schema

    def topic(self, event_type: str) -> str:
        """Return the source topic of an event type, `oms.order`."""
        return f"{self._topic_prefix}{self.schema(event_type).family}"

    def subject(self, event_type: str) -> str:
        """Return the registry subject, by Confluent's TopicRecordNameStrategy."""
        return f"{self.topic(event_type)}-{self.schema(event_type).full_name}"

    @property
    def topics(self) -> tuple[str, ...]:
        """The source topics, sorted."""
        return tuple(sorted({self.topic(event_type) for event_type in self._schemas}))

    @property
    def event_types(self) -> tuple[str, ...]:
        """The event types, sorted."""
        return tuple(self._schemas)

    def __iter__(self) -> Iterator[Schema]:
        """The schemas, by event type."""
        return iter(self._schemas.values())

    def __len__(self) -> int:
        """How many event types there are."""
        return len(self._schemas)

    def __contains__(self, event_type: object) -> bool:
        """Is there such an event type?"""
        return event_type in self._schemas


def _parse_file(path: str, text: str) -> Schema:
    try:
        schema = parse_schema(text)
    except ConfigurationError as error:
        raise ConfigurationError(f"{path}: {error}") from None
    if schema.event_type is None:
        raise ConfigurationError(f'{path}: no "event_type" at its top level')
    folder = PurePosixPath(path).parent.name
    if schema.family != folder:
        raise ConfigurationError(
            f"{path}: event_type {schema.event_type} belongs in the folder "
            f"{schema.family}/, not {folder or '.'}/"
        )
    return schema
