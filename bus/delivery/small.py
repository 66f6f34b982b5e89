"""Small dead letters: what stands for a record that could not be carried on.

A record may be larger than a topic takes, or be refused for good. What is written in
its place has no body; it says where the record stands, how large it is and by which
digest it is known, and the few attributes by which people find it.

What it says of the body are its last headers. A producer may have written headers of
the same names; those stand before whatever the bus adds, and are data.
"""

from collections.abc import Iterator
from hashlib import sha256
from itertools import islice
from typing import NamedTuple

from bus.delivery.headers import printable
from bus.errors import DecodeError
from bus.record import Headers, Message, Record, is_number

_AT = "bus-body-at"
_BYTES = "bus-body-bytes"
_DIGEST = "bus-body-sha256"
_WHY = "bus-body-why"
_MOST_BYTES = 2_048
_MOST_HEADERS = 20


class Elsewhere(NamedTuple):
    """Where the body stands that a small letter is without.

    `why` says why it could not be brought along. `digest` is of the value.
    """

    topic: str
    partition: int
    offset: int
    size: int
    digest: str
    why: str

    @property
    def place(self) -> str:
        """topic/partition/offset."""
        return f"{self.topic}/{self.partition}/{self.offset}"

    def is_body(self, record: Record) -> bool:
        """Whether a record read there is the one that was meant.

        A topic made anew has other records at the same offsets.
        """
        return sha256(record.value or b"").hexdigest() == self.digest


def small(whole: Message, record: Record, attributes: Headers, why: str) -> Message:
    """Return what stands for `whole`, which would have carried `record` on.

    It keeps what the bus says in `bus-*`, and of the event's `attributes` those that
    are short: a long one would be another way to be too large.
    """
    ours = tuple(h for h in whole.headers if h[0].startswith("bus-"))
    body = record.value or b""
    headers = (
        *_short(attributes),
        *_short(ours[-_MOST_HEADERS:]),
        (_AT, f"{record.topic}/{record.partition}/{record.offset}".encode()),
        (_BYTES, b"%d" % len(body)),
        (_DIGEST, sha256(body).hexdigest().encode()),
        (_WHY, printable(why).encode()),
    )
    long = whole.key is not None and len(whole.key) > _MOST_BYTES
    return Message(whole.topic, None if long else whole.key, None, headers)


def _short(headers: Headers) -> Iterator[tuple[str, bytes]]:
    return islice((h for h in headers if len(h[1]) <= _MOST_BYTES), _MOST_HEADERS)


def read_elsewhere(record: Record) -> Elsewhere | None:
    """Say where a letter's body stands; None if the letter is whole.

    Raises:
        DecodeError: naming the header that is missing or malformed.
    """
    if not _is_small(record):
        return None
    said = record.headers[-len(_NAMES) :]
    at, size, digest, why = (value for _, value in said)
    if not is_number(size):
        raise DecodeError(f"{_BYTES} is {size!r:.40}, expected a number")
    known, words = (text.decode(errors="replace") for text in (digest, why))
    return Elsewhere(*_split(at), int(size), known, words)


def without_place(record: Record) -> Record:
    """A record without what makes it a small letter, if it is one."""
    if not _is_small(record):
        return record
    return record._replace(headers=record.headers[: -len(_NAMES)])


def _is_small(record: Record) -> bool:
    names = tuple(name for name, _ in record.headers[-len(_NAMES) :])
    return record.value is None and names == _NAMES


_NAMES = (_AT, _BYTES, _DIGEST, _WHY)


def _split(at: bytes) -> tuple[str, int, int]:
    topic, _, rest = at.decode(errors="replace").partition("/")
    partition, _, offset = rest.partition("/")
    if not (topic and is_number(partition) and is_number(offset)):
        raise DecodeError(f"{_AT} is {at!r:.60}, expected topic/partition/offset")
    return topic, int(partition), int(offset)


def attributes_of(record: Record) -> Headers:
    """The CloudEvents headers of a record that nobody could decode."""
    return tuple(h for h in record.headers if h[0].startswith("ce_"))
