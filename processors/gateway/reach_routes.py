"""How far an event or an order came, and who did not get it, over HTTP."""

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field

from bus.access.roles import Scope
from bus.log.tracks import Track
from processors.gateway.logged import LAG, moment_of
from processors.gateway.model import Model
from processors.gateway.reaching import (
    absent_from,
    content_of_event,
    of_event,
    of_order,
    reach,
)
from processors.gateway.routes import Asked, Reply, Route

_TAG = "Events"


class OpenShown(Model):
    """A delivery that is not accepted, as its newest attempt left it."""

    subscription: str
    event_id: str
    state: Literal["retrying", "held", "dead_letter"]
    attempts: Annotated[int, Field(description="How many calls there were.")]
    detail: Annotated[str, Field(description="What was said last.")]
    reason: Annotated[str, Field(description="Why it is a dead letter.")]
    since: Annotated[str, Field(description="When that was.")]
    due_at: Annotated[
        str | None, Field(description="Until when it waits, about; null: nobody knows.")
    ]


class ReachShown(Model):
    """How far something came."""

    sent_to: Annotated[int, Field(description="Deliveries that were begun.")]
    accepted: int
    open: Annotated[
        Sequence[OpenShown], Field(description="The others, the newest facts first.")
    ]
    cut: Annotated[
        bool, Field(description="There are older attempts than those looked at.")
    ]


class AbsentShown(Model):
    """A subscription that asks for events of this type, and has no attempt of it."""

    subscription: str
    code: Annotated[
        Literal[
            "later",
            "removing",
            "filtered",
            "filter_failed",
            "unknown",
            "held",
            "waiting",
        ],
        Field(description="Never changes its meaning."),
    ]
    why: str


class EventReach(ReachShown):
    """How far an event came, and who did not get it, by the settings of now."""

    event_id: str
    type: str
    absent: Annotated[
        Sequence[AbsentShown], Field(description="Who asks for its type.")
    ]
    other_types: Annotated[
        Sequence[str], Field(description="Subscriptions that ask for other types.")
    ]


class EventOfOrder(ReachShown):
    """How far one event of an order came."""

    event_id: str
    type: str
    arrived_at: Annotated[
        str | None, Field(description="null: the log has it no more.")
    ]


class OrderReach(ReachShown):
    """How far all events of an order came, together and each."""

    order_id: str
    events: Annotated[Sequence[EventOfOrder], Field(description="The newest first.")]


async def get_event_reach(asked: Asked) -> Reply:
    """Of the event that the path names."""
    await asked.api.world.table.ready()
    known = await of_event(asked, asked.path["event"])
    event = known.events[0]
    absent = await absent_from(asked, known, await content_of_event(asked, event))
    row = _reach(known.tracks, cut=known.cut) | {
        "event_id": event.event_id,
        "type": event.event_type,
        "absent": [one._asdict() for one in absent.rows],
        "other_types": absent.others,
    }
    content = EventReach.model_validate(row)
    return Reply(content=content, headers={LAG: known.lag})


async def get_order_reach(asked: Asked) -> Reply:
    """Of the order that the path names."""
    name = asked.path["order"]
    known = await of_order(asked, name)
    arrived = {row.event_id: row.arrived_us for row in known.events}
    types = {row.event_id: row.event_type for row in known.events}
    # Events that only their attempts tell of come last.
    types |= {one.event_id: one.event_type for one in known.tracks}
    events = [
        _reach(_of(event_id, known.tracks), cut=known.cut)
        | {
            "event_id": event_id,
            "type": event_type,
            "arrived_at": moment_of(arrived[event_id]) if event_id in arrived else None,
        }
        for event_id, event_type in types.items()
    ]
    row = _reach(known.tracks, cut=known.cut) | {"order_id": name, "events": events}
    content = OrderReach.model_validate(row)
    return Reply(content=content, headers={LAG: known.lag})


def _of(event_id: str, tracks: Sequence[Track]) -> Sequence[Track]:
    return [one for one in tracks if one.event_id == event_id]


def _reach(tracks: Sequence[Track], *, cut: bool) -> dict[str, object]:
    found = reach(tracks)
    return {
        "sent_to": found.whole,
        "accepted": found.accepted,
        "open": [_open(one) for one in found.open],
        "cut": cut,
    }


def _open(one: Track) -> dict[str, object]:
    return {
        "subscription": one.subscription,
        "event_id": one.event_id,
        "state": one.state,
        "attempts": one.tries,
        "detail": one.last.detail,
        "reason": one.reason,
        "since": moment_of(one.last.started_us),
        "due_at": None if one.due_us is None else moment_of(one.due_us),
    }


ROUTES = (
    Route(
        method="GET",
        path="/v1/events/{event}/reach",
        operation="getEventReach",
        summary="How far an event came, and who did not get it, and why.",
        description="Out of the log, and by the settings of subscriptions as they are "
        "now. For a key that may not read what is in events a filter is `unknown`. A "
        "tenant hears of its own subscriptions.",
        tag=_TAG,
        scope=Scope.DELIVERIES_READ,
        handler=get_event_reach,
        answer=EventReach,
        tenants=True,
        logged=True,
    ),
    Route(
        method="GET",
        path="/v1/orders/{order}/reach",
        operation="getOrderReach",
        summary="How far the events of an order came, and what keeps the rest.",
        tag=_TAG,
        scope=Scope.DELIVERIES_READ,
        handler=get_order_reach,
        answer=OrderReach,
        tenants=True,
        logged=True,
    ),
)
