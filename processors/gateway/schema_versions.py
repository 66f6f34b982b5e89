"""Schemas registered over HTTP: the next version of an event type, if it breaks nobody.

The registry may be set to any level; here a version has to be readable by those who
have an earlier one, always.
"""

import asyncio
from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from bus.access.entities import Entity
from bus.access.roles import Scope
from bus.contracts.codec import Schema
from bus.contracts.proposal import judge_proposal
from bus.contracts.schema_text import canonical
from bus.ports import SchemaText
from processors.gateway.event_types import SchemaSent, shipped
from processors.gateway.model import Model
from processors.gateway.problems import (
    CONFLICT,
    INVALID,
    UNAVAILABLE,
    Fault,
    ProblemError,
)
from processors.gateway.routes import Asked, Reply, Route

_POINTER = "#/schema"
_REGISTERED = "register"
_THERE = 200


class SchemaVersion(Model):
    """A schema that is to be the next version."""

    schema_text: SchemaSent


class SchemaRegistered(Model):
    """What the registry made of it."""

    type: str
    subject: Annotated[str, Field(description="Its subject in the schema registry.")]
    schema_id: Annotated[int, Field(description="What records name it by.")]
    new: Annotated[bool, Field(description="False: it was registered before.")]


async def register_schema(asked: Asked) -> Reply:
    """Judge it, register it, and write down who did."""
    own, text = shipped(asked), asked.body_as(SchemaVersion).schema_text
    event_type, api = str(own.event_type), asked.api
    schemas, subject = api.world.schemas, api.catalogue.subject(event_type)
    held = await schemas.by_type(api.catalogue.topic(event_type), event_type)
    await _refuse_breaking(event_type, text, own, held)
    spelled = {canonical(one.text) for one in held}
    if canonical(own.text) not in spelled:
        # What this gateway publishes with comes first: it could not follow any more.
        await schemas.register(subject, own.text)
    schema_id = await schemas.register(subject, text)
    new = canonical(text) not in spelled
    if new:
        after = {"schema_id": schema_id, "subject": subject}
        await api.world.trail.note(_REGISTERED, Entity.SCHEMA, event_type, after=after)
    content = SchemaRegistered(
        type=event_type, subject=subject, schema_id=schema_id, new=new
    )
    return Reply(content=content, status=0 if new else _THERE)


async def _refuse_breaking(
    event_type: str, text: str, own: Schema, held: Sequence[SchemaText]
) -> None:
    """Raise unless all who have an earlier version can read it.

    Raises:
        ProblemError: with whom it would break, or what is wrong with it.
    """
    earlier = [(f"id {one.id}", one.text) for one in reversed(held)]
    earlier.append(("the shipped one", own.text))
    found = await asyncio.to_thread(judge_proposal, event_type, text, earlier)
    if found.faults:
        raise ProblemError(
            INVALID, "The schema is refused.", errors=_faults(found.faults)
        )
    if found.reasons:
        why = "It would break those who have an earlier version."
        raise ProblemError(CONFLICT, why, errors=_faults(found.reasons))


def _faults(said: Sequence[str]) -> Sequence[Fault]:
    return [Fault(pointer=_POINTER, detail=one) for one in said]


ROUTES = (
    Route(
        method="POST",
        path="/v1/event-types/{type}/versions",
        operation="registerSchema",
        summary="Register the next version of an event type's schema.",
        description="Only one that those who have any earlier version can read "
        "(BACKWARD_TRANSITIVE, whatever the registry is set to); 409 says whom it "
        "would break. This gateway goes on publishing with the schema that it was "
        "shipped with. One that is registered already is answered with its id.",
        tag="Event types",
        scope=Scope.SCHEMAS_WRITE,
        handler=register_schema,
        body=SchemaVersion,
        answer=SchemaRegistered,
        status=201,
        more_statuses=(_THERE,),
        problems=(INVALID, CONFLICT, UNAVAILABLE),
        idempotent=True,
        example={"schema": '{"type": "record", "name": "OrderCreated", "fields": []}'},
    ),
)
