"""What is remembered: which messages came, and the newest version of each order.

Both are bounded. What is forgotten too early may be told twice, by the same id; nothing
is ever lost by it.

A message belongs to the part of a record that brought it first: that one ends as the
event, or as a parked item, whatever happens to processes meanwhile; its record is read
again until it has. So a message that belongs to another is a repeat, and one that
belongs to the part at hand is not, even if it was noted before a crash.
"""

from hashlib import blake2b
from typing import NamedTuple
from uuid import UUID

from bus.intake.merging.versions import Version, older

_TIME_BITS, _PLACE_BITS, _TOPIC_BITS = 40, 64, 32
_PLACE_MASK, _TOPIC_MASK = (1 << _PLACE_BITS) - 1, (1 << _TOPIC_BITS) - 1
_TOPIC_SHIFT = _PLACE_BITS
_TIME_SHIFT = _PLACE_BITS + _TOPIC_BITS


class Owner(NamedTuple):
    """The part of a record that a message belongs to.

    `place` is topic/partition/offset#part; `topic_id` tells a topic from one of the
    same name before it, and is empty where it is not known.
    """

    place: str
    topic_id: str = ""


class Seen:
    """Messages that came, for as long as each may come again.

    An entry is two numbers, so that a million of them take some 180 MB.

    Attributes:
        forgotten: How many had to be forgotten before their time.
    """

    def __init__(self, limit: int) -> None:
        self._limit = max(1, limit)
        self._entries: dict[int, int] = {}
        self.forgotten = 0

    def __len__(self) -> int:
        """How many are remembered, some of them for no reason any more."""
        return len(self._entries)

    def belongs_to_another(self, key: UUID, owner: Owner, now_s: float) -> bool:
        """Whether a message came with another, and may still come again."""
        entry = self._entries.get(key.int)
        if entry is None:
            return False
        if entry >> _TIME_SHIFT <= now_s:
            del self._entries[key.int]
            return False
        place, topic = _hashes(owner)
        if entry & _PLACE_MASK != place:
            return True
        held = entry >> _TOPIC_SHIFT & _TOPIC_MASK
        return bool(held and topic and held != topic)

    def hold(self, key: UUID, owner: Owner, until_s: float, now_s: float) -> None:
        """Remember whose a message is, until then."""
        place, topic = _hashes(owner)
        self._entries.pop(key.int, None)
        packed = int(until_s) << _TIME_SHIFT | topic << _TOPIC_SHIFT | place
        self._entries[key.int] = packed
        self._make_room(now_s)

    def _make_room(self, now_s: float) -> None:
        """The oldest go: while theirs is over, and while there are too many."""
        while self._entries:
            first = next(iter(self._entries))
            is_over = self._entries[first] >> _TIME_SHIFT <= now_s
            if not is_over and len(self._entries) <= self._limit:
                return
            del self._entries[first]
            self.forgotten += not is_over


class Newest:
    """The newest version of each order that was told whole."""

    def __init__(self, limit: int) -> None:
        self._limit = max(1, limit)
        self._versions: dict[bytes, Version] = {}

    def __len__(self) -> int:
        """How many orders are remembered."""
        return len(self._versions)

    def of(self, order_id: str) -> Version | None:
        """The newest version of an order that was told whole; None: none is known."""
        return self._versions.get(_digest(order_id))

    def take(self, order_id: str, version: Version) -> None:
        """Note that an order was told whole, in this version."""
        key = _digest(order_id)
        held = self._versions.pop(key, None)
        self._versions[key] = held if held and older(version, held) else version
        if len(self._versions) > self._limit:
            del self._versions[next(iter(self._versions))]

    def drop(self, order_id: str) -> None:
        """Forget an order."""
        self._versions.pop(_digest(order_id), None)


def _hashes(owner: Owner) -> tuple[int, int]:
    place = int.from_bytes(blake2b(owner.place.encode(), digest_size=8).digest())
    if not owner.topic_id:
        return place, 0
    topic = blake2b(owner.topic_id.encode(), digest_size=4).digest()
    return place, int.from_bytes(topic) or 1


def _digest(order_id: str) -> bytes:
    return blake2b(order_id.encode(errors="surrogatepass"), digest_size=16).digest()
