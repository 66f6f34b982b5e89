"""Kafka in memory: topics, offsets, groups; one event loop, nothing random.

Tests drive it: time is the clock's, and `faults`, `down`, `trim` and `leave_gap`
stand for what goes wrong in the world.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from enum import Enum

from bus.adapters.memory.group import Group
from bus.adapters.memory.log import PartitionLog
from bus.errors import BrokerUnavailableError, Heals, PublishError
from bus.ports import Clock
from bus.record import Commit, Message, TopicPartition, Written
from bus.topics.partitioning import partition_of
from bus.topics.topic import TopicState


class Fault(Enum):
    """What goes wrong with a write; the caller hears a retriable error of both."""

    REFUSE = "not written"
    LOSE_ACK = "written, but nobody hears of it"


class MemoryBroker:
    """What `MemoryPublisher`, `MemorySource` and the others share.

    `faults` is asked about every write. `brokers` bounds the replication.
    """

    def __init__(self, clock: Clock, *, brokers: int = 3) -> None:
        self.clock = clock
        self.brokers = brokers
        self.faults: Callable[[Message], Fault | None] = lambda _: None
        self.topics: dict[str, TopicState] = {}
        self._logs: dict[TopicPartition, PartitionLog] = {}
        self._groups: dict[str, Group] = {}
        self._ids: dict[str, str] = {}
        self._made = 0
        self._keyless = 0
        self._grown = asyncio.Event()
        self._up = asyncio.Event()
        self._up.set()

    # --- topics

    def create(self, topic: TopicState) -> None:
        """Make a topic; one that exists already is left as it is."""
        if topic.name not in self.topics:
            self._made += 1
            self._ids[topic.name] = f"T{self._made}"
            self.topics[topic.name] = topic
            self._add_logs(topic)

    def change(self, topic: TopicState) -> None:
        """Set the config given and raise the partition count if it is higher."""
        old = self.topics[topic.name]
        new = replace(
            old,
            partitions=max(old.partitions, topic.partitions),
            config={**old.config, **topic.config},
        )
        self.topics[topic.name] = new
        self._add_logs(new)

    def delete(self, name: str) -> None:
        """Remove a topic with its records and the groups' positions in it."""
        if self.topics.pop(name, None):
            for tp in [tp for tp in self._logs if tp.topic == name]:
                del self._logs[tp]
                for group in self._groups.values():
                    group.positions.pop(tp, None)
            self._rebalance()

    def partitions(self, topics: Iterable[str]) -> list[TopicPartition]:
        """All partitions of those topics that exist, in order."""
        return [
            TopicPartition(name, partition)
            for name in sorted(topics)
            if name in self.topics
            for partition in range(self.topics[name].partitions)
        ]

    def log(self, tp: TopicPartition) -> PartitionLog:
        """The records of a partition; none where it was deleted."""
        return self._logs.get(tp) or PartitionLog(tp)

    def expire(self, tp: TopicPartition, before: int) -> None:
        """Delete what lies before an offset, as retention does."""
        self.log(tp).trim(before)
        self._wake()

    # --- writing

    def append(self, message: Message, created_ms: int | None = None) -> Written:
        """Write a record at the clock's time, or with a time of the producer's.

        Raises:
            PublishError: no such topic or partition, one that does not take such a
                record, or a fault was injected.
        """
        tp = self._place(message)
        _refuse(message, self.topics[tp.topic])
        fault = self.faults(message)
        if fault is Fault.REFUSE:
            raise PublishError(tp.topic, "refused (injected)", heals=Heals.TIME)
        now_ms = int(self.clock.now() * 1000)
        offset = self._logs[tp].append(message, now_ms, created_ms)
        self._wake()
        if fault is Fault.LOSE_ACK:
            raise PublishError(tp.topic, "ack lost (injected)", heals=Heals.TIME)
        return Written(*tp, offset)

    def _place(self, message: Message) -> TopicPartition:
        topic = self.topics.get(message.topic)
        if topic is None:
            raise PublishError(message.topic, "no such topic", heals=Heals.HAND)
        partition = message.partition
        if partition is None and message.key is not None:
            partition = partition_of(message.key, topic.partitions)
        elif partition is None:
            self._keyless += 1
            partition = self._keyless % topic.partitions
        if not 0 <= partition < topic.partitions:
            raise PublishError(topic.name, "no such partition", heals=Heals.HAND)
        return TopicPartition(topic.name, partition)

    # --- groups

    def group(self, name: str) -> Group:
        """The consumer group of that name; it begins to exist."""
        if name not in self._groups:
            self._groups[name] = Group(self.partitions)
        return self._groups[name]

    def commit(self, group: str, commits: Mapping[TopicPartition, Commit]) -> None:
        """Take a group's positions in the partitions that there are.

        Raises:
            BrokerUnavailableError: the broker is down.
        """
        self.check_up()
        there = {tp: commit for tp, commit in commits.items() if tp in self._logs}
        self.group(group).positions.update(there)

    # --- troubles

    def down(self) -> None:
        """Go away: nothing is read, written or committed."""
        self._up.clear()

    def up(self) -> None:
        """Come back."""
        self._up.set()
        self._wake()

    @property
    def is_up(self) -> bool:
        """Whether it answers."""
        return self._up.is_set()

    def check_up(self) -> None:
        """Raise BrokerUnavailableError while down."""
        if not self.is_up:
            raise BrokerUnavailableError("the broker is down")

    async def until_up(self) -> None:
        """Wait until it answers."""
        await self._up.wait()

    async def until_grown(self) -> None:
        """Wait until something was written, or the broker came back."""
        await self._grown.wait()

    # --- inside

    def _add_logs(self, topic: TopicState) -> None:
        for tp in self.partitions([topic.name]):
            self._logs.setdefault(tp, PartitionLog(tp, self._ids[tp.topic]))
        self._rebalance()

    def _rebalance(self) -> None:
        for group in self._groups.values():
            group.rebalance()

    def _wake(self) -> None:
        self._grown.set()
        self._grown = asyncio.Event()
        for group in self._groups.values():
            group.wake()


def _refuse(message: Message, topic: TopicState) -> None:
    """Refuse what is too large uncompressed, or what cannot be compacted."""
    most = int(topic.config.get("max.message.bytes", 2**63))
    if _size(message) > most:
        raise PublishError(topic.name, f"above {most} bytes", heals=Heals.NOTHING)
    if "compact" in topic.config.get("cleanup.policy", "") and message.key is None:
        raise PublishError(topic.name, "no key to compact by", heals=Heals.NOTHING)


def _size(message: Message) -> int:
    headers = sum(len(name) + len(value) for name, value in message.headers)
    return len(message.key or b"") + len(message.value or b"") + headers
