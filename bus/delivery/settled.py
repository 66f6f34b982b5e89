"""The settled set in a commit's metadata: what is settled beyond the offset.

That is every offset below a horizon but the unsettled ones listed, and for each of
those which deliveries are done (or, if fewer, which are pending), as 8-byte hashes
of their ids. What does not fit is forgotten from the highest offset down; forgetting
costs duplicates, never a delivery.
"""

import zlib
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping
from functools import lru_cache
from hashlib import blake2b
from itertools import islice
from typing import NamedTuple, Protocol, TypeAlias

from bus.record import Commit

METADATA_BYTES = 4_000
_VERSION = "1:"
_HASH_BYTES = 8
# Bounds of one commit's metadata: its bytes before compression, which fit even if
# nothing can be compressed, and the records listed, which bounds the work.
_RAW_BYTES = 2_900
_HEAD_BYTES = 24
_MAX_RECORDS = 400
_REFERENCE_BYTES = _HASH_BYTES + 2

Facts: TypeAlias = tuple[Iterable[bytes], bool]
"""Hashes of deliveries, and whether those are all that is pending or some done."""


class Unsettled(Protocol):
    """A record that is not settled."""

    def facts(self, room: int) -> Facts:
        """At most `room` hashes: all pending ones (True), or done ones (False)."""
        ...


class Partial(NamedTuple):
    """What metadata says of an unsettled record."""

    hashes: frozenset[bytes]
    pending: bool

    def leaves(self, delivery: str) -> bool:
        """Say if a delivery is still to be made."""
        return (hash_of(delivery) in self.hashes) is self.pending

    def facts(self, room: int) -> Facts:
        """See `Unsettled`; pending ones are never left out, rather forgotten."""
        if self.pending and len(self.hashes) > room:
            return (), False
        return islice(self.hashes, room), self.pending


NOTHING_DONE = Partial(frozenset(), pending=False)


class Settled(NamedTuple):
    """What metadata says: all from its offset to the horizon, but these, is settled."""

    horizon: int
    unsettled: Mapping[int, Partial]


@lru_cache(maxsize=65_536)
def hash_of(delivery: str) -> bytes:
    """The hash that stands for a delivery in metadata."""
    return blake2b(delivery.encode(), digest_size=_HASH_BYTES).digest()


def read(commit: Commit) -> Settled:
    """Read a commit's metadata; unknown or damaged, it calls nothing settled."""
    nothing = Settled(commit.offset, {})
    if not commit.metadata.startswith(_VERSION):
        return nothing
    try:
        packed = b64decode(commit.metadata.removeprefix(_VERSION), validate=True)
        settled = _parse(zlib.decompress(packed), commit.offset)
    except (ValueError, IndexError, zlib.error):
        return nothing
    return settled or nothing


def write(position: int, horizon: int, records: Iterable[tuple[int, Unsettled]]) -> str:
    """Return the metadata of a commit: ASCII, at most `METADATA_BYTES`.

    `records` are the unsettled ones from `position` to `horizon`, by offset.
    """
    writer = _Writer(position)
    for offset, record in records:
        if not writer.add(offset, record):
            horizon = offset
            break
    return _VERSION + b64encode(zlib.compress(writer.raw(horizon), 1)).decode()


class _Writer:
    """Builds metadata: a table of hashes, then a line an unsettled record.

    All numbers are LEB128. Position; horizon less position; number of hashes and the
    hashes; then for each record its distance from the one before, twice the number of
    its hashes, plus 1 if they are the pending ones, and their places in the table.
    """

    def __init__(self, position: int) -> None:
        self._position = self._previous = position
        self._places: dict[bytes, int] = {}
        self._lines = bytearray()
        self._records = 0

    def add(self, offset: int, record: Unsettled) -> bool:
        """Take in a record; False if there is no room for it."""
        used = len(self._lines) + len(self._places) * _HASH_BYTES
        room = (_RAW_BYTES - _HEAD_BYTES - used) // _REFERENCE_BYTES - 1
        if self._records >= _MAX_RECORDS or room < 1:
            return False
        hashes, pending = record.facts(room)
        known = self._places
        places = [known.setdefault(hash_, len(known)) for hash_ in hashes]
        self._records += 1
        self._lines += _number(offset - self._previous)
        self._lines += _number(len(places) << 1 | pending)
        self._lines += b"".join(map(_number, places))
        self._previous = offset
        return True

    def raw(self, horizon: int) -> bytes:
        """Return what was taken in, at most `_RAW_BYTES`."""
        return b"".join(
            (
                _number(self._position),
                _number(horizon - self._position),
                _number(len(self._places)),
                *self._places,
                self._lines,
            )
        )


def _parse(raw: bytes, offset: int) -> Settled | None:
    numbers = _Numbers(raw)
    if numbers.read() != offset:
        return None  # the offset was set by somebody else, the metadata is stale
    horizon = offset + numbers.read()
    table = [numbers.hash() for _ in range(numbers.read())]
    unsettled: dict[int, Partial] = {}
    while not numbers.at_end:
        offset += numbers.read()
        count = numbers.read()
        hashes = frozenset(table[numbers.read()] for _ in range(count >> 1))
        unsettled[offset] = Partial(hashes, pending=bool(count & 1))
    return Settled(horizon, unsettled)


class _Numbers:
    def __init__(self, raw: bytes) -> None:
        self._raw = raw
        self._at = 0

    @property
    def at_end(self) -> bool:
        return self._at >= len(self._raw)

    def read(self) -> int:
        number = shift = 0
        while True:
            byte = self._raw[self._at]
            self._at += 1
            number |= (byte & 0x7F) << shift
            if byte < 0x80:  # noqa: PLR2004 - LEB128: no more follows
                return number
            shift += 7

    def hash(self) -> bytes:
        start, self._at = self._at, self._at + _HASH_BYTES
        if self._at > len(self._raw):
            raise IndexError
        return self._raw[start : self._at]


def _encoded(number: int) -> bytes:
    encoded = bytearray()
    while number >= 0x80:  # noqa: PLR2004 - LEB128: more follows
        encoded.append(number & 0x7F | 0x80)
        number >>= 7
    encoded.append(number)
    return bytes(encoded)


_SMALL = tuple(_encoded(number) for number in range(2_048))


def _number(number: int) -> bytes:
    return _SMALL[number] if number < len(_SMALL) else _encoded(number)
