"""Who changed what, when and from where, with what differs; never a secret."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from bus.access.entities import Entity
from bus.access.roles import Scope
from processors.access.differences import Difference, differences
from processors.gateway.audit import AuditQuery, ChangeRows, ChangeShown, list_audit
from processors.gateway.model import PageQuery
from processors.gateway.moments import PATTERN
from processors.gateway.routes import Asked
from processors.web.asking import asking, content_of
from processors.web.pages import Page

ENTITIES = tuple(one.value for one in Entity)
_TEXT = r"^[ -~]{0,200}$"


class HistoryQuery(PageQuery):
    """Which changes; what is empty is any."""

    entity: Literal[
        "",
        "subscription",
        "source",
        "key",
        "letters",
        "quarantine",
        "events",
        "ack",
        "silence",
        "rule",
        "lookup",
        "schema",
        "parked",
        "migration",
    ] = ""
    id: Annotated[str, Field(pattern=_TEXT)] = ""
    actor: Annotated[str, Field(pattern=_TEXT)] = ""
    since: Annotated[str, Field(pattern=rf"^$|{PATTERN}")] = ""
    until: Annotated[str, Field(pattern=rf"^$|{PATTERN}")] = ""


@dataclass(frozen=True, slots=True)
class Changed:
    """A change with what differs."""

    one: ChangeShown
    differs: Sequence[Difference]


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryView:
    """What the template reads."""

    query: HistoryQuery
    rows: Sequence[Changed]
    next: str | None
    previous: str | None
    entities: Sequence[str] = ENTITIES


async def view(asked: Asked) -> HistoryView:
    """A page of changes, the newest first."""
    query = asked.query_as(HistoryQuery)
    given = {name: value for name, value in query.model_dump().items() if value != ""}
    wanted = AuditQuery.model_validate(given)
    found = content_of(await list_audit(asking(asked, query=wanted)), ChangeRows)
    return HistoryView(
        query=query,
        rows=[changed(one) for one in found.data],
        next=found.next,
        previous=found.previous,
    )


def changed(one: ChangeShown) -> Changed:
    """A change with what differs."""
    return Changed(one, list(differences(one.before, one.after)))


PAGES = (
    Page(
        path="/audit",
        name="audit",
        scope=Scope.AUDIT_READ,
        view=view,
        template="audit.html.j2",
        query=HistoryQuery,
        nav="Audit",
    ),
)
