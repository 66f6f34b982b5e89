"""Jobs over HTTP."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import Field

from bus.access.roles import Principal, Scope
from processors.gateway.jobs import Job, Progress, Work
from processors.gateway.model import Model, Page, PageQuery
from processors.gateway.paging import cut
from processors.gateway.problems import CONFLICT, NOT_FOUND, ProblemError
from processors.gateway.routes import Asked, Reply, Route

_PATH = "/v1/jobs"
_ONE = f"{_PATH}/{{job}}"
_TAG = "Jobs"


class JobShown(Model):
    """Work that goes on after its request was answered."""

    id: str
    kind: str
    subject: Annotated[str, Field(description="The id of what it is about.")]
    state: Literal["running", "done", "failed", "cancelled"]
    done: Annotated[int, Field(description="How many are done, of `total`.")]
    total: Annotated[int, Field(description="0 while it runs: not known yet.")]
    began_at: str
    ended_at: str | None
    result: Annotated[
        Mapping[str, object], Field(description="What it did, once it is done.")
    ]
    error: Annotated[str, Field(description="Why it failed.")]
    asked_for: Annotated[
        Mapping[str, object], Field(description="Which were meant; without any: all.")
    ]
    actions: Sequence[Literal["cancel"]] = ()


class JobRows(Page[JobShown]):
    """A page of jobs, the newest first."""


def start(asked: Asked, kind: str, subject: str, work: Work) -> Reply:
    """Begin a job; the answer says where to look at it.

    Raises:
        ProblemError: too many run.
    """
    job = started(asked, kind, subject, work)
    return Reply(content=shown(job, asked.by), headers=located(job))


def located(job: Job) -> Mapping[str, str]:
    """The header that says where to look at a job."""
    return {"Location": f"{_PATH}/{job.id}"}


def started(asked: Asked, kind: str, subject: str, work: Work) -> Job:
    """Begin a job.

    Raises:
        ConflictError: another of its kind runs on the same.
        ProblemError: too many run.
    """
    try:
        return asked.api.jobs.start(asked.by, kind, subject, work, _wish(asked))[0]
    except OverflowError:
        raise ProblemError(CONFLICT, "Too many jobs run; wait for one.") from None


def selected(asked: Asked, kind: str, subject: str, work: Work) -> Job:
    """Begin a job on what the body selects, and let the job say so.

    Raises:
        ConflictError, ProblemError: as `started`.
    """
    job = started(asked, kind, subject, work)
    if asked.body is not None:
        job.asked_for = asked.body.model_dump(mode="json", exclude_defaults=True)
    return job


def _wish(asked: Asked) -> str:
    """What was asked for, short: who asks for the same gets the job that runs."""
    said = [asked.query.model_dump_json(), asked.body and asked.body.model_dump_json()]
    return hashlib.sha256(repr(said).encode()).hexdigest()


def counted(progress: Progress, total: int) -> Callable[[int], None]:
    """What hears of more that is done, of so many."""
    done = 0

    def more(count: int) -> None:
        nonlocal done
        done += count
        progress(done, max(done, total))

    progress(0, total)
    return more


async def list_jobs(asked: Asked) -> Reply:
    """Those that are there for whoever asks."""
    query = asked.query_as(PageQuery)
    jobs = [job for job in asked.api.jobs.all() if asked.by.sees(job.tenant)]
    order = {job.id: f"{n:08}" for n, job in enumerate(jobs)}
    rows, after, before = cut(
        jobs,
        lambda job: order[job.id],
        limit=query.limit,
        cursor=query.cursor,
        about="jobs",
    )
    data = [shown(job, asked.by) for job in rows]
    return Reply(content=JobRows(data=data, next=after, previous=before))


async def get_job(asked: Asked) -> Reply:
    """How far it is."""
    return Reply(content=shown(_job(asked), asked.by))


async def cancel_job(asked: Asked) -> Reply:
    """End it where it is."""
    job = _job(asked)
    await asked.api.jobs.cancel(job)
    return Reply(content=shown(job, asked.by))


def _job(asked: Asked) -> Job:
    job = asked.api.jobs.get(asked.path["job"])
    if job is None or not asked.by.sees(job.tenant):
        raise ProblemError(NOT_FOUND)
    return job


def shown(job: Job, by: Principal) -> JobShown:
    """A job as it stands, and what somebody may do to it now."""
    ends = not job.over and by.may(Scope.SUBSCRIPTIONS_OPERATE)
    return JobShown(
        id=job.id,
        kind=job.kind,
        subject=job.subject,
        state=job.state.value,
        done=job.done,
        total=job.total,
        began_at=_moment(job.began_s),
        ended_at=None if job.ended_s is None else _moment(job.ended_s),
        result=job.result,
        error=job.error,
        asked_for=job.asked_for,
        actions=["cancel"] if ends else [],
    )


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")


ROUTES = (
    Route(
        method="GET",
        path=_PATH,
        operation="listJobs",
        summary="List the jobs, the newest first.",
        description="Jobs are held by the gateway that was asked, until it ends.",
        tag=_TAG,
        scope=Scope.SUBSCRIPTIONS_READ,
        handler=list_jobs,
        query=PageQuery,
        answer=JobRows,
    ),
    Route(
        method="GET",
        path=_ONE,
        operation="getJob",
        summary="Look how far a job is.",
        tag=_TAG,
        scope=Scope.SUBSCRIPTIONS_READ,
        handler=get_job,
        answer=JobShown,
        tenants=True,
    ),
    Route(
        method="POST",
        path=f"{_ONE}/cancel",
        operation="cancelJob",
        summary="End a job where it is.",
        description="What it did stands; asked for again, the work goes on from there.",
        tag=_TAG,
        scope=Scope.SUBSCRIPTIONS_OPERATE,
        handler=cancel_job,
        answer=JobShown,
        tenants=True,
        idempotent=True,
    ),
)
