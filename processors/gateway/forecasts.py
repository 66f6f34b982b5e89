"""When what waits will be caught up with, over HTTP."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

from pydantic import Field

from bus.access.roles import Scope as Allowed
from bus.delivery.subscription import ID_PATTERN
from processors.forecasting.foreseeing import Foreseen, foresee, parts_of
from processors.forecasting.plain import plain_forecast
from processors.gateway.logged import consulted, scope_of
from processors.gateway.model import Model
from processors.gateway.routes import Asked, Reply, Route


class ForecastQuery(Model):
    """Of which subscription; without one of all, and of the source topics."""

    subscription: Annotated[str | None, Field(pattern=rf"^{ID_PATTERN.pattern}$")] = (
        None
    )


class ForecastRecord(Model):
    """What earlier forecasts of the queue were worth."""

    known: Annotated[int, Field(description="Forecasts whose end is known.")]
    held: Annotated[int, Field(description="Those whose range held it.")]
    coverage: Annotated[
        float | None, Field(description="Their share; a range is meant to hold 80 %.")
    ]
    said: Annotated[str, Field(description="The same in words.")]


class LimitShown(Model):
    """Whether more comes within a day than can go; spans in seconds from now."""

    verdict: Literal["enough", "reached", "cannot_say"]
    why: str
    low_s: Annotated[float | None, Field(description="When it may be, at first.")]
    mid_s: Annotated[
        float | None, Field(description="As likely as not; null: not within a day.")
    ]
    high_s: Annotated[
        float | None, Field(description="At the latest; null: perhaps not in a day.")
    ]
    most: Annotated[
        float | None, Field(description="How much of it is used at most; 1 is all.")
    ]
    knob: Annotated[str | None, Field(description="What helps.")]
    said: Annotated[str, Field(description="The same in words.")]


class ForecastShown(Model):
    """A queue, and when it is caught up with: 80 % of such ranges hold what comes."""

    queue: Annotated[
        str, Field(description="A topic, or `subscription/ID` for all of its topics.")
    ]
    subscription: str | None
    tier: str | None
    waiting: Annotated[int, Field(description="Records; most may not be due yet.")]
    overdue: Annotated[int, Field(description="Those that should have gone.")]
    verdict: Literal["on_time", "within", "never", "cannot_say"]
    why: Annotated[str, Field(description="Of `never` and `cannot_say`.")]
    low_s: Annotated[float | None, Field(description="Seconds from now, at first.")]
    mid_s: Annotated[float | None, Field(description="The median.")]
    high_s: Annotated[float | None, Field(description="At the latest.")]
    limit: LimitShown | None
    record: ForecastRecord
    said: Annotated[str, Field(description="The verdict in words.")]


class ForecastRows(Model):
    """All of them: source topics first, then by subscription."""

    data: Sequence[ForecastShown]


async def list_forecasts(asked: Asked) -> Reply:
    """Every queue of those that whoever asks may see."""
    only = asked.query_as(ForecastQuery).subscription
    found, headers = await foreseen_for(asked, only)
    shown = [ForecastShown.model_validate(plain_forecast(one)) for one in found]
    return Reply(content=ForecastRows(data=shown), headers=headers)


async def foreseen_for(
    asked: Asked, only: str | None, *, idle: bool = True
) -> tuple[Sequence[Foreseen], Mapping[str, str]]:
    """What is foreseen of the queues that whoever asks may see, and the log's lag.

    Without `idle`, tiers in which nothing waits are left out.

    Raises:
        ProblemError: there is no log.
    """
    scope = await scope_of(asked)
    async with consulted(asked) as (log, headers):
        found = await foresee(parts_of(asked.api.world, log.kept), only, idle=idle)
    mine = [one for one in found if scope is None or one.queue.subscription in scope]
    return mine, headers


ROUTES = (
    Route(
        method="GET",
        path="/v1/forecasts",
        operation="listForecasts",
        summary="When what waits will be caught up with.",
        description="Of each source topic, subscription and retry tier: ranges that "
        "hold in 80 % of cases, with their track record, or why nobody can say. A "
        "partner sees those of its own subscriptions.",
        tag="Operations",
        scope=Allowed.SUBSCRIPTIONS_READ,
        query=ForecastQuery,
        handler=list_forecasts,
        answer=ForecastRows,
        logged=True,
    ),
)
