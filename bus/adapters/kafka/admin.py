"""Topics and groups from outside, through librdkafka's admin client."""

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import Future
from typing import TypeVar

from confluent_kafka import OFFSET_BEGINNING, OFFSET_END, Consumer, KafkaException
from confluent_kafka import TopicPartition as KafkaPartition
from confluent_kafka.admin import (  # type: ignore[attr-defined]  # re-exported without saying so
    AdminClient,
    AlterConfigOpType,
    ClusterMetadata,
    ConfigEntry,
    ConfigResource,
    ConfigSource,
    NewPartitions,
    NewTopic,
    ResourceType,
    TopicMetadata,
)

from bus.adapters.kafka.config import Connection, OnEvent
from bus.adapters.kafka.counting import FRESH_S, Counting
from bus.adapters.kafka.describing import Describing
from bus.adapters.kafka.errors import translate
from bus.adapters.kafka.thread import DaemonThread
from bus.errors import BrokerUnavailableError
from bus.ports import Lag
from bus.record import TopicPartition
from bus.topics.topic import Cluster, TopicState

Key = TypeVar("Key")
Answer = TypeVar("Answer")

_ASK_S = 15.0
_AT_ONCE = 250
_LOOKS = 200
_LOOK_AGAIN_S = 0.1


class KafkaTopics:
    """`bus.ports.Topics` on Kafka.

    Raises, besides what the port says:
        TopicError: the cluster refuses the layout; it says why.
        ConfigurationError: it refuses us.
        BrokerUnavailableError: no answer; try again.
    """

    def __init__(
        self, connection: Connection, *, on_event: OnEvent | None = None
    ) -> None:
        self._client = connection.open(_client, connection.admin(), on_event)

    async def brokers(self) -> int:
        """How many brokers there are."""
        return len((await self._metadata()).brokers)

    async def cluster(self) -> Cluster:
        """Which brokers there are, and which copies of partitions are missing."""
        return _cluster(await self._metadata())

    async def names(self) -> frozenset[str]:
        """The topics that exist."""
        return frozenset(await self._found())

    async def describe(self, names: Collection[str]) -> Mapping[str, TopicState]:
        """Those of `names` that exist, with non-default config."""
        found = {n: t for n, t in (await self._found()).items() if n in names}
        states = {}
        for some in _portions(sorted(found)):
            for name, config in (await self._configs(some)).items():
                states[name] = _state(found[name], config)
        return states

    async def create(self, topics: Iterable[TopicState]) -> None:
        """Make topics, and wait until the brokers tell of them."""
        wanted = list(topics)
        for some in _portions(wanted):
            new = [
                NewTopic(
                    topic.name,
                    num_partitions=topic.partitions,
                    replication_factor=topic.replication,
                    config=dict(topic.config),
                )
                for topic in some
            ]
            made = self._client.create_topics(new, request_timeout=_ASK_S)
            await _all(made, "create topic", fine="TOPIC_ALREADY_EXISTS")
        names = {topic.name for topic in wanted}
        await self._until("create topics", lambda led: names <= led)

    async def change(self, topic: TopicState) -> None:
        """Set the config given and raise the partition count if it is higher."""
        if topic.config:
            entries = [
                ConfigEntry(name, value, incremental_operation=AlterConfigOpType.SET)
                for name, value in topic.config.items()
            ]
            resource = ConfigResource(
                ResourceType.TOPIC, topic.name, incremental_configs=entries
            )
            changed = self._client.incremental_alter_configs([resource])
            await _all(changed, "change topic")
        actual = (await self._metadata()).topics.get(topic.name)
        if (
            actual
            and actual.error is None
            and len(actual.partitions) < topic.partitions
        ):
            grown = self._client.create_partitions(
                [NewPartitions(topic.name, topic.partitions)]
            )
            await _all(grown, "add partitions")

    async def delete(self, names: Collection[str]) -> None:
        """Remove topics; one that is not there is fine."""
        for some in _portions(sorted(names)):
            gone = self._client.delete_topics(list(some), request_timeout=_ASK_S)
            await _all(gone, "delete topic", fine="UNKNOWN_TOPIC_OR_PART")
        wanted = frozenset(names)
        await self._until("delete topics", lambda led: not wanted & led)

    async def _found(self) -> Mapping[str, TopicMetadata]:
        topics = (await self._metadata()).topics
        return {name: topic for name, topic in topics.items() if topic.error is None}

    async def _configs(self, names: Sequence[str]) -> Mapping[str, dict[str, str]]:
        asked = self._client.describe_configs(
            [ConfigResource(ResourceType.TOPIC, name) for name in names]
        )
        answers = await _all(asked, "describe topic")
        return {
            resource.name: _set_on_topic(answers[resource].values())
            for resource in asked
        }

    async def _until(
        self, doing: str, reached: Callable[[frozenset[str]], bool]
    ) -> None:
        """Wait until as many answers in a row as there are brokers agree."""
        in_a_row = 0
        for _ in range(_LOOKS):
            metadata = await self._metadata()
            in_a_row = in_a_row + 1 if reached(_led(metadata)) else 0
            if in_a_row >= len(metadata.brokers):
                return
            if not in_a_row:
                await asyncio.sleep(_LOOK_AGAIN_S)  # noqa: TID251 - brokers know no Clock
        raise BrokerUnavailableError(f"{doing}: the brokers do not show it yet")

    async def _metadata(self) -> ClusterMetadata:
        return await _thread(
            "list topics", lambda: self._client.list_topics(timeout=_ASK_S)
        )


