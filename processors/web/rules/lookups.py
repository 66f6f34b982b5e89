"""Lookup tables of the rules, and the rows of one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from bus.access.roles import Scope
from processors.gateway.lookups import list_lookups
from processors.gateway.model import PageQuery
from processors.gateway.paging import cut
from processors.gateway.problems import NOT_FOUND, ProblemError
from processors.gateway.routes import Asked
from processors.gateway.rule_models import LookupShown, LookupsShown
from processors.gateway.rules import rules_of
from processors.web.asking import asking, content_of
from processors.web.pages import Page


class RowsQuery(PageQuery):
    """Which rows are listed."""

    q: Annotated[str, Field(max_length=200)] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LookupsView:
    """What the template of all reads."""

    rows: Sequence[LookupShown]
    may_change: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LookupView:
    """What the template of one reads."""

    query: RowsQuery
    table: str
    columns: Sequence[str]
    rows: Sequence[tuple[str, Mapping[str, str]]]
    shown: int
    all: int
    may_change: bool
    next: str | None
    previous: str | None


async def view(asked: Asked) -> LookupsView:
    """All tables."""
    found = content_of(await list_lookups(asking(asked)), LookupsShown)
    return LookupsView(rows=found.data, may_change=asked.by.may(Scope.RULES_WRITE))


async def view_one(asked: Asked) -> LookupView:
    """The rows of the table that the path names, by key."""
    query, name = asked.query_as(RowsQuery), asked.path["table"]
    held = (await rules_of(asked)).lookups.table(name)
    if not held:
        raise ProblemError(NOT_FOUND)
    words = query.q.lower()
    fitting = sorted(key for key in held if words in key.lower())
    keys, after, before = cut(
        fitting,
        lambda key: key,
        limit=query.limit,
        cursor=query.cursor,
        about=f"ui lookup {name} {query.q}",
    )
    rows = [(key, held[key]) for key in keys]
    return LookupView(
        query=query,
        table=name,
        columns=sorted({column for _, row in rows for column in row}),
        rows=rows,
        shown=len(fitting),
        all=len(held),
        may_change=asked.by.may(Scope.RULES_WRITE),
        next=after,
        previous=before,
    )


PAGES = (
    Page(
        path="/rules/lookups",
        name="lookups",
        scope=Scope.RULES_READ,
        view=view,
        template="rules_lookups.html.j2",
    ),
    Page(
        path="/rules/lookups/{table}",
        name="lookup",
        scope=Scope.RULES_READ,
        view=view_one,
        template="rules_lookup.html.j2",
        query=RowsQuery,
        example={"table": "prices"},
    ),
)
