"""Which schema a record's value was written with, and where its Avro body begins.

Confluent's clients say it in one of two ways: in the value, a zero byte and the id
as four bytes before the body; or in the header `__value_schema_id`, a one byte and
the schema's GUID (or a zero byte and the id), with the body alone as the value. As
in their readers a header comes first, and the last one of a name counts.
"""

import struct
from uuid import UUID

from bus.errors import DecodeError
from bus.record import Record, SchemaRef

SCHEMA_HEADER = "__value_schema_id"
MAX_SCHEMA_ID = 2**31 - 1
FRAME = struct.Struct(">BI")
_GUID = 17


def needed(record: Record) -> SchemaRef | None:
    """The schema that decoding a record needs; None: it fails without asking."""
    said = None
    for name, text in record.headers:
        if name == SCHEMA_HEADER:
            said = text
    if said is not None:
        return _in_header(said)
    value = record.value
    if value is None or len(value) < FRAME.size or value[0] != 0:
        return None
    schema_id = int.from_bytes(value[1 : FRAME.size], "big")
    return schema_id if schema_id <= MAX_SCHEMA_ID else None


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
    if len(payload) < FRAME.size:
        raise DecodeError(f"{len(payload)} bytes are too few to hold a schema id")
    _, schema_id = FRAME.unpack_from(payload)
    if schema_id > MAX_SCHEMA_ID:
        raise DecodeError(f"no schema can have the id {schema_id}: above 2^31-1")
    return schema_id, payload[FRAME.size :]


def split(record: Record) -> tuple[SchemaRef, bytes]:
    """Return the schema that a record names, and its Avro body.

    Raises:
        DecodeError: It names none, or one that cannot be; the text says why.
    """
    said = None
    for name, text in record.headers:
        if name == SCHEMA_HEADER:
            said = text
    if said is None:
        return split_frame(record.value)
    ref = _in_header(said)
    if ref is None:
        raise DecodeError(
            f"{SCHEMA_HEADER} is {said[:_GUID].hex()}, expected 01 and a GUID"
        )
    if record.value is None:
        raise DecodeError("no value: a tombstone")
    return ref, record.value


def named(ref: SchemaRef) -> str:
    """How a message calls a schema."""
    return f"guid {ref}" if isinstance(ref, UUID) else f"id {ref}"


def _in_header(text: bytes) -> SchemaRef | None:
    if len(text) == _GUID and text[0] == 1:
        return UUID(bytes=text[1:])
    if len(text) == FRAME.size and text[0] == 0:
        schema_id = int.from_bytes(text[1:], "big")
        return schema_id if schema_id <= MAX_SCHEMA_ID else None
    return None
