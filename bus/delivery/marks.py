"""Marks: what became of a dead letter, said without deleting it.

A mark is a record without value on the same dead-letter partition, with the dead
letter's key. Whoever reads a dead-letter topic asks `read_mark` first. The last one
counts; of edits that are begun at once only the first stands (`follow`).
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from bus.errors import DecodeError
from bus.record import Headers, Message, Record, is_number


class Fate(StrEnum):
    """What became of a dead letter."""

    PENDING = "pending"
    REPLAYED = "replayed"
    DISCARDED = "discarded"
    REPLACING = "replacing"
    REPLACED = "replaced"


class Edit(NamedTuple):
    """What takes a record's place: an edited one.

    `token` tells this edit from any other, `digest` is of the new value. `to` is the
    topic that the new record goes to, and once it is written topic/partition/offset.
    """

    token: str
    digest: str
    to: str


class Mark(NamedTuple):
    """The dead letter at `partition`/`offset` met this fate at `at_ms`."""

    fate: Fate
    partition: int
    offset: int
    at_ms: int
    edit: Edit | None = None


_FATE = "bus-mark"
_PLACE = "bus-mark-of"
_EDIT = ("bus-mark-edit", "bus-mark-sha256", "bus-mark-to")


def mark(letter: Record, fate: Fate, edit: Edit | None = None) -> Message:
    """Return the message that marks a dead letter, for the same partition."""
    place = b"%d/%d" % (letter.partition, letter.offset)
    headers: Headers = ((_FATE, fate.value.encode()), (_PLACE, place))
    if edit is not None:
        said = zip(_EDIT, edit, strict=True)
        headers += tuple((name, text.encode()) for name, text in said)
    return Message(letter.topic, letter.key, None, headers, letter.partition)


def follow(before: Mark | None, then: Mark, patience_ms: int) -> Mark | None:
    """What stands after one more mark of the same record.

    An edit may begin on what is pending, or on another one that was begun longer than
    `patience_ms` ago and never ended: whoever began that one is gone by then. Any
    other is as if it were not there.
    """
    if then.fate is Fate.PENDING:
        return None
    if then.fate is not Fate.REPLACING or before is None:
        return then
    late = then.at_ms - before.at_ms > patience_ms
    return then if before.fate is Fate.REPLACING and late else before


def read_mark(record: Record) -> Mark | None:
    """Read a record of a dead-letter topic as a mark; None if it is a dead letter.

    Raises:
        DecodeError: a mark that is malformed.
    """
    headers: Mapping[str, bytes] = dict(record.headers)
    fate = headers.get(_FATE)
    if fate is None:
        return None
    partition, _, offset = headers.get(_PLACE, b"").partition(b"/")
    if not (is_number(partition) and is_number(offset)):
        raise DecodeError(f"{_PLACE} is malformed, expected partition/offset")
    try:
        known = Fate(fate.decode())
    except ValueError:
        raise DecodeError(f"{_FATE} is {fate!r:.40}, an unknown one") from None
    edit = None
    if _EDIT[0] in headers:
        edit = Edit(*(headers.get(n, b"").decode(errors="replace") for n in _EDIT))
    return Mark(known, int(partition), int(offset), record.timestamp_ms, edit)
