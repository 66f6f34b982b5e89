"""Submissions in a file of the spool: frames, and what a crash leaves of them.

A frame is `OBSP`, the length and the CRC-32 of what follows, then the record that is to
be written. The tail of a file may be torn: nobody was answered for that. Anything else
that cannot be read is damage, and is said.
"""

import struct
from binascii import crc32
from collections.abc import Iterator
from typing import NamedTuple

from bus.record import Headers, Message

MAGIC = b"OBSP"
_HEAD = struct.Struct(">4sII")
_U32 = struct.Struct(">I")
HEAD_BYTES = _HEAD.size


class Frame(NamedTuple):
    """A record, and where its frame ends in the file."""

    message: Message
    end: int


class Damage(NamedTuple):
    """Bytes of a file that are no frames, with frames behind them."""

    start: int
    end: int


def framed(message: Message) -> bytes:
    """A record as a frame."""
    parts = [message.topic.encode(), message.key or b"", message.value or b""]
    for name, value in message.headers:
        parts += [name.encode(), value]
    payload = b"".join(_U32.pack(len(part)) + part for part in parts)
    return _HEAD.pack(MAGIC, len(payload), crc32(payload)) + payload


def frames(content: bytes, start: int = 0) -> Iterator[Frame | Damage]:
    """All frames from a place on; ends before a torn tail."""
    at = start
    while at < len(content):
        found = _frame(content, at)
        if found is None:
            there = _next(content, at + 1)
            if there is None:
                return
            yield Damage(at, there)
            at = there
        else:
            yield found
            at = found.end


def _next(content: bytes, start: int) -> int | None:
    """Where a frame that is whole begins, from a place on."""
    at = content.find(MAGIC, start)
    while at >= 0:
        if _frame(content, at) is not None:
            return at
        at = content.find(MAGIC, at + 1)
    return None


def _frame(content: bytes, at: int) -> Frame | None:
    if len(content) < at + HEAD_BYTES:
        return None
    magic, size, checksum = _HEAD.unpack_from(content, at)
    end = at + HEAD_BYTES + size
    if magic != MAGIC or end > len(content):
        return None
    payload = content[at + HEAD_BYTES : end]
    if crc32(payload) != checksum:
        return None
    message = _message(payload)
    return None if message is None else Frame(message, end)


def _message(payload: bytes) -> Message | None:
    parts: list[bytes] = []
    at = 0
    while at + _U32.size <= len(payload):
        (size,) = _U32.unpack_from(payload, at)
        at += _U32.size + size
        parts.append(payload[at - size : at])
    if at != len(payload) or len(parts) < 3 or len(parts) % 2 == 0:  # noqa: PLR2004 - topic, key, value
        return None
    topic, key, value, *rest = parts
    headers: Headers = tuple(
        (name.decode(errors="replace"), value)
        for name, value in zip(rest[::2], rest[1::2], strict=True)
    )
    return Message(topic.decode(errors="replace"), key or None, value, headers)
