"""Parked orders, those that have to go first first."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal, get_args

from pydantic import Field

from bus.access.roles import Scope
from bus.intake.parked.grouping import GROUP
from processors.gateway.model import PageQuery
from processors.gateway.parked import list_items
from processors.gateway.parked_models import (
    ParkedQuery,
    ParkedRow,
    ParkedRows,
    State,
)
from processors.gateway.routes import Asked
from processors.web.asking import asking, content_of
from processors.web.pages import Page

STATES: Sequence[str] = (*get_args(State), "all")
_Word = Annotated[str, Field(max_length=256)]


class ListQuery(PageQuery):
    """What a list shows; what is empty does not narrow."""

    state: State | Literal["all", ""] = "parked"
    q: _Word = ""
    group: Annotated[str, Field(pattern=f"^({GROUP})?$")] = ""
    source: _Word = ""
    account: _Word = ""
    assignee: _Word = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemsView:
    """What the template reads."""

    query: ListQuery
    states: Sequence[str]
    rows: Sequence[ParkedRow]
    next: str | None
    previous: str | None
    narrowed: bool


async def view(asked: Asked) -> ItemsView:
    """A page of them."""
    query = asked.query_as(ListQuery)
    wanted = ParkedQuery(
        group=query.group or None,
        state=query.state or "all",
        source=query.source or None,
        account=query.account or None,
        assignee=query.assignee or None,
        order=query.q or None,
        limit=query.limit,
        cursor=query.cursor,
    )
    found = content_of(await list_items(asking(asked, query=wanted)), ParkedRows)
    more = (query.q, query.group, query.source, query.account, query.assignee)
    return ItemsView(
        query=query,
        states=STATES,
        rows=found.data,
        next=found.next,
        previous=found.previous,
        narrowed=any(more),
    )


PAGES = (
    Page(
        path="/intake/orders",
        name="intakeOrders",
        scope=Scope.PARKED_READ,
        view=view,
        template="intake_items.html.j2",
        query=ListQuery,
    ),
)
