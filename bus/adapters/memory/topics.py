"""Topics and groups of the broker in memory, from outside."""

from collections.abc import Collection, Iterable, Mapping

from bus.adapters.memory.broker import MemoryBroker
from bus.errors import TopicError
from bus.ports import Lag
from bus.record import Commit, TopicPartition
from bus.topics.topic import Cluster, TopicState


class MemoryTopics:
    """`bus.ports.Topics` in memory.

    Raises:
        TopicError: more replicas than brokers, or a topic that is not there.
        BrokerUnavailableError: the broker is down.
    """

    def __init__(self, broker: MemoryBroker) -> None:
        self._broker = broker

    async def brokers(self) -> int:
        """How many brokers there are."""
        self._broker.check_up()
        return self._broker.brokers

    async def cluster(self) -> Cluster:
        """Which brokers there are: all of them, with all copies."""
        self._broker.check_up()
        return Cluster(tuple(range(self._broker.brokers)))

    async def names(self) -> frozenset[str]:
        """The topics that exist."""
        self._broker.check_up()
        return frozenset(self._broker.topics)

    async def describe(self, names: Collection[str]) -> Mapping[str, TopicState]:
        """Those of `names` that exist, with non-default config."""
        self._broker.check_up()
        topics = self._broker.topics
        return {name: topics[name] for name in sorted(topics) if name in names}

    async def create(self, topics: Iterable[TopicState]) -> None:
        """Make topics; one that exists already is left as it is."""
        self._broker.check_up()
        for topic in topics:
            if topic.replication > self._broker.brokers:
                raise TopicError(
                    f"create topic {topic.name}: more replicas than brokers"
                )
            self._broker.create(topic)

    async def change(self, topic: TopicState) -> None:
        """Set the config given and raise the partition count if it is higher."""
        self._broker.check_up()
        if topic.name not in self._broker.topics:
            raise TopicError(f"change topic {topic.name}: no such topic")
        self._broker.change(topic)

    async def delete(self, names: Collection[str]) -> None:
        """Remove topics; one that is not there is fine."""
        self._broker.check_up()
        for name in sorted(names):
            self._broker.delete(name)


class MemoryGroups:
    """`bus.ports.Groups` in memory.

    Raises:
        BrokerUnavailableError: the broker is down.
    """

    def __init__(self, broker: MemoryBroker) -> None:
        self._broker = broker

    async def lag(
        self, group: str, topics: Collection[str]
    ) -> Mapping[TopicPartition, Lag]:
        """Lag by partition; partitions without a commit count from their start."""
        self._broker.check_up()
        positions = self._broker.group(group).positions
        lags = {}
        for tp in self._broker.partitions(topics):
            log = self._broker.log(tp)
            committed = positions.get(tp, Commit(-1)).offset
            lags[tp] = Lag(committed, log.start, log.end)
        return lags

    async def members(self, group: str) -> int:
        """How many members the group has; 0 if there is none such."""
        self._broker.check_up()
        return self._broker.group(group).members
