"""What a source has asked of the OMS, over HTTP: polled by whoever asked."""

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field

from bus.access.roles import Scope
from processors.gateway.model import Model
from processors.gateway.problems import UNAVAILABLE
from processors.gateway.routes import Asked, Reply, Route
from processors.gateway.sources import ONE, TAG, source_of, world_of
from processors.sources.requests import standing, standing_row


class AnswerShown(Model):
    """What the OMS answered."""

    answer: Annotated[str, Field(description="accepted, refused, completed or failed.")]
    at: str
    order: Annotated[str, Field(description="The order, as the OMS names it.")]
    reason_code: str | None
    reason: str | None


class RequestShown(Model):
    """A request to the OMS: what it was, and how far it came."""

    source: str
    request: Annotated[str, Field(description="The caller's own id of it.")]
    action: Annotated[
        str,
        Field(description="cancel, hold, release, change_address or report_stock."),
    ]
    order: Annotated[
        str, Field(description="The order, as the caller names it; empty: none.")
    ]
    asked: Annotated[str, Field(description="When it was asked for.")]
    state: Annotated[
        Literal[
            "asked",
            "parked",
            "rejected",
            "expired",
            "accepted",
            "refused",
            "completed",
            "failed",
        ],
        Field(
            description="asked: the OMS has it. parked: a person looks at it first;"
            " rejected or expired: the OMS never gets it. All else is what the OMS"
            " answered last."
        ),
    ]
    over: Annotated[bool, Field(description="Nothing more is to be expected.")]
    event: Annotated[
        str | None, Field(description="The id of the event that the OMS gets.")
    ]
    answers: Annotated[
        Sequence[AnswerShown], Field(description="All answers so far, in order.")
    ]


async def get_request(asked: Asked) -> Reply:
    """Where it stands; another's source is not there."""
    found = source_of(await world_of(asked), asked)
    one = await standing(asked.api.world, found.id, asked.path["request"])
    return Reply(content=RequestShown.model_validate(standing_row(one)))


ROUTES = (
    Route(
        method="GET",
        path=f"{ONE}/requests/{{request}}",
        operation="getSourceRequest",
        summary="What became of a request to the OMS, by the caller's own id of it.",
        description="A request comes in as any submission does (`POST /in/{source}`"
        " at the door, channel `actions`), and is there some moments after it was"
        " answered 202. Whoever would rather be called back subscribes to"
        " `action.answered`.",
        tag=TAG,
        scope=Scope.SOURCES_READ,
        handler=get_request,
        answer=RequestShown,
        problems=(UNAVAILABLE,),
        tenants=True,
    ),
)
