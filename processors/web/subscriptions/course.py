"""How a subscription fared, as pictures: attempts, success, latency, what waits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bus.delivery.subscription import Subscription
from bus.watch.facts import Objective, aimed_at
from processors.gateway.course import Course, CourseQuery, CourseStep, get_course
from processors.gateway.problems import ProblemError
from processors.gateway.routes import Asked
from processors.web.asking import asking, content_of
from processors.web.charts import (
    Form,
    Limit,
    Percentiles,
    Picture,
    Series,
    TimeSeries,
    Unit,
    percentiles,
    time_series,
)

SPANS = ("1h", "24h")


@dataclass(frozen=True, slots=True)
class Courses:
    """The pictures of a span; or why there are none."""

    span: str
    pictures: Sequence[Picture]
    why: str = ""


async def courses(asked: Asked, one: Subscription, query: CourseQuery) -> Courses:
    """Those of the last hour, or the last day."""
    try:
        reply = await get_course(asking(asked, query=query))
    except ProblemError as problem:
        return Courses(query.span, (), problem.detail)
    aim = aimed_at(one.objective, asked.api.objective)
    return Courses(query.span, drawn(content_of(reply, Course), aim))


def drawn(course: Course, aim: Objective) -> Sequence[Picture]:
    """Four pictures on one axis of time."""
    rows = course.data
    times_ms = [round(datetime.fromisoformat(row.at).timestamp() * 1e3) for row in rows]
    success = TimeSeries(
        title="Success",
        times_ms=times_ms,
        series=(Series("accepted", [row.success_rate for row in rows]),),
        unit=Unit.SHARE,
        limit=Limit(aim.success, "objective"),
    )
    latency = Percentiles(
        title="Latency",
        times_ms=times_ms,
        p50=[row.p50_ms for row in rows],
        p95=[row.p95_ms for row in rows],
        p99=[row.p99_ms for row in rows],
        limit=Limit(aim.p95_s * 1e3, "objective of p95"),
    )
    waiting = TimeSeries(
        title="Waiting for a later attempt",
        times_ms=times_ms,
        series=(Series("waiting", [row.waiting for row in rows]),),
        unit=Unit.COUNT,
        form=Form.AREAS,
    )
    attempts = time_series(_attempts(course, times_ms))
    return attempts, time_series(success), percentiles(latency), time_series(waiting)


def _attempts(course: Course, times_ms: Sequence[int]) -> TimeSeries:
    """How many a second, those that were accepted and all others."""
    rows, step_s = course.data, course.step_s
    return TimeSeries(
        title="Attempts",
        times_ms=times_ms,
        series=(
            Series("accepted", [row.accepted / step_s for row in rows]),
            Series("others", [_others(row) / step_s for row in rows]),
        ),
        unit=Unit.PER_SECOND,
        form=Form.BARS,
    )


def _others(row: CourseStep) -> int:
    """Attempts that were not accepted, for whatever reason."""
    return row.attempts - row.accepted
