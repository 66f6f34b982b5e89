"""All lines of the rules: those that came with the bus, stored ones, trials."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from bus.access.roles import Scope
from processors.gateway.model import PageQuery
from processors.gateway.paging import cut
from processors.gateway.routes import Asked
from processors.gateway.rule_models import LineShown, LinesShown, Word
from processors.gateway.rules import list_rules
from processors.web.asking import asking, content_of
from processors.web.pages import Page


class LinesQuery(PageQuery):
    """Which lines are listed; what is empty does not narrow."""

    q: Annotated[str, Field(max_length=100)] = ""
    layer: Literal["", "shipped", "stored", "trial"] = ""
    mode: Literal["", "off", "observe", "enforce"] = ""
    scope: Word = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinesView:
    """What the template reads."""

    query: LinesQuery
    rows: Sequence[LineShown]
    shown: int
    all: int
    may_apply: bool
    next: str | None
    previous: str | None


async def view(asked: Asked) -> LinesView:
    """A page of them, by id; the widest scope of each first."""
    query = asked.query_as(LinesQuery)
    lines = content_of(await list_rules(asking(asked)), LinesShown).data
    fitting = sorted((one for one in lines if _fits(one, query)), key=_key)
    rows, after, before = cut(
        fitting,
        _key,
        limit=query.limit,
        cursor=query.cursor,
        about=f"ui rules {query.q} {query.layer} {query.mode} {query.scope}",
    )
    return LinesView(
        query=query,
        rows=rows,
        shown=len(fitting),
        all=len(lines),
        may_apply=asked.by.may(Scope.RULES_WRITE),
        next=after,
        previous=before,
    )


def _fits(one: LineShown, query: LinesQuery) -> bool:
    text = f"{one.id} {one.check or ''} {one.about or ''} {one.why or ''}".lower()
    return (
        query.q.lower() in text
        and query.layer in {"", one.layer}
        and query.mode in {"", one.mode}
        and (not query.scope or query.scope in one.scope.values())
    )


def _key(one: LineShown) -> str:
    scope = " ".join(f"{name}={value}" for name, value in sorted(one.scope.items()))
    return f"{one.id} {len(one.scope)} {scope} {one.layer}"


PAGES = (
    Page(
        path="/rules",
        name="rules",
        scope=Scope.RULES_READ,
        view=view,
        template="rules.html.j2",
        query=LinesQuery,
        nav="Rules",
        find="q",
    ),
)
