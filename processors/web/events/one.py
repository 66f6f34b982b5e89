"""One event: how far it came and why not further, its attempts, what is in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from bus.access.roles import Scope
from bus.delivery.subscription import Subscription
from bus.log.rows import EventRow, trace_id_of
from bus.log.tracks import Track
from processors.gateway.model import Model
from processors.gateway.reaching import (
    Reach,
    absent_from,
    content_of_event,
    of_event,
    reach,
)
from processors.gateway.routes import Asked
from processors.gateway.tenants import owned
from processors.redrive.absent import Absents
from processors.web.charts import Picture
from processors.web.events.payload import FORMS, Payload, payload_of
from processors.web.events.picturing import picture
from processors.web.pages import Page


class OneQuery(Model):
    """In which form the content is shown."""

    form: Literal["json", "xml", "cloudevents", "avro"] = "json"


@dataclass(frozen=True, slots=True)
class OneView:
    """What the template reads. `same`: how many others have this id."""

    event: EventRow
    same: int
    reach: Reach
    tracks: Sequence[Track]
    by_id: dict[str, Subscription]
    picture: Picture
    absent: Absents
    payload: Payload
    query: OneQuery
    forms: Sequence[tuple[str, str]]
    trace_id: str
    wholly: bool
    may_replay: bool
    lag: str
    cut: bool


async def view(asked: Asked) -> OneView:
    """The event that the path names."""
    await asked.api.world.table.ready()
    query = asked.query_as(OneQuery)
    known = await of_event(asked, asked.path["event"])
    event, mine = known.events[0], owned(asked.api.world, asked.by)
    content = await content_of_event(asked, event)
    payload = await payload_of(asked, event, content, query.form)
    arrived = {event.event_id: event.arrived_us}
    return OneView(
        event=event,
        same=len(known.events) - 1,
        reach=reach(known.tracks),
        tracks=known.tracks,
        by_id={one.id: one for one in mine},
        picture=picture("Deliveries", known.tracks, arrived),
        absent=await absent_from(asked, known, content),
        payload=payload,
        query=query,
        forms=[*FORMS.items()],
        trace_id=trace_id_of(event.traceparent),
        wholly=asked.by.may(Scope.EVENTS_READ),
        may_replay=asked.by.may(Scope.DELIVERIES_REPLAY),
        lag=known.lag,
        cut=known.cut,
    )


PAGES = (
    Page(
        path="/events/{event}",
        name="event",
        scope=Scope.DELIVERIES_READ,
        view=view,
        template="event.html.j2",
        query=OneQuery,
        tenants=True,
        example={"event": "4865c348-ad0d-40e8-8f16-d01a35c97fe8"},
    ),
)
