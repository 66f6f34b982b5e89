"""Where a listener is: an offset a partition, as one short text. Pure.

A text names its topics by digests, so that topics may come and go between two
connections, and ends in a checksum: what was cut or mistyped is refused, never misread.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Collection, Iterator, Mapping
from enum import Enum
from typing import NamedTuple, TypeAlias

from bus.errors import BadCursorError
from bus.record import TopicPartition

PATTERN = r"[A-Za-z0-9_-]{1,6000}"
"""How a text looks; it travels in one header."""
_VERSION = 1
_DIGEST = 4
_MOST_BITS = 62
_SEVEN = 0x7F
_MORE = 0x80
_REFUSED = "this id was not given out by a stream"


class Kind(Enum):
    """What can be listened to; the value is its bit in a text."""

    EVENTS = 1
    ATTEMPTS = 2


Positions: TypeAlias = dict[TopicPartition, int]
"""The next offset of each partition."""


class Stand(NamedTuple):
    """What a text says: the kinds, and by topics' digests the next offsets."""

    kinds: frozenset[Kind]
    topics: Mapping[bytes, Mapping[int, int]]

    def offsets(self, topic: str) -> Mapping[int, int] | None:
        """The offsets of a topic by partition; None if the text does not know it."""
        return self.topics.get(_digest(topic))


def write(kinds: Collection[Kind], positions: Mapping[TopicPartition, int]) -> str:
    """Return positions as a text of URL-safe characters."""
    topics: dict[str, dict[int, int]] = {}
    for tp, offset in positions.items():
        topics.setdefault(tp.topic, {})[tp.partition] = offset
    out = bytearray((_VERSION, sum(kind.value for kind in kinds)))
    for topic, offsets in sorted(topics.items()):
        out += _digest(topic)
        count = max(offsets) + 1
        out += _number(count)
        for partition in range(count):
            out += _number(offsets.get(partition, 0))
    out += checksum(out)
    return base64.urlsafe_b64encode(out).rstrip(b"=").decode()


def read(text: str) -> Stand:
    """Return what a text says.

    Raises:
        BadCursorError: it was not given out by `write`.
    """
    if not re.fullmatch(PATTERN, text):
        raise BadCursorError(_REFUSED)
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise BadCursorError(_REFUSED) from None
    body, seal = raw[:-_DIGEST], raw[-_DIGEST:]
    if len(body) < 1 + 1 or body[0] != _VERSION or seal != checksum(body):
        raise BadCursorError(_REFUSED)
    kinds = frozenset(kind for kind in Kind if body[1] & kind.value)
    return Stand(kinds, dict(_topics(body[2:])))


def _topics(body: bytes) -> Iterator[tuple[bytes, Mapping[int, int]]]:
    at = 0
    while at < len(body):
        digest = body[at : at + _DIGEST]
        count, at = _read_number(body, at + _DIGEST)
        if count > len(body) - at:  # an offset has a byte at least
            raise BadCursorError(_REFUSED)
        offsets: dict[int, int] = {}
        for partition in range(count):
            offsets[partition], at = _read_number(body, at)
        yield digest, offsets


def _number(value: int) -> bytes:
    out = bytearray()
    while value > _SEVEN:
        out.append(value & _SEVEN | _MORE)
        value >>= 7
    out.append(value)
    return bytes(out)


def _read_number(body: bytes, at: int) -> tuple[int, int]:
    """A number and where it ends."""
    value = shift = 0
    while at < len(body) and shift < _MOST_BITS:
        value |= (body[at] & _SEVEN) << shift
        at += 1
        if body[at - 1] <= _SEVEN:
            return value, at
        shift += 7
    raise BadCursorError(_REFUSED)


def _digest(topic: str) -> bytes:
    return hashlib.sha256(topic.encode()).digest()[:_DIGEST]


def checksum(body: bytes | bytearray) -> bytes:
    """What a text ends in. It guards against accidents, not against forgers."""
    return hashlib.sha256(b"stream" + body).digest()[:_DIGEST]
