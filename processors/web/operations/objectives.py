"""Objectives: what is promised, what became of it; and the ledger of one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal, NamedTuple

from pydantic import Field

from bus.access.roles import Scope
from bus.delivery.subscription import Subscription
from processors.gateway.logged import consulted
from processors.gateway.model import PageQuery
from processors.gateway.objectives import (
    ObjectiveDay,
    ObjectiveLedger,
    ObjectiveShown,
    get_objective,
)
from processors.gateway.paging import cut
from processors.gateway.routes import Asked
from processors.gateway.tenants import owned
from processors.watch.objectives import (
    Asking,
    budgets_left,
    objective_rows,
    stands_of,
)
from processors.web.asking import asking, content_of
from processors.web.charts import Day, Picture, Uptime, uptime
from processors.web.pages import Page

_FAR = 1e9


class ObjectivesQuery(PageQuery):
    """Which are listed: all, or those whose budget is used up."""

    q: Annotated[str, Field(max_length=100)] = ""
    budget: Literal["", "used up", "left", "nothing promised"] = ""


@dataclass(frozen=True, slots=True)
class Aim:
    """An objective, and what of its budget is left: a share, None of no budget."""

    one: ObjectiveShown
    left: float | None


class Place(NamedTuple):
    """Where a subscription stands among all, by what it has left."""

    subscription: Subscription
    left: float | None

    @property
    def word(self) -> str:
        """The budget in a word."""
        if self.left is None:
            return "nothing promised"
        return "left" if self.left > 0 else "used up"

    @property
    def key(self) -> str:
        """What has least left comes first."""
        place = _FAR if self.left is None else self.left
        return f"{place + _FAR:020.6f} {self.subscription.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectivesView:
    """What the template reads."""

    query: ObjectivesQuery
    rows: Sequence[Aim]
    shown: int
    all: int
    next: str | None
    previous: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerView:
    """What the template reads."""

    aim: Aim
    one: ObjectiveLedger
    days: Picture


async def view(asked: Asked) -> ObjectivesView:
    """Those of the subscriptions that are there for whoever looks.

    All are put in order by what they have left; only those shown are asked for more.
    """
    query, world = asked.query_as(ObjectivesQuery), asked.api.world
    await world.table.ready()
    mine = owned(world, asked.by)
    async with consulted(asked) as (log, _):
        of = Asking(log.ledger, asked.api.objective, world.clock.now())
        stands = await stands_of(of, mine)
        left = budgets_left(of, mine, stands)
        places = sorted((Place(one, left[one.id]) for one in mine), key=_key)
        fitting = [one for one in places if _fits(one, query)]
        shown, after, before = cut(
            fitting,
            _key,
            limit=query.limit,
            cursor=query.cursor,
            about=f"ui objectives {query.q} {query.budget}",
        )
        rows = await objective_rows(of, [one.subscription for one in shown], stands)
    told = {
        str(row["subscription"]): ObjectiveShown.model_validate(row) for row in rows
    }
    return ObjectivesView(
        query=query,
        rows=[Aim(told[one.subscription.id], one.left) for one in shown],
        shown=len(fitting),
        all=len(mine),
        next=after,
        previous=before,
    )


def _key(place: Place) -> str:
    return place.key


def _fits(place: Place, query: ObjectivesQuery) -> bool:
    named = query.q.lower() in place.subscription.id
    return named and query.budget in {"", place.word}


async def ledger(asked: Asked) -> LedgerView:
    """The ledger of the one that the path names."""
    one = content_of(await get_objective(asking(asked)), ObjectiveLedger)
    return LedgerView(aim=_aim(one), one=one, days=_days(one))


def _aim(one: ObjectiveShown) -> Aim:
    return Aim(one, one.left / one.allowed if one.allowed else None)


def _days(one: ObjectiveLedger) -> Picture:
    return uptime(
        Uptime(
            title=f"Kept by day, {len(one.days)} days",
            days=[Day(date.fromisoformat(day.day), _share(day)) for day in one.days],
            objective=one.success,
            whole=one.attained,
        )
    )


def _share(day: ObjectiveDay) -> float | None:
    """A day on which nothing was accepted and nothing promised ended was down."""
    if day.attained is None and day.down_minutes:
        return 0.0
    return day.attained


PAGES = (
    Page(
        path="/objectives",
        name="objectives",
        scope=Scope.SUBSCRIPTIONS_READ,
        view=view,
        template="objectives.html.j2",
        query=ObjectivesQuery,
        nav="Objectives",
    ),
    Page(
        path="/subscriptions/{subscription}/objective",
        under="/objectives",
        name="objective",
        scope=Scope.SUBSCRIPTIONS_READ,
        view=ledger,
        template="objective.html.j2",
        tenants=True,
        example={"subscription": "acme-shop"},
    ),
)
