"""A group's positions: asked for at assignment, committed with their metadata."""

import asyncio
from collections import defaultdict, deque
from collections.abc import Iterable, Mapping
from typing import TypeAlias

from confluent_kafka import Consumer, KafkaError, KafkaException
from confluent_kafka import TopicPartition as KafkaPartition

from bus.adapters.kafka.bridge import Bridge
from bus.adapters.kafka.errors import Kind, kind_of
from bus.errors import BrokerUnavailableError
from bus.record import Commit, TopicPartition

Commits: TypeAlias = Mapping[TopicPartition, Commit]
Waiting: TypeAlias = asyncio.Future[None]

_TRIES = 25
_ASK_S = 5.0
_AGAIN_S = 0.2


def committed(
    consumer: Consumer, partitions: Iterable[KafkaPartition], bridge: Bridge
) -> dict[TopicPartition, Commit]:
    """Ask where the group stands; offset -1 where it stands nowhere.

    Raises:
        KafkaException: no answer though asked again and again.
    """
    wanted = [KafkaPartition(p.topic, p.partition) for p in partitions]
    last = KafkaException(KafkaError(KafkaError._TIMED_OUT))  # noqa: SLF001 - librdkafka's own codes begin so
    for _ in range(_TRIES):
        try:
            answer = consumer.committed(wanted, timeout=_ASK_S)
            _raise_first_error(answer)
        except KafkaException as error:
            if kind_of(error.args[0]) is not Kind.TIME:
                raise
            last = error
            bridge.obey(_AGAIN_S)
        else:
            return {_ours(p): _position(p) for p in answer}
    raise last


def commit_now(consumer: Consumer, commits: Commits) -> None:
    """Commit and wait for the broker's answer, on the client's thread.

    Raises:
        BrokerUnavailableError: not committed.
    """
    if not commits:
        return
    try:
        _raise_first_error(consumer.commit(offsets=_kafka(commits), asynchronous=False))
    except KafkaException as error:
        raise _refused(error.args[0]) from None


class PendingCommits:
    """Commits under way, found again by what they hold when the broker answers."""

    def __init__(self, bridge: Bridge) -> None:
        self._bridge = bridge
        self._waiting: defaultdict[frozenset[str], deque[Waiting]] = defaultdict(deque)

    def send(self, consumer: Consumer, commits: Commits, waiting: Waiting) -> None:
        """Begin a commit; `waiting` is completed when it is answered."""
        offsets = _kafka(commits)
        if not offsets:
            self._complete(waiting, None)
            return
        self._waiting[_content(offsets)].append(waiting)
        try:
            consumer.commit(offsets=offsets, asynchronous=True)
        except KafkaException as error:
            self.answered(error.args[0], offsets)

    def answered(
        self, error: KafkaError | None, partitions: list[KafkaPartition]
    ) -> None:
        """Take librdkafka's word on a commit."""
        content = _content(partitions)
        waiting = self._waiting.get(content)
        if not waiting:
            return
        first = error or next((p.error for p in partitions if p.error), None)
        self._complete(waiting.popleft(), first)
        if not waiting:
            del self._waiting[content]

    def abandon(self) -> None:
        """Give up on all that are under way; the client is being closed."""
        for waiting in self._waiting.values():
            for future in waiting:
                self._complete(future, KafkaError(KafkaError._DESTROY))  # noqa: SLF001 - librdkafka's own codes begin so
        self._waiting.clear()

    def _complete(self, waiting: Waiting, error: KafkaError | None) -> None:
        self._bridge.call(_settle, waiting, error)


def _settle(waiting: Waiting, error: KafkaError | None) -> None:
    if waiting.done():
        return
    if error is None:
        waiting.set_result(None)
    else:
        waiting.set_exception(_refused(error))


def _refused(error: KafkaError) -> BrokerUnavailableError:
    return BrokerUnavailableError(f"commit: {error.str()} ({error.name()})")


def _raise_first_error(partitions: Iterable[KafkaPartition]) -> None:
    for partition in partitions:
        if partition.error:
            raise KafkaException(partition.error)


def _ours(partition: KafkaPartition) -> TopicPartition:
    return TopicPartition(partition.topic, partition.partition)


def _position(partition: KafkaPartition) -> Commit:
    return Commit(max(partition.offset, -1), partition.metadata or "")


def _kafka(commits: Commits) -> list[KafkaPartition]:
    return [
        KafkaPartition(topic, partition, commit.offset, metadata=commit.metadata)
        for (topic, partition), commit in commits.items()
    ]


def _content(partitions: Iterable[KafkaPartition]) -> frozenset[str]:
    return frozenset(f"{p.topic} {p.partition} {p.offset}" for p in partitions)
