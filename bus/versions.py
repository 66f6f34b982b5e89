"""Versions on a compacted topic: of two changes made at once, one stands.

Such a topic knows no compare-and-set. So a record says up to where its writer had read
the topic, and with that which version it replaces: the one that stood there. A reader
takes a record whose writer had read what stands, and ignores any other; as all read the
same order, all ignore the same ones, and the writer sees it when it reads its own back.

Compaction keeps the last record of a key, which may be an ignored one. So a key is
`settled` only when its newest record is taken by everybody, whichever of the earlier
ones a reader began with; until then somebody has to write what stands once more. A
record that does not say (an older `bus`, a person) or that was copied from another
topic is taken as it comes.
"""

from collections.abc import Mapping
from hashlib import sha256
from typing import NamedTuple

from bus.record import Headers, Record, is_number

READ_TO = "bus-read-to"
_VERSION_CHARS = 16


class Standing(NamedTuple):
    """Where what stands under one key is; `newest`: the newest record, taken or not."""

    offset: int
    newest: int
    settled: bool


def take(standing: Standing | None, record: Record) -> tuple[Standing, bool]:
    """Return what stands after a record of its key, and whether that record does."""
    at, read_to = record.offset, _read_to(record)
    if standing is None or read_to is None:
        return Standing(at, at, settled=True), True
    if standing.offset >= read_to:
        return standing._replace(newest=at, settled=False), False
    # Who began with an ignored one that this writer had not read, ignores this one.
    return Standing(at, at, settled=standing.newest < read_to), True


def read_to_header(topic_id: str, positions: Mapping[int, int]) -> Headers:
    """The headers of a record whose writer has read so far.

    `positions` are the next offsets by partition.
    """
    count = max(positions, default=-1) + 1
    listed = ",".join(str(positions.get(p, 0)) for p in range(count))
    return ((READ_TO, f"{topic_id}/{listed}".encode()),)


def version_of(value: bytes) -> str:
    """The name of a version: the same wherever it is written or copied to."""
    return sha256(value).hexdigest()[:_VERSION_CHARS]


def _read_to(record: Record) -> int | None:
    """The next offset its writer would have read; None if that is not said."""
    said = dict(record.headers).get(READ_TO)
    if said is None:
        return None
    topic_id, slash, listed = said.decode(errors="replace").partition("/")
    if not slash or _is_other(topic_id, record.topic_id):
        return None
    offsets = listed.split(",")
    if not all(is_number(text) for text in offsets if listed):
        return None
    if not listed or record.partition >= len(offsets):
        return 0
    return int(offsets[record.partition])


def _is_other(topic_id: str, known: str) -> bool:
    return bool(topic_id and known) and topic_id != known
