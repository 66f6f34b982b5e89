"""Events: published here as the OMS publishes them to Kafka."""

from collections.abc import Collection
from datetime import UTC, datetime

from bus.access.roles import Scope
from bus.contracts.catalogue import Catalogue
from bus.errors import InvalidEventError
from bus.native.taking import take
from bus.samples.lifecycles import sample
from bus.webhook.document import plain
from processors.gateway.event_models import (
    MOST,
    EventResult,
    EventResults,
    Publication,
    Taken,
)
from processors.gateway.event_parts import Part, parts_of
from processors.gateway.failures import problem_of
from processors.gateway.problems import REUSED, Fault, ProblemError
from processors.gateway.routes import Asked, Example, Reply, Route, Standing
from processors.publishing import NotPublished, Published, Ready, Result, publish

_MULTI = 207


def read_quickly(text: bytes, catalogue: Catalogue) -> Taken | None:
    """A body that is plainly right; None: it is read, and judged, the long way."""
    request = take(text, catalogue, MOST)
    return None if request is None else Taken.model_construct(request=request)


async def publish_events(asked: Asked) -> Reply:
    """Check and write; answer when Kafka has them on all replicas in sync."""
    parts, several = parts_of(asked)
    before = asked.standing
    _refuse_lost(before, {part.name for part in parts})
    anew = [part for part in parts if part.name not in before]
    results = await _results(asked, anew)
    if not several and anew and not isinstance(results[0], Published):
        raise results[0].error
    told = {
        part.name: _told(part, result)
        for part, result in zip(anew, results, strict=True)
    }
    rows = [
        told.get(part.name) or EventResult.model_validate_json(before[part.name])
        for part in parts
    ]
    written = sum(row.status == "written" for row in rows)
    content = EventResults.model_construct(data=rows, written=written)
    if written == len(rows):
        return Reply(content=content)
    stands = {
        part.name: row.model_dump_json().encode()
        for part, row in zip(parts, rows, strict=True)
        if asked.key and row.status == "written"
    }
    return Reply(content=content, status=_MULTI, standing=stands)


async def _results(asked: Asked, parts: Collection[Part]) -> list[Result]:
    """What became of each: those that are no events are not written."""
    ready = [part.ready for part in parts if isinstance(part.ready, Ready)]
    written = iter(await publish(asked.api.writer, ready))
    return [
        part.ready if isinstance(part.ready, NotPublished) else next(written)
        for part in parts
    ]


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


def _told(part: Part, result: Result) -> EventResult:
    if isinstance(result, Published):
        written, event = result.written, result.event
        return EventResult.model_construct(
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
        Fault(pointer=_at(part.place, fault.pointer), detail=fault.detail)
        for fault in problem.errors
    ]
    refused = isinstance(result.error, InvalidEventError)
    return EventResult(
        status="refused" if refused else "failed",
        type=part.type,
        id=part.id,
        errors=errors or [Fault(pointer=_at(part.place, "#"), detail=problem.detail)],
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
        quick=read_quickly,
        answer=EventResults,
        status=201,
        more_statuses=(_MULTI,),
        idempotent=True,
        large=True,
        example=_example(),
    ),
)
