"""Who changed what, when and from where, with what differs; never a secret."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal, NamedTuple, cast

from pydantic import Field

from bus.access.roles import Scope
from processors.gateway.audit import AuditQuery, ChangeRows, ChangeShown, list_audit
from processors.gateway.model import PageQuery
from processors.gateway.moments import PATTERN
from processors.gateway.routes import Asked
from processors.web.asking import asking, content_of
from processors.web.pages import Page

ENTITIES = (
    *("subscription", "source", "key", "letters", "quarantine"),
    *("events", "ack", "silence", "rule", "lookup", "schema"),
)
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
    ] = ""
    id: Annotated[str, Field(pattern=_TEXT)] = ""
    actor: Annotated[str, Field(pattern=_TEXT)] = ""
    since: Annotated[str, Field(pattern=rf"^$|{PATTERN}")] = ""
    until: Annotated[str, Field(pattern=rf"^$|{PATTERN}")] = ""


class Difference(NamedTuple):
    """A field that is not what it was; empty: it was, or is, not there."""

    name: str
    before: str
    after: str


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
        rows=[Changed(one, list(differences(one))) for one in found.data],
        next=found.next,
        previous=found.previous,
    )


def differences(one: ChangeShown) -> Iterator[Difference]:
    """What is not as it was, by name; of what was added or is gone, all of it."""
    left, right = _fields(one.before), _fields(one.after)
    for name in sorted({*left, *right}):
        before, after = _text(left.get(name)), _text(right.get(name))
        if before != after:
            yield Difference(name, before, after)


def _fields(value: object) -> Mapping[str, object]:
    """What the log has cut, being very long, comes as a text."""
    if isinstance(value, dict):
        return cast("Mapping[str, object]", value)
    return {"all": value} if value else {}


def _text(value: object) -> str:
    if value is None or value in ("", [], {}):
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


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
