"""CloudEvents attributes as a record's headers give them, told apart from the rest.

An attribute without a readable value is as if it were not there: it costs at most
itself, as what takes its place is made up from the record.
"""

import re
from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple, TypeAlias

from bus.errors import DecodeError
from bus.record import Headers, Record
from bus.times import read_rfc3339

Extensions: TypeAlias = tuple[tuple[str, str], ...]

# Travels with a hop whose record has no id of its own.
MADE_UP_ID = "bus-event-id"
_EVENT_NAMES = frozenset(
    f"ce_{name}" for name in ("id", "source", "specversion", "subject", "time", "type")
) | {MADE_UP_ID}
# CloudEvents 1.0, 3.1: lower case letters and digits.
_EXTENSION = re.compile(r"[a-z0-9]+")
_TRACEPARENT = re.compile(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")
# They say how the data was written, which is not how it is passed on.
_NO_EXTENSIONS = frozenset({"data", "datacontenttype", "dataschema"})


class Found(NamedTuple):
    """What headers say: known ones by name, extensions, names of unreadable ones."""

    texts: dict[str, str]
    extensions: Extensions
    unreadable: tuple[str, ...]


class Attributes(NamedTuple):
    """What a record's headers say of its event; None where a header is absent.

    `unreadable` names the headers that count as absent: null, empty, not UTF-8, or a
    time that is none.
    """

    id: str | None = None
    type: str | None = None
    source: str | None = None
    subject: str | None = None
    time: datetime | None = None
    traceparent: str | None = None
    extensions: Extensions = ()
    unreadable: tuple[str, ...] = ()


def read_attributes(record: Record) -> Attributes:
    """Read the CloudEvents headers of a record.

    Raises:
        DecodeError: naming the `ce_` header that is malformed or there twice, or
            saying why no header can be read.
    """
    return attributes_of(record, collect(readable(record), _EVENT_NAMES))


def attributes_of(record: Record, said: Found) -> Attributes:
    """Return the attributes of what a record's headers, or an envelope, say.

    Raises:
        DecodeError: it is another version of CloudEvents.
    """
    found, extensions, unreadable = said
    version = found.get("ce_specversion")
    if version is not None and version != "1.0":
        raise DecodeError(f"ce_specversion is {version[:20]!r}, expected 1.0")
    time = time_of(found.get("ce_time"))
    if time is None and "ce_time" in found:
        unreadable = (*unreadable, "ce_time")
    return Attributes(
        # A header without value is none; a hop carries on what was made up before.
        id=found.get("ce_id") or found.get(MADE_UP_ID),
        type=found.get("ce_type"),
        source=found.get("ce_source"),
        subject=found.get("ce_subject"),
        time=time,
        traceparent=trace_of(record.headers, extensions),
        extensions=extensions,
        unreadable=unreadable,
    )


def readable(record: Record) -> Headers:
    """Return a record's headers.

    Raises:
        DecodeError: they cannot be read; says why.
    """
    if record.unreadable:
        raise DecodeError(record.unreadable)
    return record.headers


# --- headers


def collect(headers: Headers, names: Collection[str]) -> Found:
    """Read the headers of these names, and the extensions (all other `ce_` headers).

    Raises:
        DecodeError: one of `names` is there twice, with different values.
    """
    texts: dict[str, str] = {}
    extensions: dict[str, str] = {}
    unreadable: list[str] = []
    for name, value in headers:
        if name in names:
            text = text_of(value)
            if not text:
                unreadable.append(name)
            elif texts.setdefault(name, text) != text:
                raise DecodeError(f"{name} is there twice")
        elif name[:3] == "ce_":
            text = text_of(value)
            if text is None:
                unreadable.append(name)
            elif is_extension(name[3:]):
                extensions.setdefault(name[3:], text)
    return Found(texts, tuple(extensions.items()), tuple(unreadable))


def is_extension(name: str) -> bool:
    """Say if an attribute of this name may travel on as an extension."""
    return name not in _NO_EXTENSIONS and bool(_EXTENSION.fullmatch(name))


def trace_of(headers: Headers, extensions: Extensions) -> str | None:
    """Return the trace context; a malformed one, or two, are none (W3C, 3.2).

    Without one the event's own counts (CloudEvents' distributed tracing extension).
    """
    found = [value for name, value in headers if name == "traceparent"]
    if len(found) == 1:
        text = text_of(found[0]) or ""
        if _TRACEPARENT.fullmatch(text):
            return text
    if not found and extensions:
        text = dict(extensions).get("traceparent", "")
        if _TRACEPARENT.fullmatch(text):
            return text
    return None


def time_of(text: str | None) -> datetime | None:
    """Return the time that a text says; None if it says none."""
    try:
        return None if text is None else read_rfc3339(text)
    except ValueError:
        return None


def text_of(value: bytes | None) -> str | None:
    """Return a header's text; None if it is null or not UTF-8."""
    try:
        return None if value is None else value.decode()
    except UnicodeDecodeError:
        return None
