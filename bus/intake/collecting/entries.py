"""Records of `bus.intake.collected`: which files were taken, known by their bytes.

A file is *begun*, its submission written, then it is *done*. Whoever finds one begun by
another that has died can look for its submission in the raw topic, so that a crash at
any moment costs nothing and doubles nothing. Of several that begin the same file at
once one stands: all readers of the topic decide it alike (`standing`).
"""

from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256

import orjson

from bus.record import Message, Record

STALE_S = 30.0
"""After so long a file that somebody has begun may be taken over."""
IN_TIME_S = 10.0
"""So long after it was begun its submission is written, or not by whoever began it."""
_FORMAT = 1


class State(StrEnum):
    """How far a file has come."""

    BEGUN = "begun"
    DONE = "done"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What is known of a file.

    Attributes:
        key: Whose it is, and its bytes; see `file_key`.
        id: The submission's that it is, or becomes.
        at: When this was written, seconds since 1970.
        name: What the file was called.
        stamp: What tells this file from another of the same bytes; empty: nothing.
        place: Where the submission stands, once it is done.
        over: The submission in whose place this one comes; empty: none.
    """

    key: str
    id: str
    state: State
    at: float
    name: str = ""
    stamp: str = ""
    place: str = ""
    over: str = ""


def file_key(source: str, body: bytes) -> str:
    """What a file of a source is known by."""
    return f"file/{source}/{sha256(body).hexdigest()}"


def standing(old: Entry | None, new: Entry) -> Entry:
    """Which of two entries counts, the second written after the first.

    The first that begins a file stands. Another comes in its place if it says so, and
    the first is done, or has taken too long.
    """
    if old is None:
        return new
    if new.id == old.id:
        return old if old.state is State.DONE else new
    if new.over != old.id:
        return old
    late = old.state is State.DONE or new.at - old.at >= STALE_S
    return new if late else old


def entry_message(topic: str, entry: Entry) -> Message:
    """The record of an entry."""
    said = {
        "v": _FORMAT,
        "id": entry.id,
        "state": entry.state.value,
        "at": entry.at,
        "name": entry.name,
        "stamp": entry.stamp,
        "place": entry.place,
        "over": entry.over,
    }
    value = orjson.dumps({name: one for name, one in said.items() if one != ""})
    return Message(topic, entry.key.encode(), value)


def read_entry(record: Record) -> Entry | None:
    """What a record says; None: it is no file's, or nothing that can be read."""
    key = (record.key or b"").decode(errors="replace")
    if not key.startswith("file/"):
        return None
    try:
        said: object = orjson.loads(record.value or b"")
        if not isinstance(said, dict) or said.get("v") != _FORMAT:
            return None
        return Entry(
            key=key,
            id=str(said["id"]),
            state=State(said["state"]),
            at=float(said["at"]),
            name=str(said.get("name", "")),
            stamp=str(said.get("stamp", "")),
            place=str(said.get("place", "")),
            over=str(said.get("over", "")),
        )
    except (ValueError, TypeError, KeyError):
        return None