class KafkaGroups:
    """`bus.ports.Groups` on Kafka.

    Raises:
        BrokerUnavailableError: no answer; try again.
        ConfigurationError: the cluster refuses us.
    """

    def __init__(self, connection: Connection, *, fresh_s: float = FRESH_S) -> None:
        """`fresh_s`: how long an answer about members holds."""
        self._connection = connection
        self._askers: dict[str, Consumer] = {}
        self._counting = Counting(Describing(connection).count, fresh_s=fresh_s)

    async def lag(
        self, group: str, topics: Collection[str]
    ) -> Mapping[TopicPartition, Lag]:
        """Lag by partition; partitions without a commit count from their start."""
        asker = self._asker(group)
        return await _thread(f"lag of {group}", lambda: _lag(asker, topics))

    async def members(self, group: str) -> int:
        """How many members the group has; 0 if there is none such. See `apart`."""
        return await self._counting.members(group)

    def _asker(self, group: str) -> Consumer:
        """A consumer that never joins.

        The admin client is no good for this: while a partition's leader is away its
        `list_offsets` keeps a core busy (librdkafka 2.16.1), and its question for
        commits ends the whole process, by an assertion, if the coordinator hangs up
        meanwhile (librdkafka#3663, #4605).
        """
        if group not in self._askers:
            settings = self._connection.asker(group)
            self._askers[group] = self._connection.open(Consumer, settings, None)
        return self._askers[group]


def _lag(asker: Consumer, topics: Collection[str]) -> dict[TopicPartition, Lag]:
    asker.poll(0)  # its log lines are waiting to be dropped
    known = asker.list_topics(timeout=_ASK_S).topics  # and who leads is known anew
    partitions = [
        TopicPartition(topic, partition)
        for topic in topics
        if topic in known
        for partition in known[topic].partitions
    ]
    if not partitions:
        return {}
    starts = _offsets(asker, partitions, OFFSET_BEGINNING)
    ends = _offsets(asker, partitions, OFFSET_END)
    wanted = [KafkaPartition(*tp) for tp in partitions]
    committed = _plain(asker.committed(wanted, timeout=_ASK_S))
    return {
        tp: Lag(max(committed.get(tp, -1), -1), starts[tp], ends[tp])
        for tp in partitions
    }


def _offsets(
    asker: Consumer, partitions: Iterable[TopicPartition], which: int
) -> Mapping[TopicPartition, int]:
    """The first or last offsets: to brokers, these are moments like others."""
    wanted = [KafkaPartition(*tp, which) for tp in partitions]
    answer = asker.offsets_for_times(wanted, timeout=_ASK_S)
    for partition in answer:
        if partition.error:
            raise KafkaException(partition.error)
    return _plain(answer)


def _plain(partitions: Iterable[KafkaPartition]) -> Mapping[TopicPartition, int]:
    return {TopicPartition(p.topic, p.partition): p.offset for p in partitions}


def _client(settings: dict[str, object]) -> AdminClient:
    return AdminClient(settings)  # type: ignore[arg-type]  # its stub forgets callbacks


def _portions(items: Sequence[Answer]) -> Iterable[Sequence[Answer]]:
    return (items[i : i + _AT_ONCE] for i in range(0, len(items), _AT_ONCE))


def _led(metadata: ClusterMetadata) -> frozenset[str]:
    """Topics all of whose partitions have a leader."""
    return frozenset(
        name
        for name, topic in metadata.topics.items()
        if topic.error is None and all(p.leader >= 0 for p in topic.partitions.values())
    )


def _cluster(metadata: ClusterMetadata) -> Cluster:
    there = set(metadata.brokers)
    partitions = [p for t in metadata.topics.values() for p in t.partitions.values()]
    holding = {broker for p in partitions for broker in p.replicas}
    return Cluster(
        tuple(sorted(there)),
        tuple(sorted(holding - there)),
        sum(p.leader < 0 for p in partitions),
        sum(len(p.isrs) < len(p.replicas) for p in partitions),
    )


def _state(topic: TopicMetadata, config: Mapping[str, str]) -> TopicState:
    replicas = [len(p.replicas) for p in topic.partitions.values()]
    return TopicState(
        topic.topic or "", len(topic.partitions), min(replicas, default=0), config
    )


def _set_on_topic(entries: Iterable[ConfigEntry]) -> dict[str, str]:
    own = ConfigSource.DYNAMIC_TOPIC_CONFIG
    return {e.name: e.value or "" for e in entries if ConfigSource(e.source) is own}


async def _all(
    asked: Mapping[Key, "Future[Answer]"], doing: str, fine: str = ""
) -> dict[Key, Answer]:
    """Wait for all answers; an error named `fine` counts as no answer."""
    answers = {}
    for key, future in asked.items():
        try:
            answers[key] = await asyncio.wrap_future(future)
        except KafkaException as error:
            if error.args[0].name() != fine:
                raise translate(error.args[0], f"{doing} {key}") from None
    return answers


async def _thread(doing: str, work: Callable[[], Answer]) -> Answer:
    thread = DaemonThread("kafka-admin")
    try:
        return await thread.do(work)
    except KafkaException as error:
        raise translate(error.args[0], doing) from None
    finally:
        thread.end()
