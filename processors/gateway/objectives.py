"""Objectives of subscriptions and how they went, over HTTP: out of the log."""

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field

from bus.access.roles import Scope
from processors.gateway.logged import consulted
from processors.gateway.model import Model, Page, PageQuery
from processors.gateway.paging import cut
from processors.gateway.routes import Asked, Reply, Route
from processors.gateway.subscriptions import ONE, TAG
from processors.gateway.tenants import owned, subscription_of
from processors.watch.objectives import Asking, objective_row, objective_rows


class ExhaustedShown(Model):
    """When the budget will be used up, at the rate of yesterday and today."""

    verdict: Literal["gone", "within", "never", "cannot_say"]
    in_s: Annotated[float | None, Field(description="Seconds from now, of `within`.")]
    why: str
    said: Annotated[str, Field(description="The same in words.")]


class ObjectiveShown(Model):
    """What was promised in 30 days, today one of them, and what became of it.

    `late`, `dead` and `waiting` are bad, and all by a cause of the receiver or the
    sender. What somebody wanted so is excused, and no part of what is promised.
    """

    subscription: str
    success: Annotated[float, Field(description="The share that is aimed at.")]
    p95_s: Annotated[float, Field(description="What 95 of 100 attempts may take.")]
    promised: Annotated[int, Field(description="Deliveries that ended, or are late.")]
    kept: Annotated[int, Field(description="Accepted within five minutes.")]
    late: Annotated[int, Field(description="Accepted later than that.")]
    dead: Annotated[int, Field(description="Given up.")]
    waiting: Annotated[int, Field(description="Late by now, and not given up.")]
    excused: Annotated[int, Field(description="Paused, unproven or removed.")]
    recovered: Annotated[
        int, Field(description="Accepted when asked for again; makes nothing undone.")
    ]
    attained: Annotated[
        float | None, Field(description="Kept of promised; null of none.")
    ]
    p95_ms: Annotated[float | None, Field(description="Right to within a fifth.")]
    allowed: Annotated[float, Field(description="How many may be bad: the budget.")]
    left: Annotated[float, Field(description="Of the budget; below 0: overdrawn.")]
    receiver: Annotated[int, Field(description="Bad ones by the endpoint's causes.")]
    sender: Annotated[int, Field(description="Bad ones by causes of the bus.")]
    exhausted: ExhaustedShown


class ObjectiveCause(Model):
    """Why, and whose cause that is."""

    cause: str
    party: Literal["receiver", "sender", "wish"]
    means: str


class ObjectivePart(ObjectiveCause):
    """What a cause has spoilt; shares come to 1."""

    late: int
    dead: int
    waiting: int
    share: float


class DowntimeShown(ObjectiveCause):
    """Minutes that were down by a cause."""

    minutes: int


class IncidentShown(ObjectiveCause):
    """Minutes in a row in which nothing was accepted, and why in most of them."""

    began: str
    ended: Annotated[str | None, Field(description="null: it goes on.")]
    minutes: int
    deliveries: Annotated[int, Field(description="About how many it has met.")]


class ObjectiveDay(Model):
    """A UTC day. `level`: nothing sent, all kept, the objective met, or missed."""

    day: str
    level: Literal["none", "kept", "met", "missed"]
    promised: int
    kept: int
    attained: float | None
    down_minutes: int
    partly_minutes: Annotated[
        int, Field(description="Some calls failed, some were accepted.")
    ]


class ObjectiveLedger(ObjectiveShown):
    """The ledger of one: causes, and the last 90 days with their incidents."""

    causes: Annotated[Sequence[ObjectivePart], Field(description="Of what is bad.")]
    uptime: Annotated[
        float | None,
        Field(description="The share of minutes not down, of days with anything."),
    ]
    down_minutes: int
    downtime: Sequence[DowntimeShown]
    incidents: Annotated[
        Sequence[IncidentShown], Field(description="Newest first, at most 100.")
    ]
    days: Annotated[Sequence[ObjectiveDay], Field(description="Oldest first.")]


class Objectives(Page[ObjectiveShown]):
    """Those of subscriptions, by id."""


async def list_objectives(asked: Asked) -> Reply:
    """A page of those that are there for whoever asks."""
    query, world = asked.query_as(PageQuery), asked.api.world
    await world.table.ready()
    shown, after, before = cut(
        owned(world, asked.by),
        lambda one: one.id,
        limit=query.limit,
        cursor=query.cursor,
        about="objectives",
    )
    async with consulted(asked) as (log, headers):
        asking = Asking(log.ledger, asked.api.objective, world.clock.now())
        rows = await objective_rows(asking, shown)
    page = {"data": rows, "next": after, "previous": before}
    return Reply(content=Objectives.model_validate(page), headers=headers)


async def get_objective(asked: Asked) -> Reply:
    """Of one, with all that explains it."""
    found = await subscription_of(asked)
    async with consulted(asked) as (log, headers):
        now = asked.api.world.clock.now()
        asking = Asking(log.ledger, asked.api.objective, now)
        row = await objective_row(asking, found)
    return Reply(content=ObjectiveLedger.model_validate(row), headers=headers)


ROUTES = (
    Route(
        method="GET",
        path="/v1/objectives",
        operation="listObjectives",
        summary="What is aimed at for subscriptions, and how that goes.",
        description="Of 30 days: what was promised, kept, late and dead; what of the "
        "budget is left and when it is used up; the sender's share apart from the "
        "receiver's. A partner sees those of its own subscriptions.",
        tag=TAG,
        scope=Scope.SUBSCRIPTIONS_READ,
        handler=list_objectives,
        answer=Objectives,
        query=PageQuery,
        logged=True,
    ),
    Route(
        method="GET",
        path=f"{ONE}/objective",
        operation="getObjective",
        summary="The ledger of a subscription's objective.",
        description="By cause, with the incidents, downtime and days of the last 90.",
        tag=TAG,
        scope=Scope.SUBSCRIPTIONS_READ,
        handler=get_objective,
        answer=ObjectiveLedger,
        tenants=True,
        logged=True,
    ),
)
