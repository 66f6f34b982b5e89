"""Who changed what, over HTTP."""

import json
from typing import Annotated, Literal, TypeAlias, cast

from pydantic import Field

from bus.access.roles import Scope
from bus.log.questions import AuditQuestion
from bus.log.rows import AuditRow
from processors.gateway.letter_models import Word
from processors.gateway.logged import (
    SpanQuery,
    consulted,
    moment_of,
    span_of,
    turned,
)
from processors.gateway.model import Model, Page
from processors.gateway.routes import Asked, Reply, Route

EntityWord: TypeAlias = Literal[
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
]


class AuditQuery(SpanQuery):
    """Which changes; all that is given has to fit."""

    entity: Annotated[
        EntityWord | None, Field(description="The kind of what was changed.")
    ] = None
    id: Annotated[Word | None, Field(description="Of what was changed.")] = None
    actor: Annotated[
        Word | None, Field(description="A key's id, `cli:ACCOUNT`, or `bus`.")
    ] = None


class ChangeShown(Model):
    """Who changed what; never a secret."""

    at: str
    actor: str
    tenant: Annotated[str, Field(description="Whose it was; empty: the operators'.")]
    address: Annotated[
        str,
        Field(description="From where; a tenant is told those of its own keys only."),
    ]
    action: str
    entity: str
    entity_id: str
    before: Annotated[
        object, Field(description="An object, null, or its text where it was cut.")
    ]
    after: object


class ChangeRows(Page[ChangeShown]):
    """A page of changes, the newest first."""


async def list_audit(asked: Asked) -> Reply:
    """A page of changes, the newest first."""
    query = asked.query_as(AuditQuery)
    span = span_of(asked, query)
    question = AuditQuestion(
        entity=query.entity,
        entity_id=query.id,
        actor=query.actor,
        since_us=span.since_us,
        until_us=span.until_us,
        tenant=asked.by.tenant or None,
    )
    async with consulted(asked) as (log, headers):
        page = await log.audit(question, span.paging)
    fields = turned(page, lambda row: _shown(asked, row), span, query)
    return Reply(content=ChangeRows.model_validate(fields), headers=headers)


def _shown(asked: Asked, row: AuditRow) -> ChangeShown:
    return ChangeShown(
        at=moment_of(row.arrived_us),
        actor=row.actor,
        tenant=row.tenant,
        address=row.address if _tells_address(asked, row.actor) else "",
        action=row.action,
        entity=row.entity,
        entity_id=row.entity_id,
        before=_value(row.before),
        after=_value(row.after),
    )


def _tells_address(asked: Asked, actor: str) -> bool:
    """A tenant learns no address of our network from what operators did for it."""
    if not asked.by.tenant:
        return True
    key = asked.api.keys.table.get(actor)
    return key is not None and key.tenant == asked.by.tenant


def _value(text: str) -> object:
    """What the log has as JSON; it cuts what is very long."""
    try:
        return cast("object", json.loads(text)) if text else None
    except (ValueError, RecursionError):
        return text


ROUTES = (
    Route(
        method="GET",
        path="/v1/audit",
        operation="listAudit",
        summary="Who changed what, when and from where, the newest first.",
        description="Never a secret. A tenant sees what was done to its own things. "
        "From the log.",
        tag="Operations",
        scope=Scope.AUDIT_READ,
        handler=list_audit,
        query=AuditQuery,
        answer=ChangeRows,
        logged=True,
    ),
)
