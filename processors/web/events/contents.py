"""A search in what events hold: a bounded part at a time, with the way to go on."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from bus.access.roles import Scope
from processors.gateway.model import DIGITS, Model
from processors.gateway.problems import TOO_MANY, UNAVAILABLE, ProblemError
from processors.gateway.routes import Asked
from processors.gateway.searching import PayloadHits, PayloadQuery, search_payload
from processors.web.asking import asking
from processors.web.events.asking import Text, When
from processors.web.pages import Page


class ContentsQuery(Model):
    """What is looked for; empty: nothing yet. `before`: so many records were read."""

    text: Annotated[str, Field(pattern=r"^$|.{2}", max_length=200)] = ""
    type: Text = ""
    since: When = "24h"
    cursor: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{0,4000}$")] = ""
    before: Annotated[int, Field(ge=0, le=10**12), DIGITS] = 0


@dataclass(frozen=True, slots=True)
class ContentsView:
    """What the template reads; `why`: nothing was looked at."""

    query: ContentsQuery
    found: PayloadHits | None
    why: str


async def view(asked: Asked) -> ContentsView:
    """One search, as the API makes it."""
    query = asked.query_as(ContentsQuery)
    if not query.text:
        return ContentsView(query, None, "")
    wanted = PayloadQuery(
        text=query.text,
        type=(query.type,) if query.type else (),
        since=query.since or "7d",
        cursor=query.cursor,
    )
    try:
        found = (await search_payload(asking(asked, query=wanted))).content
    except ProblemError as problem:
        if problem.kind not in {TOO_MANY, UNAVAILABLE}:
            raise
        return ContentsView(query, None, problem.detail)
    if not isinstance(found, PayloadHits):
        raise TypeError("a search is answered by what it found")
    return ContentsView(query, found, "")


PAGES = (
    Page(
        path="/events/search-payload",
        name="searchPayload",
        scope=Scope.EVENTS_READ,
        view=view,
        template="contents.html.j2",
        query=ContentsQuery,
        example={"text": "mug-2200"},
    ),
)
