"""Declared topics as the cluster has them, and the groups that deliver."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bus.ports import Lag
from bus.record import TopicPartition
from bus.topics.telling import kept, state_of
from bus.topics.topic import TopicState
from processors.status.lagging import Group, look_at
from processors.subscriptions.world import World


@dataclass(frozen=True, slots=True)
class Declared:
    """A declared topic: how long it keeps records, how the cluster has it.

    `group` reads it in order to deliver; empty: none does.
    """

    topic: TopicState
    kept: str
    state: str
    group: str


@dataclass(frozen=True, slots=True)
class Partition:
    """A partition; `waiting` is what its group has yet to commit, None without one."""

    partition: int
    lag: Lag
    waiting: int | None

    @property
    def records(self) -> int:
        """How many offsets it keeps."""
        return max(0, self.lag.end - self.lag.start)


async def declared_topics(world: World) -> Sequence[TopicState]:
    """All of them by name, those of subscriptions too."""
    await world.table.ready()
    found = list(world.topology.fixed())
    for subscription in world.table.all():
        found += world.topology.topics_of(subscription)
    return sorted(found, key=_name)


async def as_they_are(world: World, topics: Sequence[TopicState]) -> Sequence[Declared]:
    """Compare these with the cluster's.

    Raises:
        BrokerUnavailableError: no answer.
    """
    actual = await world.topics.describe([one.name for one in topics])
    return [_declared(world, one, actual) for one in topics]


async def partitions_of(
    world: World, topic: TopicState
) -> tuple[Declared, Sequence[Partition]]:
    """A topic by partition.

    Raises:
        BrokerUnavailableError: no answer.
    """
    actual = await world.topics.describe([topic.name])
    row = _declared(world, topic, actual)
    lags: Mapping[TopicPartition, Lag] = {}
    if actual:
        lags = await world.groups.lag(row.group or world.fanout_group, [topic.name])
    return row, [
        Partition(tp.partition, lag, lag.pending if row.group else None)
        for tp, lag in sorted(lags.items())
    ]


async def delivering_groups(
    world: World, declared: Sequence[TopicState]
) -> Sequence[Group]:
    """The groups that deliver, with what waits for each in these topics.

    Raises:
        BrokerUnavailableError: no answer.
    """
    there = await world.topics.names()
    topics: dict[str, list[str]] = {
        group: [] for group in (world.fanout_group, world.retry_group)
    }
    topics[world.ordered_group] = []
    for one in declared:
        if one.name in there and (group := group_of(world, one.name)):
            topics[group].append(one.name)
    return await asyncio.gather(
        *(look_at(world, group, names) for group, names in topics.items())
    )


def group_of(world: World, topic: str) -> str:
    """Who reads a topic in order to deliver; empty: nobody does."""
    if topic in world.topology.sources:
        return world.fanout_group
    if world.topology.parse_retry_topic(topic):
        return world.retry_group
    return world.ordered_group if world.topology.parse_ordered_topic(topic) else ""


def _declared(
    world: World, one: TopicState, actual: Mapping[str, TopicState]
) -> Declared:
    return Declared(one, kept(one), state_of(one, actual), group_of(world, one.name))


def _name(one: TopicState) -> str:
    return one.name
