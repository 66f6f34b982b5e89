"""How a subscription fared over an hour or a day, over HTTP: for charts."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

from pydantic import Field

from bus.access.roles import Scope
from bus.delivery.subscription import Subscription
from bus.log.course import (
    FIVE,
    Counted,
    Steps,
    by_minute,
    course_of,
    steps_up_to,
    waiting_at,
)
from bus.log.health import Figures
from bus.log.store import Log
from processors.gateway.logged import consulted, moment_of, now_us
from processors.gateway.model import Model
from processors.gateway.routes import Asked, Reply, Route
from processors.gateway.subscriptions import ONE, TAG
from processors.gateway.tenants import subscription_of

_STEPS = {"1h": (1, 60), "24h": (15, 96)}
"""Minutes of a step, and how many of them."""
_MINUTE_US = 60_000_000


class CourseQuery(Model):
    """How far back."""

    span: Annotated[
        Literal["1h", "24h"],
        Field(description="How far back; longer has longer steps."),
    ] = "1h"


class CourseStep(Model):
    """What befell the attempts of a step; null where there was nothing to measure."""

    at: Annotated[str, Field(description="When it begins.")]
    attempts: int
    accepted: int
    dead_letters: int
    success_rate: float | None
    p50_ms: float | None
    p95_ms: float | None
    p99_ms: float | None
    waiting: Annotated[
        int | None,
        Field(
            description="Records that wait for a later attempt, at the end of the step;"
            " null: not known."
        ),
    ]


class Course(Model):
    """A course of even steps, the oldest first; the last one goes on."""

    subscription: str
    step_s: int
    data: Sequence[CourseStep]


async def get_course(asked: Asked) -> Reply:
    """Out of the log's roll-ups, and of what was counted of its queues."""
    span = asked.query_as(CourseQuery).span
    found = await subscription_of(asked)
    steps = steps_up_to(now_us(asked), *_STEPS[span])
    now = await _waits_now(asked, found)
    async with consulted(asked) as (log, headers):
        figures = course_of(await _counted(log, found.id, steps), steps)
        waiting = await _waiting(log, steps, now)
    rows = zip(steps.starts_us, figures, _since(found, steps, waiting), strict=True)
    content = Course(
        subscription=found.id,
        step_s=steps.minutes * 60,
        data=[_step(*row) for row in rows],
    )
    return Reply(content=content, headers=headers)


async def _counted(log: Log, name: str, steps: Steps) -> Sequence[Counted]:
    """From the roll-ups that have the fewest rows of it."""
    begin_us, end_us = steps.first * _MINUTE_US, steps.end * _MINUTE_US
    if steps.minutes % FIVE == 0:
        return await log.five_minutes(name, begin_us, end_us)
    return by_minute(await log.minutes({name}, begin_us, end_us))


async def _waits_now(asked: Asked, one: Subscription) -> Mapping[str, int] | None:
    """What waits now in each topic that it has; None: not known."""
    standing = (await asked.api.glance.standing()).value or {}
    pending = standing[one.id].pending if one.id in standing else None
    if pending is None:
        return None
    topology = asked.api.world.topology
    topics = {**topology.tier_topics(one), "ordered": topology.ordered_topic(one.id)}
    return {
        topics[tier]: backlog.records
        for tier, backlog in pending.items()
        if tier in topics
    }


async def _waiting(
    log: Log, steps: Steps, now: Mapping[str, int] | None
) -> Sequence[int | None]:
    """What waited at the end of each step."""
    if now is None:
        return [None] * steps.count
    begin_us = steps.first * _MINUTE_US
    rows = await log.kept.lags(begin_us, begin_us, now.keys())
    ends = [start + steps.minutes * _MINUTE_US for start in steps.starts_us]
    return waiting_at(rows, ends, now)


def _since(
    one: Subscription, steps: Steps, waiting: Sequence[int | None]
) -> Sequence[int | None]:
    """What waited from when it was added on; before, there was nothing to wait."""
    if one.created_at is None:
        return waiting
    begun_us = one.created_at.timestamp() * 1e6
    whole_us = steps.minutes * _MINUTE_US
    return [
        count if start + whole_us > begun_us else None
        for start, count in zip(steps.starts_us, waiting, strict=True)
    ]


def _step(at_us: int, one: Figures, waiting: int | None) -> CourseStep:
    return CourseStep(
        at=moment_of(at_us),
        attempts=one.attempts,
        accepted=one.accepted,
        dead_letters=one.dead_letters,
        success_rate=one.success_rate,
        p50_ms=_ms(one.p50_us),
        p95_ms=_ms(one.p95_us),
        p99_ms=_ms(one.p99_us),
        waiting=waiting,
    )


def _ms(us: float | None) -> float | None:
    return None if us is None else round(us / 1e3, 3)


ROUTES = (
    Route(
        method="GET",
        path=f"{ONE}/course",
        operation="getSubscriptionCourse",
        summary="How deliveries fared over the last hour or day, step by step.",
        description="An hour in minutes, a day in quarters of an hour: attempts, "
        "success rate, latencies, what waited. From the log.",
        tag=TAG,
        scope=Scope.SUBSCRIPTIONS_READ,
        handler=get_course,
        query=CourseQuery,
        answer=Course,
        tenants=True,
        logged=True,
    ),
)
