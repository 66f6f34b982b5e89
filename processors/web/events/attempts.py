"""The search for attempts: who was sent what, and what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from bus.access.roles import Scope
from processors.gateway.log_lists import list_attempts
from processors.gateway.log_models import AttemptQuery, AttemptRows, LoggedAttempt
from processors.gateway.routes import Asked
from processors.web.events.asking import Saved, SearchQuery, Text, answered
from processors.web.pages import Page


class AttemptsQuery(SearchQuery):
    """Which attempts; `q` is an order's id."""

    event: Text = ""


SAVED: Sequence[Saved] = (
    Saved("Failed, last hour", {"outcome": "failed", "since": "1h"}),
    Saved("No answer, last hour", {"outcome": "unreachable", "since": "1h"}),
    Saved("Told to slow down", {"outcome": "throttled", "since": "1h"}),
    Saved("Refused, last day", {"outcome": "refused", "since": "24h"}),
    Saved("Held back", {"outcome": "held", "since": "1h"}),
)


@dataclass(frozen=True, slots=True)
class AttemptsView:
    """What the template reads."""

    query: AttemptsQuery
    rows: Sequence[LoggedAttempt]
    next: str | None
    previous: str | None
    saved: Sequence[Saved]
    why: str


async def view(asked: Asked) -> AttemptsView:
    """Those of the subscriptions that are there for whoever looks."""
    query = asked.query_as(AttemptsQuery)
    wanted = AttemptQuery.model_validate(
        {
            **query.common(),
            "event": query.event or None,
            "order": query.q or None,
        }
    )
    page, why = await answered(asked, wanted, list_attempts, AttemptRows)
    return AttemptsView(
        query=query,
        rows=page.data if page else (),
        next=page.next if page else None,
        previous=page.previous if page else None,
        saved=SAVED,
        why=why,
    )


PAGES = (
    Page(
        path="/attempts",
        name="attempts",
        scope=Scope.DELIVERIES_READ,
        view=view,
        template="attempts.html.j2",
        query=AttemptsQuery,
        nav="Attempts",
        find="q",
    ),
)
