"""All dead letters by cause: how many, how old, whose."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bus.access.roles import Scope
from processors.gateway.causes import CausesQuery, Group, letter_groups
from processors.gateway.paging import cut
from processors.gateway.routes import Asked
from processors.web.pages import Page

_MOST_OWNERS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class CausesView:
    """What the template reads; `complete`: all were counted."""

    query: CausesQuery
    rows: Sequence[Group]
    shown: int
    all: int
    pending: int
    complete: bool
    subscriptions: int
    oldest_s: float | None
    newest_s: float | None
    owners: Sequence[tuple[str, int]]
    may_write: bool
    why: str
    age_s: float
    next: str | None
    previous: str | None


async def view(asked: Asked) -> CausesView:
    """Those that are there for whoever looks."""
    query = asked.query_as(CausesQuery)
    known, mine = await letter_groups(asked)
    fitting = [one for one in mine if query.q.lower() in one.text]
    rows, after, before = cut(
        fitting,
        _key,
        limit=query.limit,
        cursor=query.cursor,
        about=f"ui dead letters {query.q}",
    )
    found = [one for one in fitting if one.cause.count]
    now = asked.api.world.clock.now()
    owners = whose(found)
    return CausesView(
        query=query,
        rows=rows,
        shown=len(fitting),
        all=len(mine),
        pending=owners.total(),
        complete=all(one.cause.complete for one in fitting),
        subscriptions=len({one.cause.owner for one in found}),
        oldest_s=max((now - one.cause.oldest_ms / 1e3 for one in found), default=None),
        newest_s=min((now - one.cause.newest_ms / 1e3 for one in found), default=None),
        owners=owners.most_common(_MOST_OWNERS),
        may_write=asked.by.may(Scope.LETTERS_WRITE),
        why=known.why,
        age_s=known.age_s,
        next=after,
        previous=before,
    )


def whose(found: Iterable[Group]) -> Counter[str]:
    """How many are whose; of those without an owner, the operators', as ''."""
    owners: Counter[str] = Counter()
    for one in found:
        owners["removed" if one.removed else one.owner] += one.cause.count
    return owners


def _key(one: Group) -> str:
    return one.key


PAGES = (
    Page(
        path="/dead-letters",
        name="deadLetters",
        scope=Scope.LETTERS_READ,
        view=view,
        template="dead_letters.html.j2",
        query=CausesQuery,
        nav="Dead letters",
    ),
)
