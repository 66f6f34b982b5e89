"""One group: by which terms it is ranked, its items, what can be done with all."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import get_args

from markupsafe import Markup

from bus.access.roles import Scope
from processors.gateway.model import PageQuery
from processors.gateway.parked import list_items
from processors.gateway.parked_decisions import (
    By,
)
from processors.gateway.parked_groups import get_group, list_groups
from processors.gateway.parked_models import (
    ParkedGroup,
    ParkedGroups,
    ParkedQuery,
    ParkedRow,
    ParkedRows,
    ParkedTerms,
)
from processors.gateway.routes import Asked
from processors.web.asking import asking, content_of
from processors.web.intake.groups import trend_of
from processors.web.pages import Page

EXAMPLE = {"group": "f1-7a91298b1334"}
FIELDS: Sequence[str] = get_args(By)


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupView:
    """What the template reads."""

    query: PageQuery
    one: ParkedGroup
    terms: ParkedTerms
    trend: Markup
    rows: Sequence[ParkedRow]
    next: str | None
    previous: str | None
    fields: Sequence[str]


async def view(asked: Asked) -> GroupView:
    """The group that the path names, and a page of its items."""
    query = asked.query_as(PageQuery)
    one = content_of(await get_group(asking(asked)), ParkedGroup)
    ranked = await list_groups(asking(asked, query=PageQuery(limit=1)))
    wanted = ParkedQuery(group=one.group, limit=query.limit, cursor=query.cursor)
    found = content_of(await list_items(asking(asked, query=wanted)), ParkedRows)
    return GroupView(
        query=query,
        one=one,
        terms=content_of(ranked, ParkedGroups).terms,
        trend=trend_of(one),
        rows=found.data,
        next=found.next,
        previous=found.previous,
        fields=FIELDS,
    )


PAGES = (
    Page(
        path="/intake/groups/{group}",
        name="intakeGroup",
        scope=Scope.PARKED_READ,
        view=view,
        template="intake_group.html.j2",
        query=PageQuery,
        tenants=True,
        example=EXAMPLE,
    ),
)
