"""The table of all subscriptions: sorted, filtered, in pages; the URL says how."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from bus.access.roles import Scope
from bus.watch.verdicts import WORST
from processors.gateway.model import PageQuery
from processors.gateway.paging import cut
from processors.gateway.routes import Asked
from processors.gateway.tenants import owned
from processors.web.fleet import Faring, faring, made_of, sources
from processors.web.pages import Page

_HUGE = 1e15
Rank: TypeAlias = Callable[[Faring], float | None]
Direction: TypeAlias = Literal["", "ascending", "descending"]


def _breaker(one: Faring) -> float | None:
    return None if one.breaker is None else float(one.breaker not in {"closed", "-"})


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the table. `rank` is what it is sorted by; numbers: largest first."""

    key: str
    label: str
    rank: Rank
    number: bool = True


COLUMNS: Sequence[Column] = (
    Column("id", "Subscription", lambda _: 0.0, number=False),
    Column("health", "Health", lambda one: -WORST.index(one.health), number=False),
    Column("rate", "Rate", lambda one: one.rate),
    Column("success", "Success", lambda one: one.success),
    Column("p95", "p95", lambda one: one.p95_us),
    Column("waiting", "Waiting", lambda one: one.waiting),
    Column("oldest", "Oldest", lambda one: one.oldest_s),
    Column("breaker", "Breaker", _breaker, number=False),
    Column("dead", "Dead letters", lambda one: one.dead),
)
_RANKS: Mapping[str, Rank] = {column.key: column.rank for column in COLUMNS}


class ListQuery(PageQuery):
    """What the table shows, and in which order; a minus turns that round."""

    q: Annotated[str, Field(max_length=100)] = ""
    state: Literal["", "active", "paused", "disabled", "removing"] = ""
    health: Literal["", "healthy", "degraded", "failing", "held", "unknown"] = ""
    sort: Annotated[
        str,
        Field(pattern=r"^-?(id|health|rate|success|p95|waiting|oldest|breaker|dead)$"),
    ] = "id"


@dataclass(frozen=True, slots=True)
class Heading:
    """A column's heading: where a click leads, and how the table is sorted now."""

    label: str
    number: bool
    sort: str
    sorted: Direction


@dataclass(frozen=True, slots=True)
class ListView:
    """What the template reads."""

    query: ListQuery
    headings: Sequence[Heading]
    rows: Sequence[Faring]
    shown: int
    all: int
    next: str | None
    previous: str | None
    unknown: Sequence[str]
    age_s: float
    may_add: bool
    tenant: str


async def view(asked: Asked) -> ListView:
    """The subscriptions that are there for whoever looks."""
    query = asked.query_as(ListQuery)
    await asked.api.world.table.ready()
    mine = owned(asked.api.world, asked.by)
    known = await sources(asked)
    found = [faring(one, known, asked.by) for one in mine]
    fitting = [one for one in found if _fits(one, query)]
    key = _key(query.sort)
    rows, after, before = cut(
        sorted(fitting, key=key),
        key,
        limit=query.limit,
        cursor=query.cursor,
        about=f"ui subscriptions {query.q} {query.state} {query.health} {query.sort}",
    )
    return ListView(
        query=query,
        headings=[_heading(column, query.sort) for column in COLUMNS],
        rows=rows,
        shown=len(fitting),
        all=len(mine),
        next=after,
        previous=before,
        unknown=known.unknown,
        age_s=known.standing.age_s,
        may_add=asked.by.may(Scope.SUBSCRIPTIONS_WRITE),
        tenant=asked.by.tenant,
    )


def _fits(one: Faring, query: ListQuery) -> bool:
    return (
        query.q.lower() in f"{one.id} {one.owner} {one.endpoint}".lower()
        and query.state in {"", one.state}
        and query.health in {"", one.health.value}
    )


def _key(sort: str) -> Callable[[Faring], str]:
    """What a table is sorted by, as text; what is not known comes last."""
    rank = _RANKS[sort.removeprefix("-")]
    sign = 1 if sort.startswith("-") else -1

    def key(one: Faring) -> str:
        if sort == "-id":
            return _turned(one.id)
        found = rank(one)
        place = "~" if found is None else f"{_HUGE + sign * found:023.6f}"
        return f"{place} {one.id}"

    return key


def _turned(text: str) -> str:
    """Text that sorts the other way round; of two with one beginning, the longer."""
    return "".join(chr(0x7F - ord(letter)) for letter in text) + "\x7f"


def _heading(column: Column, sort: str) -> Heading:
    is_it = sort.removeprefix("-") == column.key
    turned = sort.startswith("-")
    # Numbers come largest first, names from A on.
    rising = turned if column.number else not turned
    direction: Direction = "ascending" if rising else "descending"
    return Heading(
        label=column.label,
        number=column.number,
        sort=f"-{column.key}" if is_it and not turned else column.key,
        sorted=direction if is_it else "",
    )


PAGES = (
    Page(
        path="/subscriptions",
        name="subscriptions",
        scope=Scope.SUBSCRIPTIONS_READ,
        view=view,
        template="subscriptions.html.j2",
        query=ListQuery,
        nav="Subscriptions",
        live=True,
        made_of=made_of,
        find="q",
    ),
)
