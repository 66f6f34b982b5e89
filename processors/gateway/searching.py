"""Looking for a text in the content of events."""

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field

from bus.access.roles import Scope
from bus.delivery.matching import covers
from processors.gateway.letter_models import Word
from processors.gateway.log_models import EventId
from processors.gateway.logged import moment_of
from processors.gateway.model import DIGITS, Model, Several
from processors.gateway.moments import Moment, ms_of
from processors.gateway.paging import places_cursor, places_in
from processors.gateway.problems import BAD_CURSOR, UNAVAILABLE
from processors.gateway.record_links import record_path
from processors.gateway.routes import Asked, Reply, Route
from processors.redrive.searching import Hit, Looked, Sought, lanes, search

_MOST_ROWS = 100


class PayloadQuery(Model):
    """What is looked for, and where the search goes on."""

    text: Annotated[
        str,
        Field(
            min_length=2,
            max_length=200,
            description="As it stands in the event's JSON; case does not matter.",
        ),
    ]
    type: Annotated[
        Several[Word], Field(description="An event type; may end in `.*`.")
    ] = ()
    since: Moment = "24h"
    limit: Annotated[
        int,
        Field(ge=1, le=_MOST_ROWS, description="It ends with so many events."),
        DIGITS,
    ] = 20
    cursor: Annotated[
        str,
        Field(
            pattern=r"^[A-Za-z0-9_-]{0,4000}$",
            description="`next` of a search for the same, to go on from there.",
        ),
    ] = ""


class PayloadHit(Model):
    """An event that has it."""

    event_id: EventId
    type: str
    order_id: str
    at: Annotated[str, Field(description="The time of its record.")]
    place: Annotated[str, Field(description="Topic, partition, offset.")]
    record: Annotated[str, Field(description="Path of the record with its content.")]
    before: Annotated[str, Field(description="What stands before the text.")]
    match: Annotated[str, Field(description="The text as it stands there.")]
    after: Annotated[str, Field(description="What stands behind it.")]


class PayloadHits(Model):
    """What was found, the newest first, and how far the search came."""

    data: Sequence[PayloadHit]
    next: Annotated[
        str | None, Field(description="To go on from here; null: it looked at all.")
    ]
    read: Annotated[int, Field(description="Records it read.")]
    bytes: Annotated[int, Field(description="Of their values.")]
    undecodable: Annotated[int, Field(description="So many it could not look into.")]
    left: Annotated[int, Field(description="So many at most are not looked at yet.")]
    back_to: Annotated[
        str | None,
        Field(description="All that is newer was looked at; null: not to be said."),
    ]
    ended: Annotated[
        Literal["found", "records", "bytes", "seconds", "all"],
        Field(description="What ended it: `limit` found, a bound, or all looked at."),
    ]


async def search_payload(asked: Asked) -> Reply:
    """One bounded search, from the newest back or from where another ended."""
    query, api = asked.query_as(PayloadQuery), asked.api
    since = query.since
    sought = Sought(
        text=query.text, types=query.type, since_ms=ms_of(asked, since, "since") or 0
    )
    with api.searches.one(asked.by):
        among = await lanes(api.world, _topics(asked, query.type))
        about = f"payload {query.text} {query.type} {since} {[*among]}"
        looked = await search(
            api.world,
            sought,
            among,
            limit=query.limit,
            places=places_in(query.cursor, about),
        )
    return Reply(content=_shown(looked, about))


def _topics(asked: Asked, types: Sequence[str]) -> Sequence[str]:
    """The source topics that can have events of these types."""
    sources = sorted(asked.api.world.topology.sources)
    catalogue = asked.api.catalogue
    if not types:
        return sources
    known = [str(one.event_type) for one in catalogue]
    wanted = [name for name in known if any(covers(one, name) for one in types)]
    return sorted({catalogue.topic(name) for name in wanted} & {*sources}) or sources


def _shown(looked: Looked, about: str) -> PayloadHits:
    places = looked.places
    back_to = looked.back_to_ms
    return PayloadHits(
        data=[_hit(one) for one in looked.hits],
        next=None if places is None else places_cursor(about, places),
        read=looked.read,
        bytes=looked.bytes,
        undecodable=looked.undecodable,
        left=looked.left,
        back_to=None if back_to is None else moment_of(back_to * 1_000),
        ended=looked.ended,
    )


def _hit(one: Hit) -> PayloadHit:
    place = f"{one.topic}/{one.partition}/{one.offset}"
    return PayloadHit(
        event_id=one.event.webhook_id,
        type=one.event.type,
        order_id=one.event.subject,
        at=moment_of(one.at_ms * 1_000),
        place=place,
        record=record_path(place),
        before=one.before,
        match=one.match,
        after=one.after,
    )


ROUTES = (
    Route(
        method="GET",
        path="/v1/events/search-payload",
        operation="searchPayload",
        summary="Look for a text in the content of events, the newest first.",
        description="Content is read from Kafka, where nothing is indexed: a search "
        "reads about 25,000 records, 64 MiB or 5 s, says how far it came, and goes on "
        "with `next`. Two at a time of one key, three of all; more are 429.",
        tag="Events",
        scope=Scope.EVENTS_READ,
        handler=search_payload,
        query=PayloadQuery,
        answer=PayloadHits,
        problems=(BAD_CURSOR, UNAVAILABLE),
    ),
)
