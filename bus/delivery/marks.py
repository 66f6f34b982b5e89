"""Marks: what became of a dead letter, said without deleting it.

A mark is a record without value on the same dead-letter partition, with the dead
letter's key. Whoever reads a dead-letter topic asks `read_mark` first.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from bus.errors import DecodeError
from bus.record import Message, Record


class Fate(StrEnum):
    """What became of a dead letter."""

    PENDING = "pending"
    REPLAYED = "replayed"
    DISCARDED = "discarded"


class Mark(NamedTuple):
    """The dead letter at `partition`/`offset` met this fate at `at_ms`."""

    fate: Fate
    partition: int
    offset: int
    at_ms: int


_FATE = "bus-mark"
_PLACE = "bus-mark-of"


def mark(letter: Record, fate: Fate) -> Message:
    """Return the message that marks a dead letter, for the same partition."""
    place = b"%d/%d" % (letter.partition, letter.offset)
    headers = ((_FATE, fate.value.encode()), (_PLACE, place))
    return Message(letter.topic, letter.key, None, headers, letter.partition)


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
    if not (partition.isdigit() and offset.isdigit()):
        raise DecodeError(f"{_PLACE} is malformed, expected partition/offset")
    try:
        known = Fate(fate.decode())
    except ValueError:
        raise DecodeError(f"{_FATE} is {fate!r:.40}, an unknown one") from None
    return Mark(known, int(partition), int(offset), record.timestamp_ms)
