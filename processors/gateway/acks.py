"""Acknowledgements by consumers over HTTP."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from bus.access.roles import Scope
from bus.errors import InvalidSubscriptionError
from processors.gateway.model import Model
from processors.gateway.problems import INVALID, UNAVAILABLE, Fault, ProblemError
from processors.gateway.routes import Asked, Reply, Route
from processors.gateway.subscriptions import ONE, TAG
from processors.gateway.tenants import subscription_of
from processors.redrive.acking import webhook_ids, write_acks

_ID = r"^[!-~]{1,256}$"


class Acks(Model):
    """Events that were processed."""

    events: Annotated[
        list[Annotated[str, Field(pattern=_ID)]],
        Field(
            min_length=1,
            max_length=1_000,
            description="Webhook-ids; with `source` the events' own ids.",
        ),
    ]
    source: Annotated[
        Annotated[str, Field(min_length=1, max_length=256)] | None,
        Field(description="The `ce_source` that the ids are of."),
    ] = None


class Acked(Model):
    """The webhook-ids that are acknowledged now."""

    acked: Sequence[str]


async def add_acks(asked: Asked) -> Reply:
    """Write them; a delivery that is not accepted yet is settled without a call."""
    found, body = await subscription_of(asked), asked.body_as(Acks)
    try:
        ids = webhook_ids(body.events, body.source)
    except InvalidSubscriptionError:
        why = "one is no webhook-id; for events' own ids give their source, too"
        fault = Fault(pointer="#/events", detail=why)
        raise ProblemError(INVALID, "An id is none.", errors=[fault]) from None
    await write_acks(asked.api.world, found.id, ids, f"key {asked.by.key_id}")
    return Reply(content=Acked(acked=ids))


ROUTES = (
    Route(
        method="POST",
        path=f"{ONE}/acks",
        operation="addAcks",
        summary="Say that events were processed: they are not sent again.",
        description="A delivery that is acknowledged before its next attempt is "
        "settled without a call.",
        tag=TAG,
        scope=Scope.ACKS_WRITE,
        handler=add_acks,
        body=Acks,
        answer=Acked,
        problems=(UNAVAILABLE,),
        tenants=True,
        idempotent=True,
        example={"events": ["5f0c0c9e-4a54-4b6e-9d5e-0d0a7a8c9d11"]},
    ),
)
