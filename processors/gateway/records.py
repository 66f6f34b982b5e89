"""Records by their place in Kafka, and events as partners get them.

A tenant reads the dead letters of its own subscriptions. Whatever else it asks for is
not there, and Kafka is not asked for it.
"""

from dataclasses import replace

from bus.access.roles import Scope
from bus.log.rows import Place
from bus.webhook.rendering import Representation, content_type
from processors.gateway.logged import consulted
from processors.gateway.problems import (
    CONFLICT,
    EXPIRED,
    NOT_FOUND,
    UNAVAILABLE,
    ProblemError,
)
from processors.gateway.record_links import record_path
from processors.gateway.record_models import RecordShown
from processors.gateway.routes import Asked, Reply, Route
from processors.redrive.record_rows import body_as, record_whole, seen
from processors.redrive.records import (
    Found,
    Kind,
    event_of,
    expired,
    kind_of,
    record_at,
)

_EVENTS = "Events"
_PATH = "/v1/records/{topic}/{partition}/{offset}"
_BODIES = tuple(one.value for one in Representation)
_NEEDED = {
    Kind.EVENT: Scope.EVENTS_READ,
    Kind.DELIVERY: Scope.EVENTS_READ,
    Kind.QUARANTINED: Scope.QUARANTINE_READ,
}


async def get_record(asked: Asked) -> Reply:
    """What stands there, and what it decodes to."""
    found = await _found(asked, _place(asked))
    now = await seen(asked.api.world, found)
    row = record_whole(found, now)
    body = f"{record_path(str(row['place']))}/body" if now.event else None
    return Reply(content=RecordShown.model_validate(row | {"body": body}))


async def get_record_body(asked: Asked) -> Reply:
    """The event that stands there, as its partners get it."""
    found = await _found(asked, _place(asked))
    return await _body(asked, found)


async def get_event_body(asked: Asked) -> Reply:
    """The event of an id, looked up in the log, read from Kafka."""
    async with consulted(asked) as (log, headers):
        rows = await log.event(asked.path["event"], None)
    if not rows:
        raise ProblemError(NOT_FOUND, headers=headers)
    found = await _found(asked, rows[0].at)
    reply = await _body(asked, found, rows[0].event_id)
    return replace(reply, headers=headers)


async def _body(asked: Asked, found: Found, event_id: str = "") -> Reply:
    world = asked.api.world
    event = await event_of(world, found)
    if event_id and event.webhook_id != event_id:
        gone = "Another record stands where it stood: its topic was made anew."
        raise ProblemError(CONFLICT, gone)
    form = Representation(asked.accept)
    body = body_as(world, found, event, form)
    return Reply(content=body, media_type=content_type(form))


def _place(asked: Asked) -> Place:
    path = asked.path
    return Place(path["topic"], int(path["partition"]), int(path["offset"]))


async def _found(asked: Asked, place: Place) -> Found:
    """The record at a place.

    Raises:
        ProblemError: there is none, for whoever asks; or none any more.
    """
    world = asked.api.world
    if not await _may_read(asked, place.topic):
        raise ProblemError(NOT_FOUND)
    found = await record_at(world, place)
    if found is None:
        gone = await expired(world, place)
        raise ProblemError(EXPIRED if gone else NOT_FOUND)
    return found


async def _may_read(asked: Asked, topic: str) -> bool:
    world, by = asked.api.world, asked.by
    await world.table.ready()
    kind = kind_of(world.topology, topic)
    if kind is None:
        return False
    if kind is not Kind.LETTER:
        return by.may(_NEEDED[kind])
    one = world.table.get(world.topology.parse_dlq_topic(topic) or "")
    return by.sees(one.owner) if one else not by.tenant


ROUTES = (
    Route(
        method="GET",
        path=_PATH,
        operation="getRecord",
        summary="Show what stands at a place in Kafka, decoded.",
        description="An event, a dead letter, a quarantined record, a delivery on its "
        "way. A tenant reads the dead letters of its own subscriptions. After its "
        "topic's time a record is gone: 410.",
        tag=_EVENTS,
        scope=Scope.LETTERS_READ,
        handler=get_record,
        answer=RecordShown,
        problems=(EXPIRED, UNAVAILABLE),
        tenants=True,
    ),
    Route(
        method="GET",
        path=f"{_PATH}/body",
        operation="getRecordBody",
        summary="Show the event at a place as its partners get it.",
        description="In JSON, in XML (`schemas/webhook.xsd`) or as a CloudEvent, by "
        "`Accept`. A dead letter goes through its subscription's transform. What "
        "cannot be decoded is 409.",
        tag=_EVENTS,
        scope=Scope.LETTERS_READ,
        handler=get_record_body,
        media_types=_BODIES,
        problems=(CONFLICT, EXPIRED, UNAVAILABLE),
        tenants=True,
    ),
    Route(
        method="GET",
        path="/v1/events/{event}/body",
        operation="getEventBody",
        summary="Show an event as partners get it.",
        description="In JSON, in XML (`schemas/webhook.xsd`) or as a CloudEvent, by "
        "`Accept`. The log says where it stands; Kafka keeps it for its topic's time, "
        "then it is 410.",
        tag=_EVENTS,
        scope=Scope.EVENTS_READ,
        handler=get_event_body,
        media_types=_BODIES,
        problems=(CONFLICT, EXPIRED, UNAVAILABLE),
        logged=True,
        event_body=True,
    ),
)
