"""The search for events: every filter in the URL, one field for ids of any kind."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bus.access.roles import Scope
from processors.gateway.log_lists import get_event, list_events
from processors.gateway.log_models import EventQuery, EventRows, EventsNamed
from processors.gateway.log_models import LoggedEvent as Logged
from processors.gateway.problems import NOT_FOUND, UNAVAILABLE, ProblemError
from processors.gateway.routes import Asked
from processors.web.asking import asking
from processors.web.events.asking import Saved, SearchQuery, Text, answered
from processors.web.pages import Page


class FindQuery(SearchQuery):
    """Which events; `q` is an event's id, its producer's, or an order's."""

    channel: Text = ""
    account: Text = ""


SAVED: Sequence[Saved] = (
    Saved("Last five minutes", {"since": "5m"}),
    Saved("Failed, last hour", {"outcome": "failed", "since": "1h"}),
    Saved("No answer, last hour", {"outcome": "unreachable", "since": "1h"}),
    Saved("Refused, last day", {"outcome": "refused", "since": "24h"}),
)


@dataclass(frozen=True, slots=True)
class FindView:
    """What the template reads. `named`: the rows are those of one id."""

    query: FindQuery
    rows: Sequence[Logged]
    next: str | None
    previous: str | None
    named: bool
    wholly: bool
    saved: Sequence[Saved]
    why: str


async def view(asked: Asked) -> FindView:
    """What there is for whoever looks: first by id, then by order and the rest."""
    query = asked.query_as(FindQuery)
    rows, why = await _named(asked, query)
    page = None
    if not rows and not why:
        wanted = EventQuery.model_validate(
            {
                **query.common(),
                "order": query.q or None,
                "channel": query.channel or None,
                "account": query.account or None,
            }
        )
        page, why = await answered(asked, wanted, list_events, EventRows)
    return FindView(
        query=query,
        rows=page.data if page else rows,
        next=page.next if page else None,
        previous=page.previous if page else None,
        named=bool(rows),
        wholly=asked.by.may(Scope.EVENTS_READ),
        saved=SAVED,
        why=why,
    )


async def _named(asked: Asked, query: FindQuery) -> tuple[Sequence[Logged], str]:
    if not query.q or query.cursor:
        return (), ""
    named = replace(asking(asked), path={"event": query.q})
    try:
        found = (await get_event(named)).content
    except ProblemError as problem:
        if problem.kind is NOT_FOUND:
            return (), ""
        if problem.kind is UNAVAILABLE:
            return (), problem.detail
        raise
    return (found.data, "") if isinstance(found, EventsNamed) else ((), "")


PAGES = (
    Page(
        path="/events",
        name="events",
        scope=Scope.DELIVERIES_READ,
        view=view,
        template="events.html.j2",
        query=FindQuery,
        nav="Events",
        find="q",
    ),
)
