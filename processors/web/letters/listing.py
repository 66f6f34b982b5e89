"""The dead letters of one subscription, the newest first; some are chosen here."""

from collections.abc import Sequence
from dataclasses import dataclass

from bus.access.roles import Scope
from processors.gateway.letter_models import LetterRow, LetterRows
from processors.gateway.letters import list_letters
from processors.gateway.routes import Asked
from processors.gateway.tenants import letters_owner
from processors.web.asking import asking, content_of
from processors.web.letters.meant import REASONS, STATES, ListQuery, listed
from processors.web.pages import Page


@dataclass(frozen=True, slots=True, kw_only=True)
class LettersView:
    """What the template reads; `removed`: its subscription is not there any more."""

    subscription: str
    removed: bool
    query: ListQuery
    reasons: Sequence[str]
    states: Sequence[str]
    rows: Sequence[LetterRow]
    next: str | None
    may_write: bool


async def view(asked: Asked) -> LettersView:
    """A page of them."""
    query, name = asked.query_as(ListQuery), await letters_owner(asked)
    reply = await list_letters(asking(asked, query=listed(query)))
    found = content_of(reply, LetterRows)
    return LettersView(
        subscription=name,
        removed=asked.api.world.table.get(name) is None,
        query=query,
        reasons=REASONS,
        states=STATES,
        rows=found.data,
        next=found.next,
        may_write=asked.by.may(Scope.LETTERS_WRITE),
    )


PAGES = (
    Page(
        path="/subscriptions/{subscription}/dead-letters",
        under="/dead-letters",
        name="deadLettersOfOne",
        scope=Scope.LETTERS_READ,
        view=view,
        template="dead_letters_list.html.j2",
        query=ListQuery,
        tenants=True,
        example={"subscription": "acme-shop"},
    ),
)
