"""All sources of intake, and the form that makes one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from bus.access.roles import Scope
from bus.intake.sources import Source
from processors.gateway.model import PageQuery
from processors.gateway.paging import cut
from processors.gateway.routes import Asked
from processors.gateway.sources import mine, world_of
from processors.sources.showing import path_shown
from processors.web.pages import Page
from processors.web.sources.faring import Fares, faring


class SourcesQuery(PageQuery):
    """Which sources are listed; what is empty does not narrow."""

    q: Annotated[str, Field(max_length=100)] = ""
    state: Literal["", "active", "paused"] = ""
    channel: Annotated[str, Field(max_length=63)] = ""
    health: Literal["", "failing", "degraded", "unknown", "held", "healthy"] = ""
    lacks: Literal["", "orders", "numbers"] = ""


@dataclass(frozen=True, slots=True)
class SourceLine:
    """A source in the list."""

    one: Source
    path: str
    fares: Fares


@dataclass(frozen=True, slots=True, kw_only=True)
class SourcesView:
    """What the template reads; of `channels` one can be made, if `may_add`."""

    query: SourcesQuery
    rows: Sequence[SourceLine]
    shown: int
    all: int
    next: str | None
    previous: str | None
    unreadable: Sequence[str]
    channels: Sequence[str]
    may_add: bool
    may_wait: bool
    tenant: str


async def view(asked: Asked) -> SourcesView:
    """The sources that are there for whoever looks."""
    query, world = asked.query_as(SourcesQuery), await world_of(asked)
    await asked.api.board.ready()
    all_ = mine(world, asked.by)
    fares = {one.one.source: one for one in faring(asked, all_)}
    fitting = [
        one for one in all_ if _fits(one, query) and _fares_so(fares[one.id], query)
    ]
    rows, after, before = cut(
        fitting,
        lambda one: one.id,
        limit=query.limit,
        cursor=query.cursor,
        about=f"ui sources {query.q} {query.state} {query.channel} {query.health}"
        f" {query.lacks}",
    )
    return SourcesView(
        query=query,
        rows=[SourceLine(one, path_shown(one), fares[one.id]) for one in rows],
        shown=len(fitting),
        all=len(all_),
        next=after,
        previous=before,
        unreadable=[] if asked.by.tenant else sorted(world.table.unreadable),
        channels=world.channels.names(),
        may_add=asked.by.may(Scope.SOURCES_WRITE),
        may_wait=asked.by.may(Scope.PARKED_READ),
        tenant=asked.by.tenant,
    )


def _fits(one: Source, query: SourcesQuery) -> bool:
    text = f"{one.id} {one.title} {one.owner} {one.account}".lower()
    return (
        query.q.lower() in text
        and query.state in {"", one.state.value}
        and query.channel in {"", one.channel}
    )


def _fares_so(fares: Fares, query: SourcesQuery) -> bool:
    """Whether it is as well as is asked for, and lacks what is asked for.

    That are orders of its list that did not come, or numbers of orders.
    """
    lacks = {"": 1, "orders": fares.one.day.missed, "numbers": fares.one.missing}
    return query.health in {"", fares.one.state} and lacks[query.lacks] > 0


PAGES = (
    Page(
        path="/sources",
        name="sources",
        scope=Scope.SOURCES_READ,
        view=view,
        template="sources.html.j2",
        query=SourcesQuery,
        nav="Sources",
        find="q",
    ),
)
