"""Events: published here as the OMS publishes them to Kafka."""

import hashlib
import json
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import Discriminator, Field, RootModel, Tag

from bus.access.roles import Principal, Scope
from bus.errors import InvalidEventError
from bus.samples.lifecycles import sample
from bus.webhook.document import plain
from processors.gateway.failures import problem_of
from processors.gateway.model import Model
from processors.gateway.problems import INVALID, REUSED, Fault, ProblemError
from processors.gateway.routes import Asked, Example, Reply, Route, Standing
from processors.publishing import (
    Published,
    Result,
    Wish,
    publish,
    repeatable_id,
)

MOST = 500
TYPE_PATTERN = r"^[a-z][a-z0-9_]{0,62}(\.[a-z][a-z0-9_]{0,62}){1,4}$"
_MULTI = 207


class NewEvent(Model):
    """An event to be published."""

    type: Annotated[
        str,
        Field(
            pattern=TYPE_PATTERN,
            description="One of GET /v1/event-types.",
        ),
    ]
    data: Annotated[
        dict[str, object],
        Field(description="The fields of its schema; decimals may be texts."),
    ]
    id: Annotated[
        str | None,
        Field(
            pattern=r"^[!-~]{1,256}$",
            description="Your own id, unique among the events of its source. Without "
            "one it is made: from the Idempotency-Key, or at random.",
        ),
    ] = None
    source: Annotated[
        str | None,
        Field(
            pattern=r"^/[!-~]{0,255}$",
            description="Who says so. Default: `/oms/<channel>`; with a tenant's key "
            "`/<tenant>`, below which it has to stay.",
        ),
    ] = None


class NewEvents(Model):
    """Up to 500 events; those of one order are written in this order."""

    events: Annotated[list[NewEvent], Field(min_length=1, max_length=MOST)]


def _one_or_many(value: object) -> str:
    several = isinstance(value, dict) and "events" in value
    return "many" if several or isinstance(value, NewEvents) else "one"


class Publication(
    RootModel[
        Annotated[
            Annotated[NewEvent, Tag("one")] | Annotated[NewEvents, Tag("many")],
            Discriminator(_one_or_many),
        ]
    ]
):
    """One event, or several."""


class EventResult(Model):
    """What became of one event."""

    status: Annotated[
        Literal["written", "refused", "failed"],
        Field(
            description="`written`: Kafka has acknowledged it. `refused`: it is no "
            "event of its type, or too large. `failed`: no acknowledgement; send it "
            "again with the same id."
        ),
    ]
    type: str
    id: str | None = None
    webhook_id: Annotated[
        str | None, Field(description="What partners know it by.")
    ] = None
    order_id: str | None = None
    topic: str | None = None
    partition: int | None = None
    offset: int | None = None
    errors: Sequence[Fault] = ()


class EventResults(Model):
    """What became of the events, in the order in which they were sent."""

    data: Sequence[EventResult]
    written: int


async def publish_events(asked: Asked) -> Reply:
    """Check and write; answer when Kafka has them on all replicas in sync."""
    sent = asked.body_as(Publication).root
    events = sent.events if isinstance(sent, NewEvents) else [sent]
    parts = [_Part(asked, place, event) for place, event in enumerate(events)]
    before = asked.standing
    _refuse_lost(before, {part.name for part in parts})
    anew = [part for part in parts if part.name not in before]
    results = await publish(asked.api.writer, [part.wish for part in anew])
    if isinstance(sent, NewEvent) and anew and not isinstance(results[0], Published):
        raise results[0].error
    told = {
        part.name: _told(part.place, part.wish, result)
        for part, result in zip(anew, results, strict=True)
    }
    rows = [
        told.get(part.name) or EventResult.model_validate_json(before[part.name])
        for part in parts
    ]
    written = sum(row.status == "written" for row in rows)
    content = EventResults(data=rows, written=written)
    if written == len(rows):
        return Reply(content=content)
    stands = {
        part.name: row.model_dump_json().encode()
        for part, row in zip(parts, rows, strict=True)
        if asked.key and row.status == "written"
    }
    return Reply(content=content, status=_MULTI, standing=stands)


class _Part:
    """One event of a request, by its place; with a key also by its content.

    So that one that was corrected is told apart from what was written before.
    """

    def __init__(self, asked: Asked, place: int, event: NewEvent) -> None:
        content = _content(event) if asked.key else b""
        self.place = place
        self.name = f"{place} {hashlib.sha256(content).hexdigest()}"
        event_id = event.id
        if event_id is None and asked.key:
            event_id = repeatable_id(asked.by.tenant, asked.key, place, content)
        source = _source(asked.by, event.source)
        self.wish = Wish(type=event.type, data=event.data, id=event_id, source=source)


def _content(event: NewEvent) -> bytes:
    return json.dumps(event.model_dump(), default=str).encode()


def _refuse_lost(standing: Standing, parts: Collection[str]) -> None:
    """Raise if what was written under this key before stands otherwise now."""
    lost = [part for part in standing if part not in parts]
    if lost:
        why = "was written as it was; send it so, or under another Idempotency-Key"
        faults = [
            Fault(pointer=f"#/events/{part.partition(' ')[0]}", detail=why)
            for part in lost
        ]
        raise ProblemError(REUSED, errors=faults)


def _source(by: Principal, given: str | None) -> str | None:
    """A tenant speaks for itself only: ids are unique within a source."""
    if not by.tenant:
        return given
    own = f"/{by.tenant}"
    if given is None or given == own or given.startswith(f"{own}/"):
        return given or own
    fault = Fault(pointer="#/source", detail=f"expected {own}, or something below it")
    raise ProblemError(INVALID, "The source is not this key's.", errors=[fault])


def _told(place: int, wish: Wish, result: Result) -> EventResult:
    if isinstance(result, Published):
        written, event = result.written, result.event
        return EventResult(
            status="written",
            type=event.type,
            id=event.id,
            webhook_id=event.webhook_id,
            order_id=event.subject,
            topic=written.topic,
            partition=written.partition,
            offset=written.offset,
        )
    problem = problem_of(result.error)
    errors = [
        Fault(pointer=_at(place, fault.pointer), detail=fault.detail)
        for fault in problem.errors
    ]
    refused = isinstance(result.error, InvalidEventError)
    return EventResult(
        status="refused" if refused else "failed",
        type=wish.type,
        id=wish.id,
        errors=errors or [Fault(pointer=_at(place, "#"), detail=problem.detail)],
    )


def _at(place: int, pointer: str | None) -> str:
    return f"#/events/{place}{(pointer or '#')[1:]}"


def _example() -> Example:
    event = sample("order.cancelled", 1, datetime(2026, 1, 15, 10, 30, tzinfo=UTC))
    return {"type": event.type, "data": plain(event.data)}


ROUTES = (
    Route(
        method="POST",
        path="/v1/events",
        operation="publishEvents",
        summary="Publish one event, or up to 500.",
        description="Each is checked against the schema of its type, and answered for "
        "when Kafka has it on all replicas in sync (acks=all). With an "
        "Idempotency-Key a repeat carries the same ids, even after a restart, so that "
        "partners take the event for what it is.",
        tag="Events",
        scope=Scope.EVENTS_PUBLISH,
        handler=publish_events,
        body=Publication,
        answer=EventResults,
        status=201,
        more_statuses=(_MULTI,),
        idempotent=True,
        large=True,
        example=_example(),
    ),
)
