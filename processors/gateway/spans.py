"""Delivering a span of time once more, to one subscription alone."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from bus.access.roles import Scope
from processors.gateway.job_routes import JobShown, located, shown, started
from processors.gateway.jobs import Progress
from processors.gateway.letter_models import COMPLETE, NOTHING, PLAN_S, Note, Word
from processors.gateway.model import DryRun, Model
from processors.gateway.moments import Moment, ms_of
from processors.gateway.problems import (
    CONFLICT,
    INVALID,
    UNAVAILABLE,
    Fault,
    ProblemError,
)
from processors.gateway.routes import Asked, Reply, Route
from processors.gateway.subscriptions import ONE, TAG
from processors.gateway.tenants import subscription_of
from processors.redrive.again import target
from processors.redrive.backfill import Found, Span, count, deliver
from processors.redrive.readiness import refuse_unready
from processors.redrive.within import SHORTER, not_all


class SpanSelection(Model):
    """Which past events are delivered again: what it wants now, of this time."""

    since: Moment
    until: Moment = "now"
    types: Annotated[
        list[Word], Field(max_length=100, description="Narrower than its own.")
    ] = Field(default=[])
    order: Word | None = None
    event: Annotated[
        Word | None, Field(description="Only this webhook-id, if it is of that time.")
    ] = None
    force: Annotated[
        bool, Field(description="Even if it is paused or its breaker is open.")
    ] = False


class SpanPlan(Model):
    """What would be delivered."""

    subscription: str
    to: str
    read: int
    wanted: int
    undecodable: int
    failed_filters: int
    by_type: Mapping[str, int]
    complete: Annotated[bool, Field(description=COMPLETE)]
    note: Note


class SpanWork(Model):
    """The plan, and the job that carries it out; null where it is only a plan."""

    plan: SpanPlan
    job: JobShown | None


async def replay_span(asked: Asked) -> Reply:
    """Count first; unless it is dry, deliver as a job."""
    subscription, world = await subscription_of(asked), asked.api.world
    body = asked.body_as(SpanSelection)
    await refuse_unready(world, subscription, force=body.force)
    span = _span(asked, body)
    with asked.api.plans.one(asked.by):
        found = await count(world, subscription, span, within_s=PLAN_S)
    plan = SpanPlan(
        subscription=subscription.id,
        to=target(world.topology, subscription),
        read=found.read,
        wanted=found.wanted,
        undecodable=found.undecodable,
        failed_filters=found.failed_filters,
        by_type=dict(sorted(found.by_type.items())),
        complete=found.complete,
        note=None if found.complete else not_all(PLAN_S, SHORTER),
    )
    dry = asked.query_as(DryRun).dry_run
    if dry or (found.complete and not found.wanted):
        told = plan if dry else plan.model_copy(update={"note": NOTHING})
        return Reply(content=SpanWork(plan=told, job=None), status=200)

    async def work(progress: Progress) -> dict[str, object]:
        sent, wanted = 0, found.wanted if found.complete else 0
        progress(0, wanted)

        def more(written: int) -> None:
            nonlocal sent
            sent += written
            progress(sent, wanted and max(sent, wanted))

        done = await deliver(world, subscription, span, more)
        progress(sent, sent)
        return _split(done)

    job = started(asked, "replay_span", subscription.id, work)
    work_shown = SpanWork(plan=plan, job=shown(job, asked.by))
    return Reply(content=work_shown, headers=located(job))


def _split(done: Found) -> dict[str, object]:
    return {"done": done.wanted - done.refused, "failed": done.refused, "unknown": 0}


def _span(asked: Asked, body: SpanSelection) -> Span:
    since_ms = ms_of(asked, body.since, "since") or 0
    until_ms = ms_of(asked, body.until, "until") or 0
    if since_ms >= until_ms:
        fault = Fault(pointer="#/since", detail="expected a time before until")
        raise ProblemError(INVALID, "The span is empty.", errors=[fault])
    return Span(
        since_ms=since_ms,
        until_ms=until_ms,
        types=body.types,
        order=body.order,
        event=body.event,
    )


ROUTES = (
    Route(
        method="POST",
        path=f"{ONE}/replay",
        operation="replaySpan",
        summary="Deliver past events once more, to this subscription alone.",
        description="Reads the source topics again (7 days are kept) and sends what "
        "its types and filter want now, accepted before or not, with the same "
        "webhook-ids. First the plan (`dry_run` stops there), then a job.",
        tag=TAG,
        scope=Scope.DELIVERIES_REPLAY,
        handler=replay_span,
        query=DryRun,
        body=SpanSelection,
        answer=SpanWork,
        status=202,
        more_statuses=(200,),
        problems=(CONFLICT, UNAVAILABLE),
        tenants=True,
        idempotent=True,
        example={"since": "2h", "types": ["order.*"]},
    ),
)
