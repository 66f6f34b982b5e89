"""Acknowledgements by consumers: who has processed which event already."""

from collections.abc import Awaitable
from hashlib import blake2b

import orjson

from bus.ports import Clock, LogReader, Publisher
from bus.record import Message, Record, Written
from processors.following import Follower

TOPIC = "bus.acks"
KEPT_S = 3 * 24 * 3600
MOST = 1_000_000
_DIGEST_BYTES = 16


class AckTable(Follower):
    """Follows the topic; knows the newest `most` acks of the last three days.

    That is as long as a retry topic keeps a delivery. Beyond `most` the oldest are
    forgotten: such a delivery is then attempted, never lost. About 100 bytes each.
    """

    def __init__(
        self, reader: LogReader, clock: Clock, *, topic: str = TOPIC, most: int = MOST
    ) -> None:
        self._most = most
        self._digests: dict[bytes, None] = {}

        def since() -> int:
            return int((clock.now() - KEPT_S) * 1000)

        super().__init__(reader, clock, topic, self._hold, since=since)

    def contains(self, subscription_id: str, event_id: str) -> bool:
        """Say if this delivery was acknowledged."""
        if not self._digests:  # as where nobody ever acknowledges
            return False
        return _digest(ack_key(subscription_id, event_id)) in self._digests

    def __len__(self) -> int:
        """How many are held."""
        return len(self._digests)

    def _hold(self, record: Record) -> None:
        digest = _digest(record.key or b"")
        self._digests.pop(digest, None)
        if record.value is None:
            return
        self._digests[digest] = None
        if len(self._digests) > self._most:
            del self._digests[next(iter(self._digests))]


def ack_key(subscription_id: str, event_id: str) -> bytes:
    """The key an ack stands under."""
    return f"{subscription_id}/{event_id}".encode()


def acknowledge(
    publisher: Publisher, key: bytes, *, at: str, by: str, topic: str = TOPIC
) -> Awaitable[Written]:
    """Hand over one ack now; await the broker's word for it.

    Raises:
        PublishError: when awaited, and it was not written.
    """
    return publisher.publish(Message(topic, key, orjson.dumps({"at": at, "by": by})))


def _digest(key: bytes) -> bytes:
    return blake2b(key, digest_size=_DIGEST_BYTES).digest()
