"""All groups of parked orders, what is worth most time first."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from markupsafe import Markup

from bus.access.roles import Scope
from processors.gateway.model import PageQuery
from processors.gateway.parked_groups import list_groups
from processors.gateway.parked_models import (
    ParkedGroup,
    ParkedGroups,
    ParkedTerms,
)
from processors.gateway.routes import Asked
from processors.web.asking import asking, content_of
from processors.web.charts import Unit, sparkline
from processors.web.pages import Page


class Line(NamedTuple):
    """A group, and how many of it came by hour."""

    one: ParkedGroup
    trend: Markup


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupsView:
    """What the template reads; `orders` of them wait in all."""

    query: PageQuery
    terms: ParkedTerms
    rows: Sequence[Line]
    next: str | None
    previous: str | None
    tenant: bool


async def view(asked: Asked) -> GroupsView:
    """A page of them."""
    query = asked.query_as(PageQuery)
    found = content_of(await list_groups(asking(asked, query=query)), ParkedGroups)
    return GroupsView(
        query=query,
        terms=found.terms,
        rows=[Line(one, trend_of(one)) for one in found.data],
        next=found.next,
        previous=found.previous,
        tenant=bool(asked.by.tenant),
    )


def trend_of(one: ParkedGroup) -> Markup:
    """How many came in each of the last hours."""
    values = [float(count) for count in one.trend]
    return sparkline("Parked by hour", values, Unit.COUNT)


PAGES = (
    Page(
        path="/intake",
        name="intake",
        scope=Scope.PARKED_READ,
        view=view,
        template="intake.html.j2",
        query=PageQuery,
        nav="Intake",
    ),
)
"""The front page of intake: what waits for somebody."""
