"""How a cluster's topics differ from the declared ones, and what would change it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from bus.topics.topic import TopicState


@dataclass(frozen=True, slots=True)
class Create:
    """A declared topic is not there."""

    topic: TopicState


@dataclass(frozen=True, slots=True)
class Configure:
    """Settings differ: by Kafka's name, what is set (None: nothing), what is due."""

    topic: TopicState
    settings: Mapping[str, tuple[str | None, str]]


@dataclass(frozen=True, slots=True)
class AddPartitions:
    """There are fewer partitions than declared; keys move to other ones."""

    topic: TopicState
    present: int


@dataclass(frozen=True, slots=True)
class Delete:
    """A topic of ours that nothing declares any more."""

    topic: TopicState


@dataclass(frozen=True, slots=True)
class Impossible:
    """Kafka or the bus cannot make this difference; `advice` says what you can."""

    topic: TopicState
    why: str
    advice: str


Change: TypeAlias = Create | Configure | AddPartitions | Delete | Impossible


def plan_topics(
    declared: Iterable[TopicState],
    actual: Mapping[str, TopicState],
    *,
    deletable: Callable[[str], bool] = lambda _: False,
) -> list[Change]:
    """Return the changes that turn `actual` into `declared`, in a safe order.

    Topics that nothing declares are deleted only where `deletable` says so.
    """
    wanted = {topic.name: topic for topic in declared}
    changes: list[Change] = []
    for name, topic in wanted.items():
        present = actual.get(name)
        if present is None:
            changes.append(Create(topic))
        else:
            changes.extend(_differences(topic, present))
    changes.extend(
        Delete(actual[name])
        for name in sorted(actual.keys() - wanted.keys())
        if deletable(name)
    )
    return changes


def _differences(topic: TopicState, present: TopicState) -> Iterable[Change]:
    settings = {
        name: (present.config.get(name), value)
        for name, value in topic.config.items()
        if present.config.get(name) != value
    }
    if settings:
        yield Configure(topic, settings)
    if present.partitions < topic.partitions:
        yield AddPartitions(topic, present.partitions)
    if present.partitions > topic.partitions:
        yield Impossible(
            topic,
            f"has {present.partitions} partitions, declared are {topic.partitions}",
            "Kafka never takes partitions away: declare what is there, or move to"
            " a new topic",
        )
    if present.replication != topic.replication:
        yield Impossible(
            topic,
            f"has {present.replication} replicas, declared are {topic.replication}",
            "move replicas with kafka-reassign-partitions, or declare what is there"
            " (--replication-factor)",
        )
