"""How a source fares, over HTTP: as the watch has written it."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

from pydantic import Field

from bus.access.roles import Scope
from processors.gateway.model import Model
from processors.gateway.problems import UNAVAILABLE
from processors.gateway.routes import Asked, Reply, Route
from processors.gateway.sources import ONE, TAG, source_of, world_of
from processors.gateway.watch_models import ReasonShown
from processors.watch.sourced import source_health

Counts = Mapping[str, int]


class SpanShown(Model):
    """What was counted of it in a span of time."""

    came: Annotated[int, Field(description="Submissions kept that it sent by itself.")]
    by_way: Annotated[
        Counts, Field(description="Submissions converted: webhook, fetch, file, …")
    ]
    refused: Annotated[Counts, Field(description="Wrong signatures, by verdict.")]
    put_off: Annotated[int, Field(description='How often it was told "not now".')]
    told: Annotated[int, Field(description="Events of intake that came of it.")]
    repeats: int
    superseded: int
    ignored: int
    parked: Annotated[Counts, Field(description="What is parked, by stage.")]
    mapping_errors: Annotated[
        int, Field(description="Of it what could not be read or mapped.")
    ]
    ahead: Annotated[
        int, Field(description="Events that happened a minute after they came.")
    ]
    secrets: Annotated[
        Counts, Field(description="Submissions by the secret they are signed with.")
    ]
    listed: Annotated[
        int, Field(description="Orders that its API lists, each change once.")
    ]
    missed: Annotated[
        int, Field(description="Of them those that did not come by themselves.")
    ]
    captured: Annotated[
        float | None, Field(description="The share that did; null: none is listed.")
    ]
    rounds: Annotated[Counts, Field(description="Looks at the list: done, failed.")]
    webhooks: Annotated[
        Counts,
        Field(
            description="Looks at the webhooks that its sender holds: there, gone,"
            " failed; and how many were made again."
        ),
    ]
    answers: int
    answer_p99_s: Annotated[
        float | None,
        Field(description="99 of 100 answers took so long at most; null: none."),
    ]


class GoneField(Model):
    """A field that the mapping reads and that comes no more."""

    kind: Annotated[str, Field(description="The kind of message.")]
    field: str


class SourceHealth(Model):
    """How a source of intake fares, and what that rests on."""

    source: str
    state: Literal["healthy", "degraded", "failing", "held", "unknown"]
    reasons: Sequence[ReasonShown]
    last: Annotated[
        str | None, Field(description="When it sent something last, of late.")
    ]
    silent_s: Annotated[int | None, Field(description="For how long nothing came.")]
    expected: Annotated[
        float | None,
        Field(
            description="How many usually come in such a time; null: too little is"
            " known."
        ),
    ]
    hour: SpanShown
    day: SpanShown
    missing: Annotated[
        int, Field(description="Orders whose number never came, of numbered ones.")
    ]
    first_missing: Sequence[int]
    new_fields: Annotated[
        Counts,
        Field(description="Fields that no sample has, with how many messages had it."),
    ]
    gone_fields: Sequence[GoneField]
    captured_by_day: Annotated[
        Mapping[str, float],
        Field(description="The share that came by itself, by day (UTC)."),
    ]
    rotated: Annotated[
        str | None, Field(description="When its newest secret came beside another.")
    ]
    ending: Annotated[
        Mapping[str, str | None], Field(description="Secrets that end, and when.")
    ]


async def get_source_health(asked: Asked) -> Reply:
    """Out of what the watch has written; another's is not there."""
    found = source_of(await world_of(asked), asked)
    board = asked.api.board
    await board.ready()
    row = source_health(board, found.id, asked.api.world.clock.now())
    return Reply(content=SourceHealth.model_validate(row))


ROUTES = (
    Route(
        method="GET",
        path=f"{ONE}/health",
        operation="getSourceHealth",
        summary="How a source fares: its state, why, and the figures behind it.",
        description="As `bus run watch` sees it, at most a minute old; `unknown` where"
        " none has looked for a while. `hour` is the last hour and up to five minutes"
        " more, `day` the last day and up to an hour more.",
        tag=TAG,
        scope=Scope.SOURCES_READ,
        handler=get_source_health,
        answer=SourceHealth,
        problems=(UNAVAILABLE,),
        tenants=True,
    ),
)
