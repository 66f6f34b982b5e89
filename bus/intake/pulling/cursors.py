"""Records of `bus.intake.collected` that say how far a source's list was read.

A cursor belongs to the list it was read from: of another address, or another way of
counting, it means nothing, and the list is read from its beginning.
"""

from dataclasses import dataclass
from hashlib import sha256

import orjson

from bus.intake.pulling.declared import ListPull
from bus.record import Message, Record

_FORMAT = 1
_PREFIX = "cursor/"
_MOST = 4_000


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a list was read; `at`, seconds since 1970, says when that was noted."""

    source: str
    list: str
    text: str
    at: float


def list_of(pull: ListPull) -> str:
    """What a list is known by."""
    parts = (pull.url, pull.items, pull.cursor, pull.counted)
    return sha256("\n".join(parts).encode()).hexdigest()[:16]


def cursor_message(topic: str, cursor: Cursor) -> Message:
    """The record of a cursor."""
    said = {"v": _FORMAT, "list": cursor.list, "text": cursor.text, "at": cursor.at}
    return Message(topic, f"{_PREFIX}{cursor.source}".encode(), orjson.dumps(said))


def read_cursor(record: Record) -> Cursor | None:
    """What a record says; None: it is none of a list, or cannot be read."""
    key = (record.key or b"").decode(errors="replace")
    if not key.startswith(_PREFIX):
        return None
    try:
        said: object = orjson.loads(record.value or b"")
        if not isinstance(said, dict) or said.get("v") != _FORMAT:
            return None
        text = str(said["text"])
        if len(text) > _MOST:
            return None
        source = key.removeprefix(_PREFIX)
        return Cursor(source, str(said["list"]), text, float(said["at"]))
    except (ValueError, TypeError, KeyError):
        return None
