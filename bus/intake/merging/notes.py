"""Records of `bus.intake.seen`: what came of each message, under its id, as JSON.

Whoever starts reads them, and knows what the tables knew. A record that cannot be read
is as if it were not there: a message may then be told twice, by the same id.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import cast
from uuid import UUID

import orjson

from bus.intake.merging.tables import Owner
from bus.intake.merging.versions import Version
from bus.record import Message, Record

_FORMAT = 1


class Became(StrEnum):
    """What became of a message."""

    TOLD = "told"
    SUPERSEDED = "superseded"
    PARKED = "parked"


@dataclass(frozen=True, slots=True)
class Note:
    """What is remembered of a message.

    Attributes:
        key: Its event's id; without an event, an id of its bytes.
        owner: The record that brought it first.
        until_s: Until when it may come again, seconds since 1970.
        became: What became of it.
        order_id: The order it is about; empty: nobody can say.
        version: The order's version where it was told whole; else None.
    """

    key: UUID
    owner: Owner
    until_s: int
    became: Became
    order_id: str = ""
    version: Version | None = None


def note_message(topic: str, note: Note) -> Message:
    """The record of a note."""
    said: dict[str, object] = {
        "v": _FORMAT,
        "at": note.owner.place,
        "topic": note.owner.topic_id,
        "until": note.until_s,
        "became": note.became.value,
        "order": note.order_id,
    }
    if note.version is not None:
        said["version"] = [note.version.text, note.version.updated_us]
    return Message(topic, str(note.key).encode(), orjson.dumps(said))


def read_note(record: Record) -> Note | None:
    """What a record says; None: it says nothing that can be read."""
    try:
        said: object = orjson.loads(record.value or b"")
        if not isinstance(said, dict) or said.get("v") != _FORMAT:
            return None
        return Note(
            key=UUID((record.key or b"").decode()),
            owner=Owner(str(said["at"]), str(said.get("topic") or "")),
            until_s=int(said["until"]),
            became=Became(said["became"]),
            order_id=str(said.get("order") or ""),
            version=_version(said.get("version")),
        )
    except (ValueError, TypeError, KeyError):
        return None


def _version(said: object) -> Version | None:
    if not isinstance(said, list):
        return None
    text, updated = cast("list[object]", said)
    return Version(
        text if isinstance(text, str) else None,
        updated if isinstance(updated, int) else None,
    )
