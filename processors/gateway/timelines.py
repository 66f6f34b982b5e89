"""Timelines: what befell an event, or all events of an order."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated

from pydantic import Field

from bus.access.roles import Principal, Scope
from processors.gateway.model import Model
from processors.gateway.moments import Moment, ms_of
from processors.gateway.problems import NOT_FOUND, UNAVAILABLE, ProblemError
from processors.gateway.record_links import RecordLink, event_link
from processors.gateway.remembering import remembered
from processors.gateway.routes import JSON, TEXT, Asked, Reply, Route
from processors.redrive.rendering import render
from processors.redrive.timeline import Timeline, as_json
from processors.redrive.tracing import trace
from processors.screen.plain import plain_lines
from processors.subscriptions.world import World

_TAG = "Events"


_BACK_MS = 24 * 3_600_000


class TimelineQuery(Model):
    """How far to look back."""

    since: Annotated[
        Moment | None,
        Field(
            description="Without it all that the log has; where there is no log, 24 h."
        ),
    ] = None


class TimelineStep(Model):
    """One thing that happened."""

    at: str
    kind: Annotated[
        str,
        Field(
            description="attempt, held, dead_letter, acked, or what became of a dead "
            "letter: replayed, discarded, replacing, replaced."
        ),
    ]
    outcome: str
    number: int
    replay: int
    status: int
    detail: str
    took_ms: float
    route: Annotated[str, Field(description="What followed an attempt.")]


class TimelineTrack(Model):
    """What befell an event on its way to one subscription."""

    id: str
    state: Annotated[
        str,
        Field(
            description="accepted, acked, dead_letter, replayed, discarded, replacing, "
            "replaced, waiting, unseen."
        ),
    ]
    attempts: int
    accepted_after_ms: float | None
    steps: Sequence[TimelineStep]


class TimelineShown(Model):
    """The life of one event; moments are RFC 3339."""

    event_id: str
    own_id: str
    type: str
    order_id: str
    source: str
    place: Annotated[str, Field(description="Topic, partition, offset.")]
    record: RecordLink
    produced_at: str
    subscriptions: Sequence[TimelineTrack]


class Timelines(Model):
    """The lives of an event, or of all events of an order."""

    data: Sequence[TimelineShown]
    cut: Annotated[
        bool, Field(description="There are older events or attempts than those shown.")
    ]


async def get_event_timeline(asked: Asked) -> Reply:
    """Of one event."""
    return await _of(asked, asked.path["event"], of_order=False)


async def get_order_timeline(asked: Asked) -> Reply:
    """Of all events of an order."""
    return await _of(asked, asked.path["order"], of_order=True)


async def _of(asked: Asked, name: str, *, of_order: bool) -> Reply:
    world = asked.api.world
    await world.table.ready()
    since_ms = ms_of(asked, asked.query_as(TimelineQuery).since, "since")
    memory = await remembered(asked, name, since_ms, of_order=of_order)
    headers = memory.headers if memory else {}
    if since_ms is None:
        since_ms = int(world.clock.now() * 1000) - _BACK_MS

    def sees(name: str) -> bool:
        one = world.table.get(name)
        return one is not None and asked.by.sees(one.owner)

    lives = await trace(
        world,
        name,
        since_ms,
        sees=sees if asked.by.tenant else None,
        known=memory and memory.known,
        letters_of=asked.api.letters.read,
    )
    seen = [one for life in lives if (one := _seen_by(asked.by, world, life))]
    if not seen:
        raise ProblemError(NOT_FOUND)
    if asked.accept == TEXT:
        text = "".join(f"{plain_lines(render(life).plain)}\n" for life in seen)
        plain, charset = text.encode(), f"{TEXT}; charset=utf-8"
        return Reply(content=plain, media_type=charset, headers=headers)
    data = [
        TimelineShown.model_validate(
            as_json(life) | {"record": event_link(asked.by, life.place)}
        )
        for life in seen
    ]
    shown = Timelines(data=data, cut=memory is not None and memory.cut)
    return Reply(content=shown, headers=headers)


def _seen_by(by: Principal, world: World, life: Timeline) -> Timeline | None:
    """What a tenant may see of it: the tracks of its own; without one, nothing."""
    if not by.tenant:
        return life
    tracks = [
        track
        for track in life.tracks
        if (one := world.table.get(track.subscription)) and by.sees(one.owner)
    ]
    return replace(life, tracks=tracks) if tracks else None


ROUTES = (
    Route(
        method="GET",
        path="/v1/events/{event}/timeline",
        operation="getEventTimeline",
        summary="What befell an event: attempts, hops, outcome.",
        description="Over all tiers, replays and acknowledgements, a track a "
        "subscription, to the moment: most is from the log, what that has not read yet "
        "from Kafka (`Orderbus-Log-Lag`). Without a log all is read from Kafka, which "
        "keeps attempts for 3 days, and takes its time. A tenant sees its own tracks. "
        "As `text/plain` it is the tree that `bus trace` prints.",
        tag=_TAG,
        scope=Scope.DELIVERIES_READ,
        handler=get_event_timeline,
        query=TimelineQuery,
        answer=Timelines,
        media_types=(JSON, TEXT),
        problems=(UNAVAILABLE,),
        tenants=True,
    ),
    Route(
        method="GET",
        path="/v1/orders/{order}/timeline",
        operation="getOrderTimeline",
        summary="What befell all events of an order.",
        tag=_TAG,
        scope=Scope.DELIVERIES_READ,
        handler=get_order_timeline,
        query=TimelineQuery,
        answer=Timelines,
        media_types=(JSON, TEXT),
        problems=(UNAVAILABLE,),
        tenants=True,
    ),
)
