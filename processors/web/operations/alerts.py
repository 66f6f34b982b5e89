"""All alerts: what fires first; who is told of them, and of what nobody is told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from bus.access.roles import Scope
from processors.gateway.model import PageQuery
from processors.gateway.paging import cut
from processors.gateway.routes import Asked
from processors.gateway.watch_models import (
    AlertQuery,
    Alerts,
    AlertShown,
    Silences,
    SilenceShown,
    Sinks,
    SinkShown,
)
from processors.gateway.watching import list_alerts, list_silences, list_sinks
from processors.web.asking import asking, content_of
from processors.web.pages import Page

LENGTHS = ("30m", "1h", "2h", "8h", "1d", "7d")
"""For how long a silence may last, as it is offered."""
_PHASES = ("firing", "pending", "resolved")
_LATEST_S = 1e12


class AlertsQuery(PageQuery):
    """Which alerts are listed."""

    q: Annotated[str, Field(max_length=100)] = ""
    phase: Literal["", "firing", "pending", "resolved"] = ""
    severity: Literal["", "page", "ticket"] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertsView:
    """What the template reads."""

    query: AlertsQuery
    rows: Sequence[AlertShown]
    shown: int
    all: int
    next: str | None
    previous: str | None
    unknown: Sequence[str]
    silences: Sequence[SilenceShown]
    sinks: Sequence[SinkShown]
    may_silence: bool
    lengths: Sequence[str] = LENGTHS


async def view(asked: Asked) -> AlertsView:
    """What fires, what is pending, and what was resolved in the last week."""
    query = asked.query_as(AlertsQuery)
    found = await alerts(asked)
    fitting = sorted((one for one in found.data if _fits(one, query)), key=_key)
    rows, after, before = cut(
        fitting,
        _key,
        limit=query.limit,
        cursor=query.cursor,
        about=f"ui alerts {query.q} {query.phase} {query.severity}",
    )
    return AlertsView(
        query=query,
        rows=rows,
        shown=len(fitting),
        all=len(found.data),
        next=after,
        previous=before,
        unknown=unknown_of(found),
        silences=await silences(asked),
        sinks=content_of(await list_sinks(asking(asked)), Sinks).data,
        may_silence=asked.by.may(Scope.ALERTS_WRITE),
    )


async def alerts(asked: Asked) -> Alerts:
    """All of them, also what is over."""
    query = AlertQuery(resolved=True)
    return content_of(await list_alerts(asking(asked, query=query)), Alerts)


async def silences(asked: Asked) -> Sequence[SilenceShown]:
    """Those that last."""
    return content_of(await list_silences(asking(asked)), Silences).data


def unknown_of(found: Alerts) -> Sequence[str]:
    """Why nobody knows how all is, as a sentence."""
    return [f"What fires now is not known: {found.stale}."] if found.stale else []


def _fits(one: AlertShown, query: AlertsQuery) -> bool:
    text = f"{one.rule} {one.kind}/{one.name} {one.evidence}".lower()
    return (
        query.q.lower() in text
        and query.phase in {"", one.phase}
        and query.severity in {"", one.severity}
    )


def _key(one: AlertShown) -> str:
    """What fires first, the gravest and oldest of it; what is over newest first."""
    at = datetime.fromisoformat(one.resolved or one.since).timestamp()
    place = _LATEST_S - at if one.phase == "resolved" else at
    grave = one.phase != "resolved" and one.severity != "page"
    phase = _PHASES.index(one.phase)
    return f"{phase}{grave:d} {place:020.6f} {one.rule} {one.kind}/{one.name}"


PAGES = (
    Page(
        path="/alerts",
        name="alerts",
        scope=Scope.STATUS_READ,
        view=view,
        template="alerts.html.j2",
        query=AlertsQuery,
        nav="Alerts",
    ),
)
