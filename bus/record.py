"""A record of a Kafka topic, as plain bytes, and where it stands."""

from typing import NamedTuple, TypeAlias
from uuid import UUID

Headers: TypeAlias = tuple[tuple[str, bytes], ...]
SchemaRef: TypeAlias = int | UUID
"""How a record names its schema: the registry's id, or the schema's own GUID."""


MOST_DIGITS = 18
"""An offset has no more; Python reads no thousands, Kafka's client no twenty."""


def is_number(text: str | bytes) -> bool:
    """Whether it may be a partition or an offset."""
    return text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS


class TopicPartition(NamedTuple):
    """One partition of one topic."""

    topic: str
    partition: int


class Record(NamedTuple):
    """A record read from a topic.

    `timestamp_ms` is the broker's (LogAppendTime) or the producer's (CreateTime),
    milliseconds since the epoch. `created` says that it is the producer's: whatever
    its clock, or a replicator, wrote there; nothing may be counted from it.
    `topic_id` tells a topic from one of the same name that was deleted before it;
    empty where it is not known.
    Kafka takes headers that no client for Python can read: then there are none here,
    and `unreadable` says why.
    """

    topic: str
    partition: int
    offset: int
    timestamp_ms: int
    key: bytes | None
    value: bytes | None
    headers: Headers = ()
    created: bool = False
    topic_id: str = ""
    unreadable: str = ""

    @property
    def topic_partition(self) -> TopicPartition:
        """The partition it stands in."""
        return TopicPartition(self.topic, self.partition)


class Expired(NamedTuple):
    """Kafka holds nothing of a partition that lies before `start`."""

    topic_partition: TopicPartition
    start: int


class Message(NamedTuple):
    """A record to be written. Without `partition` the key decides (murmur2)."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: Headers = ()
    partition: int | None = None


class Written(NamedTuple):
    """Where an acknowledged message stands; of an event also its id."""

    topic: str
    partition: int
    offset: int
    event_id: str | None = None


class Commit(NamedTuple):
    """A consumer group's position in a partition.

    `offset` is the next one to read. `metadata` travels with it (Kafka's limit is
    4,096 bytes); ours is the settled set beyond `offset`, see `bus.delivery.settled`.
    """

    offset: int
    metadata: str = ""
