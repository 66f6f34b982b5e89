"""What is sent and answered: topics."""

# Written from the table of routes by `make client`, not by hand.
from collections.abc import Sequence
from typing import Literal, TypedDict


class TopicShown(TypedDict):
    """A declared topic, and how the cluster has it."""

    name: str
    partitions: int
    replication: int
    kept: str
    state: Literal["as declared", "differs", "missing"]
    group: str | None


class TopicRows(TypedDict):
    """Declared topics by name, those of subscriptions too."""

    data: Sequence[TopicShown]
    next: str | None
    previous: str | None


class PartitionShown(TypedDict):
    """A partition. `start` and `end` are offsets, `end` that of the next record."""

    partition: int
    start: int
    end: int
    committed: int | None
    waiting: int | None


class TopicWhole(TypedDict):
    """A topic by partition."""

    name: str
    partitions: int
    replication: int
    kept: str
    state: Literal["as declared", "differs", "missing"]
    group: str | None
    in_partitions: Sequence[PartitionShown]


class WaitingShown(TypedDict):
    """What waits for a group in a topic."""

    topic: str
    waiting: int
    oldest_at: str | None


class GroupShown(TypedDict):
    """A group that delivers, and what waits for it."""

    name: str
    members: int | None
    waiting: int
    oldest_at: str | None
    topics: Sequence[WaitingShown]


class Groups(TypedDict):
    """The groups that deliver: fan-out, retries, ordered."""

    data: Sequence[GroupShown]
