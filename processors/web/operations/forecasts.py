"""Forecasts: when what waits is caught up with, how sure, and what will be too much."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal, assert_never

from pydantic import Field

from bus.access.roles import Scope
from bus.watch.forecasts.bottleneck import Enough, Limit, Outlook
from bus.watch.forecasts.drain import CannotSay, Never, OnTime, Verdict, Within
from processors.forecasting.foreseeing import Foreseen
from processors.forecasting.foresight import Everybody
from processors.forecasting.plain import said_of_limit, said_of_record
from processors.gateway.forecasts import foreseen_for
from processors.gateway.logged import scope_of
from processors.gateway.model import PageQuery
from processors.gateway.paging import cut
from processors.gateway.problems import NOT_FOUND, ProblemError
from processors.gateway.routes import Asked
from processors.status.glance import Known
from processors.web.charts import Draining, Picture, draining, forecast_words
from processors.web.pages import Page

_WORDS: dict[type[Verdict], str] = {
    OnTime: "on time",
    Within: "catching up",
    Never: "growing",
    CannotSay: "cannot say",
}
_WORST = (Never, Within, CannotSay, OnTime)


class ForecastsQuery(PageQuery):
    """Which queues are listed, and whose picture is shown."""

    q: Annotated[str, Field(max_length=100)] = ""
    show: Literal["", "all"] = ""
    queue: Annotated[str, Field(max_length=300)] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A queue as the table has it."""

    queue: str
    subscription: str
    tier: str
    waiting: int
    overdue: int
    word: str
    said: str
    record: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ahead:
    """What the next day brings a source topic; `knob` is what helps."""

    topic: str
    word: str
    said: str
    used: float | None = None
    knob: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastsView:
    """What the template reads."""

    query: ForecastsQuery
    picture: Picture | None
    queue: str
    rows: Sequence[Row]
    shown: int
    all: int
    next: str | None
    previous: str | None
    ahead: Sequence[Ahead]
    why: str = ""
    age_s: float = 0.0


async def view(asked: Asked) -> ForecastsView:
    """Every queue of those that whoever looks may see.

    What everybody looks at is kept a moment: under load it takes Kafka long to say.

    Raises:
        ProblemError: the queue whose picture is asked for is not there.
    """
    query = asked.query_as(ForecastsQuery)
    found, known = await _found(asked, query)
    fitting = sorted((one for one in found if _fits(one, query)), key=_key)
    rows, after, before = cut(
        fitting,
        _key,
        limit=query.limit,
        cursor=query.cursor,
        about=f"ui forecasts {query.q} {query.show}",
    )
    drawn = _drawn(fitting, found, query.queue)
    return ForecastsView(
        query=query,
        picture=None if drawn is None else _picture(asked, drawn),
        queue="" if drawn is None else drawn.queue.name,
        rows=[_row(one) for one in rows],
        shown=len(fitting),
        all=len(found),
        next=after,
        previous=before,
        ahead=[ahead_of(one.queue.name, one.limit) for one in found if one.limit],
        why=known.why,
        age_s=known.age_s,
    )


async def _found(
    asked: Asked, query: ForecastsQuery
) -> tuple[Sequence[Foreseen], Everybody]:
    """Of queues that may be seen; idle ones are asked for by who wants them alone."""
    scope = await scope_of(asked)
    known = await asked.api.foresight.known()
    mine = [
        one
        for one in known.value or ()
        if scope is None or one.queue.subscription in scope
    ]
    if query.show or (query.queue and query.queue not in {o.queue.name for o in mine}):
        found, _ = await foreseen_for(asked, None, idle=True)
        return found, Known(found)
    return mine, known


def _fits(one: Foreseen, query: ForecastsQuery) -> bool:
    """Of tiers only those in which something waits, if not all are asked for."""
    loud = query.show or one.waiting or not one.queue.tier
    return bool(loud) and query.q.lower() in one.queue.name.lower()


def _key(one: Foreseen) -> str:
    worst = _WORST.index(type(one.verdict))
    return f"{worst} {10**15 - one.overdue:016d} {one.queue.name}"


def _drawn(
    fitting: Sequence[Foreseen], found: Sequence[Foreseen], queue: str
) -> Foreseen | None:
    """The one that is asked for; else the worst, if any is not on time."""
    if queue:
        named = next((one for one in found if one.queue.name == queue), None)
        if named is None:
            raise ProblemError(NOT_FOUND)
        return named
    late = (one for one in fitting if not isinstance(one.verdict, OnTime))
    return next(iter(late), None)


def _picture(asked: Asked, one: Foreseen) -> Picture:
    """What was overdue in the last hours, and when nothing will be."""
    past = one.past()
    return draining(
        Draining(
            title=f"Overdue in {one.queue.name}",
            times_ms=[round(at_s * 1e3) for at_s, _ in past],
            backlog=[waiting for _, waiting in past],
            now_ms=round(asked.api.world.clock.now() * 1e3),
            verdict=one.verdict,
            record=said_of_record(one.record) if one.record.known else "",
        )
    )


def _row(one: Foreseen) -> Row:
    return Row(
        queue=one.queue.name,
        subscription=one.queue.subscription,
        tier=one.queue.tier,
        waiting=one.waiting,
        overdue=one.overdue,
        word=_WORDS[type(one.verdict)],
        said=_why(forecast_words(one.verdict)),
        record=said_of_record(one.record),
    )


def _why(said: str) -> str:
    """The words beside a state that says already that nobody can say."""
    return said.removeprefix("cannot say: ")


def ahead_of(topic: str, limit: Outlook) -> Ahead:
    """What the next day brings, in words."""
    said = _why(said_of_limit(limit))
    match limit:
        case Limit():
            knob = limit.knob.value
            return Ahead(
                topic=topic, word="at its limit", said=said, used=None, knob=knob
            )
        case Enough():
            return Ahead(topic=topic, word="enough", said=said, used=limit.most)
        case CannotSay():
            return Ahead(topic=topic, word="cannot say", said=said)
        case _:
            assert_never(limit)


PAGES = (
    Page(
        path="/forecasts",
        name="forecasts",
        scope=Scope.SUBSCRIPTIONS_READ,
        view=view,
        template="forecasts.html.j2",
        query=ForecastsQuery,
        nav="Forecasts",
    ),
)
