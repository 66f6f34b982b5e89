"""Single steps on a source: pause, resume, rotate, remove; and all of them at once."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from bus.access.roles import Scope
from bus.delivery.schedule import parse_duration
from bus.errors import InvalidSourceError
from processors.gateway.applying import ApplyQuery, FieldChange, StepShown
from processors.gateway.model import Model
from processors.gateway.problems import (
    CONFLICT,
    INVALID,
    UNAVAILABLE,
    Fault,
    ProblemError,
)
from processors.gateway.routes import Asked, Reply, Route
from processors.gateway.source_models import (
    SourceDocument,
    SourceRemoval,
    SourceRemoved,
    SourceRotation,
    SourceTaken,
)
from processors.gateway.sources import (
    EXAMPLE,
    ONE,
    PATH,
    TAG,
    draft_of,
    refuse_id,
    refuse_more,
    source_of,
    told,
    told_fields,
    world_of,
)
from processors.gateway.subscription_models import Pause, Resume
from processors.sources import steps
from processors.sources.applying import Action, Step, apply, plan
from processors.sources.document import Draft
from processors.sources.steps import Taken


class SourceStepDone(Model):
    """A step that was taken."""

    action: str
    id: str
    secret: Annotated[
        str | None, Field(description="A new secret, told this once.")
    ] = None
    path: Annotated[str | None, Field(description="A new address, told this once.")] = (
        None
    )
    warnings: Sequence[str] = ()


class SourcesApplied(Model):
    """The difference, and what was done about it."""

    plan: Sequence[StepShown]
    done: Sequence[SourceStepDone]


async def pause_source(asked: Asked) -> Reply:
    """Answer its sender as if there were none."""
    world = await world_of(asked)
    found = source_of(world, asked)
    reason = asked.body_as(Pause).reason
    taken = await steps.pause(world, found.id, reason, if_version=asked.version)
    return told(world, taken)


async def resume_source(asked: Asked) -> Reply:
    """Take submissions again."""
    world = await world_of(asked)
    found = source_of(world, asked)
    return told(world, await steps.resume(world, found.id, if_version=asked.version))


async def rotate_source_secret(asked: Asked) -> Reply:
    """A new secret, told once."""
    world, wanted = await world_of(asked), asked.body_as(SourceRotation)
    found = source_of(world, asked)
    taken = await steps.rotate(
        world,
        found.id,
        parse_duration(wanted.grace),
        text=wanted.secret,
        if_version=asked.version,
    )
    return told(world, taken)


async def remove_source(asked: Asked) -> Reply:
    """Take it out; what it sent stays unless that is to go."""
    world = await world_of(asked)
    found = source_of(world, asked)
    purge = asked.query_as(SourceRemoval).purge
    topics = await steps.remove(world, found.id, purge=purge, if_version=asked.version)
    return Reply(content=SourceRemoved(id=found.id, deleted_topics=list(topics)))


async def apply_sources(asked: Asked) -> Reply:
    """Plan, and unless it is dry, take the steps."""
    query, world = asked.query_as(ApplyQuery), await world_of(asked)
    planned = _planned(asked)
    created = sum(step.action is Action.CREATE for step in planned)
    refuse_more(world, asked.by, created)
    done: list[SourceStepDone] = []

    def hear(step: Step, taken: Taken | None) -> None:
        fields = dict(told_fields(taken)) if taken is not None else {}
        fields.pop("source", None)
        row = {"action": step.action.value, "id": step.id, **fields}
        done.append(SourceStepDone.model_validate(row))

    if not query.dry_run:
        await apply(world, planned, hear)
    shown = [
        StepShown(
            action=step.action.value,
            id=step.id,
            changes=[
                FieldChange(field=field, old=old, new=new)
                for field, old, new in step.changes
            ],
        )
        for step in planned
    ]
    return Reply(content=SourcesApplied(plan=shown, done=done))


def _planned(asked: Asked) -> list[Step]:
    """The steps, or all that is wrong, each with its place in the body."""
    by, query, world = asked.by, asked.query_as(ApplyQuery), asked.api.sources
    drafts: list[Draft] = []
    faults: list[Fault] = []
    places: dict[str, int] = {}
    for place, one in enumerate(asked.body_as(SourceDocument).sources):
        places[one.id] = place
        old = world.table.get(one.id)
        try:
            if old is None or not by.sees(old.owner):
                refuse_id(by, one.id)
            drafts.append(draft_of(one, by))
        except InvalidSourceError as error:
            faults += [_fault(place, field, why) for field, why in error.problems]
    try:
        found = plan(world, drafts, prune=query.prune, mine=lambda s: by.sees(s.owner))
    except InvalidSourceError as error:
        for named, why in error.problems:
            name, _, field = named.partition(".")
            faults.append(_fault(places[name], field, why))
    else:
        if not faults:
            return list(found)
    raise ProblemError(INVALID, "The document is refused.", errors=faults)


def _fault(place: int, field: str, why: str) -> Fault:
    inner = field.replace(".", "/")
    return Fault(pointer=f"#/sources/{place}/{inner}", detail=why)


ROUTES = (
    Route(
        method="POST",
        path=f"{ONE}/pause",
        operation="pauseSource",
        summary="Answer its sender as if there were no such source.",
        description="What is sent meanwhile is 404, and not kept.",
        tag=TAG,
        scope=Scope.SOURCES_OPERATE,
        handler=pause_source,
        body=Pause,
        answer=SourceTaken,
        problems=(CONFLICT, UNAVAILABLE),
        tenants=True,
        etag=True,
        if_match="may",
        idempotent=True,
        optional_body=True,
        example={"reason": "moved to another shop"},
    ),
    Route(
        method="POST",
        path=f"{ONE}/resume",
        operation="resumeSource",
        summary="Take submissions again.",
        tag=TAG,
        scope=Scope.SOURCES_OPERATE,
        handler=resume_source,
        body=Resume,
        answer=SourceTaken,
        problems=(CONFLICT, UNAVAILABLE),
        tenants=True,
        etag=True,
        if_match="may",
        idempotent=True,
        optional_body=True,
        example={},
    ),
    Route(
        method="POST",
        path=f"{ONE}/rotate-secret",
        operation="rotateSourceSecret",
        summary="Give a source a new secret.",
        description="One that is made is told this once. The old ones count until the "
        "grace ends; `0s` where one has leaked. Where the channel signs nothing, the "
        "address changes, and the old one counts as long.",
        tag=TAG,
        scope=Scope.SOURCES_WRITE,
        handler=rotate_source_secret,
        body=SourceRotation,
        answer=SourceTaken,
        problems=(CONFLICT, UNAVAILABLE),
        tenants=True,
        etag=True,
        if_match="may",
        idempotent=True,
        optional_body=True,
        example={"grace": "48h"},
    ),
    Route(
        method="DELETE",
        path=ONE,
        operation="removeSource",
        summary="Remove a source.",
        description="What it sent stays until it is too old, unless `purge` is asked "
        "for.",
        tag=TAG,
        scope=Scope.SOURCES_WRITE,
        handler=remove_source,
        query=SourceRemoval,
        answer=SourceRemoved,
        problems=(CONFLICT, UNAVAILABLE),
        tenants=True,
        if_match="may",
    ),
    Route(
        method="POST",
        path=f"{PATH}:apply",
        operation="applySources",
        summary="Make the sources what a document says.",
        description="First the difference (`dry_run` stops there), then its steps. "
        "Nothing is removed without `prune`. States and secrets are not declared. A "
        "step that fails ends it; the same document can be applied again.",
        tag=TAG,
        scope=Scope.SOURCES_WRITE,
        handler=apply_sources,
        query=ApplyQuery,
        body=SourceDocument,
        answer=SourcesApplied,
        problems=(CONFLICT, UNAVAILABLE),
        idempotent=True,
        large=True,
        example={"sources": [EXAMPLE]},
    ),
)
