"""The schema a value was written with: a record's, or a union of records.

A union of references at the top is how Confluent's users put several event types
under one subject; the value then begins with the number of its branch.
"""

import json
from dataclasses import dataclass

from bus.contracts.codec import Schema, decode, parse_records, parse_schema
from bus.contracts.definition import load
from bus.errors import ConfigurationError, DecodeError

_LONGEST = 5
_MORE, _BITS = 0x80, 0x7F


@dataclass(frozen=True, slots=True)
class Writer:
    """The records a value may be, by number; without a union just one."""

    branches: tuple[Schema, ...]
    union: bool


def parse_writer(text: str) -> Writer:
    """Parse the JSON text of a schema that values are written with.

    Raises:
        ConfigurationError: It is neither a record's nor a union of records.
    """
    definition = load(text)
    if not isinstance(definition, list):
        return Writer((parse_schema(text),), union=False)
    parts = [json.dumps(part) for part in definition]
    if not parts:
        raise ConfigurationError("expected a record or a union of records")
    return Writer(parse_records(parts), union=True)


def read(writer: Writer, body: bytes) -> tuple[Schema, dict[str, object]]:
    """Return the data of an Avro body, and the record that it is.

    Raises:
        DecodeError: The body is not of this schema.
    """
    schema, rest = chosen(writer, body)
    return schema, decode(schema, rest)


def chosen(writer: Writer, body: bytes) -> tuple[Schema, bytes]:
    """Return the record that an Avro body is of, and where its bytes begin.

    Raises:
        DecodeError: The body names no record of this schema.
    """
    if not writer.union:
        return writer.branches[0], body
    number, rest = _long(body)
    if not 0 <= number < len(writer.branches):
        raise DecodeError(f"the union has no branch {number}")
    return writer.branches[number], rest


def _long(body: bytes) -> tuple[int, bytes]:
    """Avro's long: seven bits a byte, the lowest first, zigzag."""
    value = 0
    for i, byte in enumerate(body[:_LONGEST]):
        value |= (byte & _BITS) << (7 * i)
        if not byte & _MORE:
            return (value >> 1) ^ -(value & 1), body[i + 1 :]
    raise DecodeError("the body ends before the number of its branch")
