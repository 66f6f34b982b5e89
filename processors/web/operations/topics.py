"""Topics and consumer groups: how they are, and by partition what waits in one."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bus.access.roles import Scope
from processors.gateway.paging import cut
from processors.gateway.routes import Asked
from processors.gateway.topics import TopicsQuery, topic_of
from processors.status.lagging import Group
from processors.status.question import Unknown
from processors.status.topics import (
    Declared,
    Partition,
    as_they_are,
    declared_topics,
    delivering_groups,
)
from processors.web.pages import Page


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicsView:
    """What the template reads."""

    query: TopicsQuery
    groups: Sequence[Group]
    unknown: Sequence[str]
    age_s: float
    rows: Sequence[Declared]
    shown: int
    all: int
    next: str | None
    previous: str | None
    now: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicView:
    """What the template reads."""

    row: Declared
    group: str
    partitions: Sequence[Partition]


async def view(asked: Asked) -> TopicsView:
    """All declared topics, those of subscriptions too, and the groups that deliver."""
    query, world = asked.query_as(TopicsQuery), asked.api.world
    every = await declared_topics(world)
    fitting = [one for one in every if query.q.lower() in one.name.lower()]
    shown, after, before = cut(
        fitting,
        lambda one: one.name,
        limit=query.limit,
        cursor=query.cursor,
        about=f"topics {query.q}",
    )
    rows, known = await asyncio.gather(
        as_they_are(world, shown), asked.api.glance.report()
    )
    found: Mapping[str, Group | Unknown] = (
        {one.name: one for one in await delivering_groups(world, every)}
        if known.value is None
        else known.value.groups
    )
    return TopicsView(
        query=query,
        groups=[one for one in found.values() if isinstance(one, Group)],
        unknown=[
            f"What waits for {name} is not known: {one.why}."
            for name, one in found.items()
            if isinstance(one, Unknown)
        ],
        age_s=known.age_s,
        rows=rows,
        shown=len(fitting),
        all=len(every),
        next=after,
        previous=before,
        now=world.clock.now(),
    )


async def one(asked: Asked) -> TopicView:
    """The topic that the path names, by partition."""
    row, partitions = await topic_of(asked)
    return TopicView(row=row, group=row.group, partitions=partitions)


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
