"""All that nobody could decode by cause: how many, how old, whose; in their words."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from bus.access.roles import Scope
from processors.gateway.item_causes import ItemCausesQuery, ItemGroup, item_groups
from processors.gateway.paging import cut
from processors.gateway.routes import Asked
from processors.web.pages import Page
from processors.web.quarantine.meant import REASONS

_MOST_SENDERS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class CausesView:
    """What the template reads; `complete`: all were counted.

    `senders` are who wrote most of them, as the records say, with how many.
    """

    query: ItemCausesQuery
    reasons: Sequence[str]
    rows: Sequence[ItemGroup]
    shown: int
    all: int
    pending: int
    complete: bool
    topics: int
    oldest_s: float | None
    newest_s: float | None
    senders: Sequence[tuple[str, int]]
    may_write: bool
    why: str
    age_s: float
    next: str | None
    previous: str | None


async def view(asked: Asked) -> CausesView:
    """What is pending."""
    query = asked.query_as(ItemCausesQuery)
    known, groups = await item_groups(asked)
    fitting = [one for one in groups if query.fits(one)]
    rows, after, before = cut(
        fitting,
        lambda one: one.key,
        limit=query.limit,
        cursor=query.cursor,
        about=f"ui quarantine {query.about}",
    )
    found = [one.cause for one in fitting if one.cause.count]
    now = asked.api.world.clock.now()
    senders = Counter[str]()
    for one in found:
        senders[one.source] += one.count
    return CausesView(
        query=query,
        reasons=REASONS,
        rows=rows,
        shown=len(fitting),
        all=len(groups),
        pending=sum(one.count for one in found),
        complete=all(one.cause.complete for one in fitting),
        topics=len({one.owner for one in found}),
        oldest_s=max((now - one.oldest_ms / 1e3 for one in found), default=None),
        newest_s=min((now - one.newest_ms / 1e3 for one in found), default=None),
        senders=senders.most_common(_MOST_SENDERS),
        may_write=asked.by.may(Scope.QUARANTINE_WRITE),
        why=known.why,
        age_s=known.age_s,
        next=after,
        previous=before,
    )


PAGES = (
    Page(
        path="/quarantine",
        name="quarantine",
        scope=Scope.QUARANTINE_READ,
        view=view,
        template="quarantine.html.j2",
        query=ItemCausesQuery,
        nav="Quarantine",
    ),
)
