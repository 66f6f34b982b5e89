"""Topics and consumer groups: how they are, and by partition what waits in one."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from bus.access.roles import Scope
from bus.ports import Lag
from bus.record import TopicPartition
from bus.topics.telling import kept, state_of
from bus.topics.topic import TopicState
from processors.gateway.model import PageQuery
from processors.gateway.paging import cut
from processors.gateway.problems import NOT_FOUND, ProblemError
from processors.gateway.routes import Asked
from processors.status.lagging import Group, look_at
from processors.subscriptions.world import World
from processors.web.pages import Page


class TopicsQuery(PageQuery):
    """Which topics are listed."""

    q: Annotated[str, Field(max_length=100)] = ""


@dataclass(frozen=True, slots=True)
class TopicRow:
    """A declared topic, and how the cluster has it."""

    topic: TopicState
    kept: str
    state: str


@dataclass(frozen=True, slots=True)
class PartitionRow:
    """A partition; `waiting` is what its group has yet to commit, None without one."""

    partition: int
    lag: Lag
    waiting: int | None

    @property
    def records(self) -> int:
        """How many offsets it keeps."""
        return max(0, self.lag.end - self.lag.start)


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicsView:
    """What the template reads."""

    query: TopicsQuery
    groups: Sequence[Group]
    rows: Sequence[TopicRow]
    shown: int
    all: int
    next: str | None
    previous: str | None
    now: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicView:
    """What the template reads."""

    row: TopicRow
    group: str
    partitions: Sequence[PartitionRow]


async def view(asked: Asked) -> TopicsView:
    """All declared topics, those of subscriptions too, and the groups that deliver."""
    query, world = asked.query_as(TopicsQuery), asked.api.world
    declared = await _declared(world)
    fitting = sorted(
        (one for one in declared if query.q.lower() in one.name.lower()),
        key=lambda one: one.name,
    )
    shown, after, before = cut(
        fitting,
        lambda one: one.name,
        limit=query.limit,
        cursor=query.cursor,
        about=f"ui topics {query.q}",
    )
    actual, groups = await asyncio.gather(
        world.topics.describe([one.name for one in shown]), _groups(world, declared)
    )
    return TopicsView(
        query=query,
        groups=groups,
        rows=[TopicRow(one, kept(one), state_of(one, actual)) for one in shown],
        shown=len(fitting),
        all=len(declared),
        next=after,
        previous=before,
        now=world.clock.now(),
    )


async def one(asked: Asked) -> TopicView:
    """The topic that the path names, by partition.

    Raises:
        ProblemError: none such is declared.
    """
    world, name = asked.api.world, asked.path["topic"]
    topic = next((one for one in await _declared(world) if one.name == name), None)
    if topic is None:
        raise ProblemError(NOT_FOUND)
    group = _group_of(world, name)
    actual = await world.topics.describe([name])
    lags: Mapping[TopicPartition, Lag] = {}
    if actual:
        lags = await world.groups.lag(group or world.fanout_group, [name])
    partitions = [
        PartitionRow(tp.partition, lag, lag.pending if group else None)
        for tp, lag in sorted(lags.items())
    ]
    row = TopicRow(topic, kept(topic), state_of(topic, actual))
    return TopicView(row=row, group=group, partitions=partitions)


async def _declared(world: World) -> Sequence[TopicState]:
    await world.table.ready()
    found = list(world.topology.fixed())
    for subscription in world.table.all():
        found += world.topology.topics_of(subscription)
    return found


async def _groups(world: World, declared: Sequence[TopicState]) -> Sequence[Group]:
    """The groups that deliver, with what waits for each."""
    there = await world.topics.names()
    names = [one.name for one in declared if one.name in there]
    groups = (world.fanout_group, world.retry_group, world.ordered_group)
    return await asyncio.gather(
        *(
            look_at(world, group, [n for n in names if _group_of(world, n) == group])
            for group in groups
        )
    )


def _group_of(world: World, topic: str) -> str:
    """Who reads a topic in order to deliver; empty: nobody does."""
    if topic in world.topology.sources:
        return world.fanout_group
    if world.topology.parse_retry_topic(topic):
        return world.retry_group
    return world.ordered_group if world.topology.parse_ordered_topic(topic) else ""


PAGES = (
    Page(
        path="/topics",
        name="topics",
        scope=Scope.STATUS_READ,
        view=view,
        template="topics.html.j2",
        query=TopicsQuery,
        nav="Topics",
        find="q",
    ),
    Page(
        path="/topics/{topic}",
        name="topic",
        scope=Scope.STATUS_READ,
        view=one,
        template="topic.html.j2",
        example={"topic": "oms.order"},
    ),
)
