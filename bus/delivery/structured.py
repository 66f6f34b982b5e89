"""CloudEvents in JSON: a whole event as an envelope, or its data alone.

Structured mode (`content-type: application/cloudevents+json`): the value is the event,
with its data in `data` or `data_base64`. Binary mode with JSON data (`content-type:
application/json`, or none): the attributes are headers as ever, the value is
the data. Neither names a schema by number: the event's type does, on its topic.
"""

import binascii
from base64 import b64decode
from collections.abc import Sequence
from typing import NamedTuple, cast

from bus.contracts.codec import Schema
from bus.contracts.jsontext import read_json
from bus.contracts.natural import from_json
from bus.delivery.attributes import (
    MADE_UP_ID,
    Attributes,
    Found,
    attributes_of,
    collect,
    is_extension,
    read_attributes,
    readable,
)
from bus.delivery.headers import build_event
from bus.errors import DecodeError, InvalidEventError
from bus.event import Event
from bus.record import Headers, Record

_ENVELOPE = ("id", "source", "specversion", "subject", "time", "type")
_AVRO = b"\0"
MOST_TYPE_CHARS = 255
"""Schemas are asked for, and remembered, by names that anybody may write."""


class TypeOnTopic(NamedTuple):
    """What names the schema of an event in JSON."""

    topic: str
    type: str


class Opened(NamedTuple):
    """An event in JSON before its schema is known."""

    attributes: Attributes
    schema: TypeOnTopic
    data: object


class Version(NamedTuple):
    """One registered schema of a type."""

    id: int
    schema: Schema


def is_json(record: Record) -> bool:
    """Whether a record is to be opened here; a framed value costs one comparison."""
    value = record.value
    if not value or value[:1] == _AVRO:
        return False
    media = _media_type(record.headers)
    if not media:  # some SDKs leave it out where data is JSON
        return value[:1] == b"{" and any(
            name == "ce_type" for name, _ in record.headers
        )
    return media.startswith("application/cloudevents") or _names_json(media)


def open_json(record: Record) -> Opened:
    """Return what a record that `is_json` says; its topic is where the schema is.

    A hop's record is given as it stood on its source topic: which one that was its
    headers say, and on a source topic anybody may write such headers.

    Raises:
        DecodeError: It is no event in JSON; says why.
    """
    media = _media_type(record.headers)
    value = record.value or b""
    if not media.startswith("application/cloudevents"):
        return _opened(record, read_attributes(record), read_json(value))
    if media == "application/cloudevents-batch+json":
        raise DecodeError("a batch of CloudEvents: expected one event a record")
    if media != "application/cloudevents+json":
        raise DecodeError(f"{media[:80]} is not read: expected CloudEvents in JSON")
    envelope = read_json(value)
    if not isinstance(envelope, dict):
        raise DecodeError("the CloudEvent is no JSON object")
    made_up, _, _ = collect(readable(record), {MADE_UP_ID})
    found = _found(envelope)
    attributes = attributes_of(record, found._replace(texts=made_up | found.texts))
    return _opened(record, attributes, _data(envelope))


def attributes_in(record: Record) -> Attributes:
    """Return an event's attributes, wherever the record has them.

    Raises:
        DecodeError: they cannot be read; says why.
    """
    return open_json(record).attributes if is_json(record) else read_attributes(record)


def event_of(record: Record, opened: Opened, versions: Sequence[Version]) -> Event:
    """Return the event by the first of these schemas (newest first) its data fits.

    Raises:
        DecodeError: It fits none; names the field, and why, by the newest.
    """
    first: DecodeError | None = None
    for schema_id, schema in versions:
        try:
            data = from_json(schema, opened.data)
        except InvalidEventError as error:
            what = f"{schema.full_name} (schema {schema_id})"
            first = first or DecodeError(f"the data is no {what}: {error}")
        else:
            kind = schema.event_type
            return build_event(record, opened.attributes, data, schema_id, kind)
    raise first or DecodeError(no_schema(opened.schema))


def no_schema(wanted: TypeOnTopic) -> str:
    """What is said of a type that the registry has no schema of."""
    return (
        f"the registry has no schema of event type {wanted.type!r:.80} for topic "
        f"{wanted.topic} (a subject that begins with {wanted.topic}-)"
    )


def _opened(record: Record, attributes: Attributes, data: object) -> Opened:
    if attributes.type is None:
        raise DecodeError("no event type: JSON names no schema, so its type has to")
    if (length := len(attributes.type)) > MOST_TYPE_CHARS:
        raise DecodeError(
            f"no event type has {length} characters: expected {MOST_TYPE_CHARS} at most"
        )
    wanted = TypeOnTopic(record.topic, attributes.type)
    return Opened(attributes, wanted, data)


# --- the envelope


def _media_type(headers: Headers) -> str:
    for name, value in headers:
        if name.lower() == "content-type":
            text = (value or b"").decode("utf-8", "replace")
            return text.partition(";")[0].strip().lower()
    return ""


def _names_json(media: str) -> bool:
    return media in {"application/json", "text/json"} or media.endswith("+json")


def _found(envelope: dict[str, object]) -> Found:
    """The attributes, under the names they have as headers."""
    texts: dict[str, str] = {}
    extensions: list[tuple[str, str]] = []
    unreadable: list[str] = []
    for name, value in envelope.items():
        known = name in _ENVELOPE
        if value is None or not (known or is_extension(name)):
            continue
        text = _text(value)
        if text is None or (known and not (text and isinstance(value, str))):
            unreadable.append(f"ce_{name}")
        elif known:
            texts[f"ce_{name}"] = text
        else:
            extensions.append((name, text))
    return Found(texts, tuple(extensions), tuple(unreadable))


def _text(value: object) -> str | None:
    """CloudEvents 1.0, 3.1: booleans, integers and text have one spelling."""
    match value:
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case str():
            return value
        case _:
            return None


def _data(envelope: dict[str, object]) -> object:
    if ("data" in envelope) == ("data_base64" in envelope):
        raise DecodeError("expected the event's data in either data or data_base64")
    kind = envelope.get("datacontenttype") or "application/json"
    media = str(kind).partition(";")[0].strip().lower()
    if not _names_json(media):
        raise DecodeError(f"datacontenttype is {media[:80]!r}, expected JSON")
    if "data" in envelope:
        return envelope["data"]
    try:
        text = b64decode(cast("str", envelope["data_base64"]), validate=True)
    except (binascii.Error, ValueError, TypeError):
        raise DecodeError("data_base64 is no base64") from None
    return read_json(text)
