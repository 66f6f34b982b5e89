"""Work that outlives a request: begun, looked at, cancelled.

Held in this gateway's memory. What a job does can always be asked for again, and goes
on where it was; so one that is lost with the process costs nothing but its progress.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from bus.access.roles import Principal
from bus.errors import ConflictError, OrderbusError
from bus.ports import Clock, Observer
from processors.gateway.failures import problem_of
from processors.telemetry import names

_MOST_RUNNING = 64
_OF_ALL_TENANTS = 48
"""All tenants together leave room for who runs the bus."""
_MOST_RUNNING_OF_TENANT = 8
_MOST_HELD = 2_000
_MOST_HELD_OF_TENANT = 200

Progress: TypeAlias = Callable[[int, int], None]
"""`progress(done, total)`."""
Result: TypeAlias = Mapping[str, object]
Work: TypeAlias = Callable[[Progress], Awaitable[Result]]


class JobState(StrEnum):
    """How far a job is."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(slots=True)
class Job:
    """One piece of work.

    `subject` is the id of what it is about, `wish` tells what exactly was asked for,
    `asked_for` the same for people.
    """

    id: str
    kind: str
    subject: str
    tenant: str
    wish: str
    began_s: float
    state: JobState = JobState.RUNNING
    done: int = 0
    total: int = 0
    ended_s: float | None = None
    result: Result = field(default_factory=dict)
    error: str = ""
    asked_for: Result = field(default_factory=dict)
    task: asyncio.Task[None] | None = field(default=None, repr=False)

    @property
    def over(self) -> bool:
        """Whether it has ended, one way or another."""
        return self.state is not JobState.RUNNING


class Jobs:
    """All jobs of this process."""

    def __init__(
        self, clock: Clock, observer: Observer, random_bytes: Callable[[int], bytes]
    ) -> None:
        self._clock = clock
        self._observer = observer
        self._random_bytes = random_bytes
        self._held: OrderedDict[str, Job] = OrderedDict()

    def start(
        self, by: Principal, kind: str, subject: str, work: Work, wish: str = ""
    ) -> tuple[Job, bool]:
        """Begin; False and the one that runs, if it is the same work.

        Raises:
            ConflictError: it runs, but for somebody else, or with another wish.
            OverflowError: too many run.
        """
        running = [job for job in self._held.values() if not job.over]
        for job in running:
            if (job.kind, job.subject) != (kind, subject):
                continue
            if (job.tenant, job.wish) == (by.tenant, wish):
                return job, False
            raise ConflictError(
                "The same is being done now, as it was asked for otherwise or by"
                " somebody else; wait for the end of it."
            )
        if _too_many(running, by.tenant):
            raise OverflowError
        job_id = self._random_bytes(12).hex()
        job = Job(job_id, kind, subject, by.tenant, wish, self._clock.now())
        self._held[job_id] = job
        job.task = asyncio.create_task(self._run(job, work))
        self._make_room(by.tenant)
        return job, True

    def get(self, job_id: str) -> Job | None:
        """The job with this id."""
        return self._held.get(job_id)

    def all(self) -> Sequence[Job]:
        """All that are held, the newest first."""
        return sorted(self._held.values(), key=lambda job: (-job.began_s, job.id))

    async def cancel(self, job: Job) -> None:
        """End it where it is; what it did stands."""
        if job.task is not None and not job.over:
            job.task.cancel()
            await asyncio.gather(job.task, return_exceptions=True)

    async def close(self) -> None:
        """End all."""
        for job in list(self._held.values()):
            await self.cancel(job)

    async def _run(self, job: Job, work: Work) -> None:
        def progress(done: int, total: int) -> None:
            job.done, job.total = done, total

        try:
            job.result = await work(progress)
            job.state = JobState.DONE
        except asyncio.CancelledError:
            job.state = JobState.CANCELLED
            raise
        except OrderbusError as error:
            job.state, job.error = JobState.FAILED, problem_of(error).detail
        except Exception as error:  # noqa: BLE001 - a bug ends one job
            job.state, job.error = JobState.FAILED, "Something is broken here."
            why = type(error).__name__
            self._observer.note(names.BUG, job=job.id, why=why, exc_info=error)
        finally:
            job.ended_s = self._clock.now()

    def _make_room(self, tenant: str) -> None:
        """Give up the oldest that have ended: first of who has many."""
        if tenant:
            self._drop(
                [j for j in self._held.values() if j.tenant == tenant],
                _MOST_HELD_OF_TENANT,
            )
        self._drop(list(self._held.values()), _MOST_HELD)

    def _drop(self, jobs: Sequence[Job], most: int) -> None:
        ended = [job.id for job in jobs if job.over]
        for job_id in ended[: max(0, len(jobs) - most)]:
            del self._held[job_id]


def _too_many(running: Sequence[Job], tenant: str) -> bool:
    """Whether one more of a tenant's, or of the bus's own, has no room."""
    if not tenant:
        return len(running) >= _MOST_RUNNING
    own = sum(job.tenant == tenant for job in running)
    tenants = sum(bool(job.tenant) for job in running)
    return own >= _MOST_RUNNING_OF_TENANT or tenants >= _OF_ALL_TENANTS
