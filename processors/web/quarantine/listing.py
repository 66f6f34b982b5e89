"""Quarantined records, the newest first; some are chosen here."""

from collections.abc import Sequence
from dataclasses import dataclass

from bus.access.roles import Scope
from processors.gateway.quarantine import list_items
from processors.gateway.quarantine_models import ItemRow, ItemRows
from processors.gateway.routes import Asked
from processors.web.asking import asking, content_of
from processors.web.pages import Page
from processors.web.quarantine.meant import REASONS, STATES, ListQuery, listed


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemsView:
    """What the template reads."""

    query: ListQuery
    reasons: Sequence[str]
    states: Sequence[str]
    rows: Sequence[ItemRow]
    next: str | None
    may_write: bool


async def view(asked: Asked) -> ItemsView:
    """A page of them."""
    query = asked.query_as(ListQuery)
    found = content_of(await list_items(asking(asked, query=listed(query))), ItemRows)
    return ItemsView(
        query=query,
        reasons=REASONS,
        states=STATES,
        rows=found.data,
        next=found.next,
        may_write=asked.by.may(Scope.QUARANTINE_WRITE),
    )


PAGES = (
    Page(
        path="/quarantine/records",
        name="quarantined",
        scope=Scope.QUARANTINE_READ,
        view=view,
        template="quarantine_list.html.j2",
        query=ListQuery,
    ),
)
