"""Edits over HTTP: a quarantined or refused payload put right, the original kept."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from bus.access.roles import Scope
from processors.gateway.event_models import TYPE_PATTERN
from processors.gateway.model import DryRun, Model
from processors.gateway.problems import CONFLICT, NOT_FOUND, UNAVAILABLE, ProblemError
from processors.gateway.record_links import record_path
from processors.gateway.routes import Asked, Reply, Route
from processors.gateway.subscriptions import ONE
from processors.gateway.tenants import subscription_of
from processors.redrive.edits import Desk, Payload, replace_item, replace_letter
from processors.redrive.readiness import refuse_unready
from processors.redrive.replacing import Replaced

_ITEM = "/v1/quarantine/{topic}/{partition}/{offset}/replace"
_LETTER = f"{ONE}/dead-letters/{{event}}/replace"
_KEPT = (
    "The data has to match the schema of its type. The original stays as it was, "
    "marked as replaced; the new record says of which it was made, by whom and when. "
    "Asked again with the same data it is not done again (`already`); with other data "
    "it is 409. An edit that broke off is ended by the next one."
)


class EditedPayload(Model):
    """What is to be written instead."""

    data: Annotated[
        dict[str, object],
        Field(description="All fields of its schema, as `POST /v1/events` takes them."),
    ]
    type: Annotated[
        str | None,
        Field(
            pattern=TYPE_PATTERN,
            description="Needed where the original does not say its type.",
        ),
    ] = None


class EditedLetter(EditedPayload):
    """What is to be sent instead."""

    force: Annotated[
        bool, Field(description="Even if it is paused or its breaker is open.")
    ] = False


class Replacement(Model):
    """What stands in whose place."""

    of: Annotated[str, Field(description="The original's topic, partition, offset.")]
    to: Annotated[
        str | None, Field(description="The new record's; null where it is only tried.")
    ]
    record: Annotated[str | None, Field(description="Path of the new record.")]
    type: str
    event_id: Annotated[str, Field(description="The webhook-id.")]
    order_id: str
    before: Annotated[str, Field(description="SHA-256 of the original value.")]
    after: Annotated[str, Field(description="SHA-256 of the new value.")]
    already: Annotated[bool, Field(description="It had been done before.")]


async def replace_quarantined(asked: Asked) -> Reply:
    """Publish an edited record for one in quarantine."""
    world, edited = asked.api.world, asked.body_as(EditedPayload)
    place = "/".join(asked.path[name] for name in ("topic", "partition", "offset"))
    await world.table.ready()
    items = await asked.api.items.of(world, [place])
    if not items:
        raise ProblemError(NOT_FOUND)
    done = await replace_item(
        Desk(world, asked.api.writer, asked.api.items),
        items,
        Payload(edited.data, edited.type),
        dry_run=asked.query_as(DryRun).dry_run,
    )
    return _told(done)


async def replace_dead_letter(asked: Asked) -> Reply:
    """Send an edited event for one that was refused."""
    world, edited = asked.api.world, asked.body_as(EditedLetter)
    subscription = await subscription_of(asked)
    known, event = asked.api.letters, asked.path["event"]
    letters = await known.of(world, subscription.id, [event])
    if not letters:
        raise ProblemError(NOT_FOUND)
    await refuse_unready(world, subscription, force=edited.force)
    done = await replace_letter(
        Desk(world, asked.api.writer, known),
        subscription,
        letters,
        Payload(edited.data, edited.type),
        dry_run=asked.query_as(DryRun).dry_run,
    )
    return _told(done)


def _told(done: Replaced) -> Reply:
    said: Mapping[str, object] = done._asdict() | {
        "to": done.to or None,
        "record": record_path(done.to) if done.to else None,
    }
    return Reply(content=Replacement.model_validate(said))


_EXAMPLE = {
    "type": "order.cancelled",
    "data": {
        "order_id": "SO-1001",
        "status": "cancelled",
        "occurred_at": "2026-01-15T10:30:00Z",
        "order_version": 3,
        "channel": "web",
        "account_id": "A-7",
    },
}

ROUTES = (
    Route(
        method="POST",
        path=_ITEM,
        operation="replaceQuarantined",
        summary="Publish an edited event for a record that nobody could decode.",
        description="It goes onto its source topic, under the identity that the "
        f"original would have had. {_KEPT}",
        tag="Quarantine",
        scope=Scope.QUARANTINE_WRITE,
        handler=replace_quarantined,
        query=DryRun,
        body=EditedPayload,
        answer=Replacement,
        problems=(CONFLICT, UNAVAILABLE),
        idempotent=True,
        example=_EXAMPLE,
    ),
    Route(
        method="POST",
        path=_LETTER,
        operation="replaceDeadLetter",
        summary="Send an edited event for one that the partner refused.",
        description="It goes to this subscription only, from its first tier on, with "
        "the same webhook-id. Only for the reasons `refused` and `unrenderable`; "
        f"neither type nor order can change. {_KEPT}",
        tag="Dead letters",
        scope=Scope.LETTERS_WRITE,
        handler=replace_dead_letter,
        query=DryRun,
        body=EditedLetter,
        answer=Replacement,
        problems=(CONFLICT, UNAVAILABLE),
        tenants=True,
        idempotent=True,
        example=_EXAMPLE,
    ),
)
