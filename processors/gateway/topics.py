"""Topics and consumer groups over HTTP: how they are, and what waits in them."""

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field

from bus.access.roles import Scope
from bus.times import moment_of, rfc3339
from processors.gateway.model import Model, Page, PageQuery
from processors.gateway.paging import cut
from processors.gateway.problems import NOT_FOUND, UNAVAILABLE, ProblemError
from processors.gateway.routes import Asked, Reply, Route
from processors.status.lagging import Backlog, Group
from processors.status.topics import (
    Declared,
    Partition,
    as_they_are,
    declared_topics,
    delivering_groups,
    partitions_of,
)

_TAG = "Operations"


class TopicsQuery(PageQuery):
    """Which topics."""

    q: Annotated[str, Field(max_length=100, description="Part of their names.")] = ""


class TopicShown(Model):
    """A declared topic, and how the cluster has it."""

    name: str
    partitions: int
    replication: int
    kept: Annotated[str, Field(description="For how long, or `compacted`.")]
    state: Literal["as declared", "differs", "missing"]
    group: Annotated[
        str | None, Field(description="Which group reads it in order to deliver.")
    ]


class PartitionShown(Model):
    """A partition. `start` and `end` are offsets, `end` that of the next record."""

    partition: int
    start: int
    end: int
    committed: Annotated[
        int | None, Field(description="By the group, if there is one.")
    ]
    waiting: Annotated[int | None, Field(description="Records not committed yet.")]


class TopicWhole(TopicShown):
    """A topic by partition."""

    in_partitions: Sequence[PartitionShown]


class TopicRows(Page[TopicShown]):
    """Declared topics by name, those of subscriptions too."""


class WaitingShown(Model):
    """What waits for a group in a topic."""

    topic: str
    waiting: int
    oldest_at: Annotated[str | None, Field(description="When the oldest was written.")]


class GroupShown(Model):
    """A group that delivers, and what waits for it."""

    name: str
    members: Annotated[
        int | None, Field(description="null where its coordinator did not say.")
    ]
    waiting: int
    oldest_at: Annotated[str | None, Field(description="When the oldest was written.")]
    topics: Annotated[
        Sequence[WaitingShown], Field(description="Those in which something waits.")
    ]


class Groups(Model):
    """The groups that deliver: fan-out, retries, ordered."""

    data: Sequence[GroupShown]


async def list_topics(asked: Asked) -> Reply:
    """A page of them, by name."""
    query, world = asked.query_as(TopicsQuery), asked.api.world
    every = await declared_topics(world)
    shown, after, before = cut(
        [one for one in every if query.q.lower() in one.name.lower()],
        lambda one: one.name,
        limit=query.limit,
        cursor=query.cursor,
        about=f"topics {query.q}",
    )
    rows = await as_they_are(world, shown)
    data = [TopicShown.model_validate(_row(one)) for one in rows]
    return Reply(content=TopicRows(data=data, next=after, previous=before))


async def get_topic(asked: Asked) -> Reply:
    """The one that the path names, by partition."""
    declared, partitions = await topic_of(asked)
    shown = [
        PartitionShown(
            partition=one.partition,
            start=one.lag.start,
            end=one.lag.end,
            committed=one.lag.committed if declared.group else None,
            waiting=one.waiting,
        )
        for one in partitions
    ]
    whole = _row(declared) | {"in_partitions": shown}
    return Reply(content=TopicWhole.model_validate(whole))


async def topic_of(asked: Asked) -> tuple[Declared, Sequence[Partition]]:
    """The topic that the path names.

    Raises:
        ProblemError: none such is declared.
    """
    world, name = asked.api.world, asked.path["topic"]
    every = await declared_topics(world)
    found = next((one for one in every if one.name == name), None)
    if found is None:
        raise ProblemError(NOT_FOUND)
    return await partitions_of(world, found)


async def list_groups(asked: Asked) -> Reply:
    """What waits for each."""
    world = asked.api.world
    groups = await delivering_groups(world, await declared_topics(world))
    return Reply(content=Groups(data=[_group(one) for one in groups]))


def _row(one: Declared) -> dict[str, object]:
    return {
        "name": one.topic.name,
        "partitions": one.topic.partitions,
        "replication": one.topic.replication,
        "kept": one.kept,
        "state": one.state,
        "group": one.group or None,
    }


def _group(one: Group) -> GroupShown:
    return GroupShown(
        name=one.name,
        members=one.members,
        waiting=one.backlog.records,
        oldest_at=_oldest(one.backlog),
        topics=[
            WaitingShown(topic=name, waiting=some.records, oldest_at=_oldest(some))
            for name, some in sorted(one.topics.items())
            if some.records
        ],
    )


def _oldest(backlog: Backlog) -> str | None:
    at_ms = backlog.oldest_ms
    return None if at_ms is None else rfc3339(moment_of(at_ms))


ROUTES = (
    Route(
        method="GET",
        path="/v1/topics",
        operation="listTopics",
        summary="List the declared topics, and how the cluster has them.",
        description="Those of subscriptions, too. `bus topics` compares them wholly, "
        "and puts right what differs.",
        tag=_TAG,
        scope=Scope.STATUS_READ,
        handler=list_topics,
        query=TopicsQuery,
        answer=TopicRows,
        problems=(UNAVAILABLE,),
    ),
    Route(
        method="GET",
        path="/v1/topics/{topic}",
        operation="getTopic",
        summary="Show a topic by partition: offsets, what is committed, what waits.",
        tag=_TAG,
        scope=Scope.STATUS_READ,
        handler=get_topic,
        answer=TopicWhole,
        problems=(NOT_FOUND, UNAVAILABLE),
    ),
    Route(
        method="GET",
        path="/v1/groups",
        operation="listGroups",
        summary="The groups that deliver: members, what waits for them, since when.",
        tag=_TAG,
        scope=Scope.STATUS_READ,
        handler=list_groups,
        answer=Groups,
        problems=(UNAVAILABLE,),
    ),
)
