"""Which schema a record's value was written with, and where its Avro body begins.

Confluent's clients say it in one of two ways: in the value, a zero byte and the id
as four bytes before the body; or in the header `__value_schema_id`, a one byte and
the schema's GUID (or a zero byte and the id), with the body alone as the value. As
in their readers a header comes first, and the last one of a name counts.
"""

from uuid import UUID

from bus.contracts.codec import MAX_SCHEMA_ID, split_frame
from bus.errors import DecodeError
from bus.record import Record, SchemaRef

SCHEMA_HEADER = "__value_schema_id"
_FRAME = 5
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
    if value is None or len(value) < _FRAME or value[0] != 0:
        return None
    schema_id = int.from_bytes(value[1:_FRAME], "big")
    return schema_id if schema_id <= MAX_SCHEMA_ID else None


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
    if len(text) == _FRAME and text[0] == 0:
        schema_id = int.from_bytes(text[1:], "big")
        return schema_id if schema_id <= MAX_SCHEMA_ID else None
    return None
