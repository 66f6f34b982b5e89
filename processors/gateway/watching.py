"""Whether all is well, alerts and silences over HTTP: as the watch has written them."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

from pydantic import Field

from bus.access.roles import Scope
from bus.delivery.schedule import parse_duration
from bus.errors import ConfigurationError
from bus.watch.alerts import Phase
from bus.watch.muting import Silence
from processors.gateway.model import Flag, Model
from processors.gateway.problems import INVALID, NOT_FOUND, UNAVAILABLE, ProblemError
from processors.gateway.routes import Asked, Reply, Route
from processors.gateway.subscription_models import Duration, Line
from processors.subscriptions.world import World
from processors.watch.answers import (
    alert_rows,
    health_row,
    silence_row,
    silence_rows,
    too_old,
)
from processors.watch.board import Board
from processors.watch.silencing import silence, unsilence

_TAG = "Operations"
_SILENCES = "/v1/silences"
_PATTERN = r"^[!-~]{1,200}$"


class ReasonShown(Model):
    """Why, and by which rule; an empty one: by its own word, or for want of facts."""

    why: str
    rule: str


class PartShown(Model):
    """A program, a source topic or a subscription."""

    kind: Literal["bus", "program", "source", "subscription"]
    name: str
    state: Literal["healthy", "degraded", "failing", "held", "unknown"]
    reasons: Sequence[ReasonShown]


class BusHealth(Model):
    """How the bus is, and everybody in it, worst first."""

    state: Literal["healthy", "degraded", "failing", "held", "unknown"]
    reasons: Sequence[ReasonShown]
    looked_at: Annotated[
        str | None, Field(description="When a watch last said that it looked.")
    ]
    unknown: Annotated[
        Mapping[str, str], Field(description="What gave no answer then, and why.")
    ]
    parts: Sequence[PartShown]


class AlertShown(Model):
    """An alert. Who has to do what stands in its section of the runbook."""

    rule: str
    kind: str
    name: str
    severity: Literal["page", "ticket"]
    phase: Literal["pending", "firing", "resolved"]
    since: str
    fired: str | None
    resolved: str | None
    lasted_s: float
    evidence: str
    means: str
    runbook: str
    silenced_until: str | None


class Alerts(Model):
    """Alerts: what fires first, the gravest and oldest of it."""

    data: Sequence[AlertShown]
    stale: Annotated[
        str | None, Field(description="Why nobody knows; null: a watch has looked.")
    ]


class AlertQuery(Model):
    """Which alerts."""

    resolved: Annotated[
        Flag, Field(description="Also what is over, of the last week.")
    ] = False


class SilenceShown(Model):
    """Alerts that nobody is told of for a while."""

    id: str
    rule: str
    subject: str
    since: str
    until: str
    why: str
    by: str
    covers: Annotated[
        int, Field(description="How many alerts that fire or are pending now.")
    ]


class Silences(Model):
    """Those that last, what ends first first."""

    data: Sequence[SilenceShown]


class NewSilence(Model):
    """What nobody is to be told of; a rule, a subject, or both."""

    rule: Annotated[
        str, Field(pattern=_PATTERN, description="A rule, or a pattern: `burns_*`.")
    ] = "*"
    subject: Annotated[
        str,
        Field(pattern=_PATTERN, description="`subscription/acme`, `source/oms.*`, …"),
    ] = "*"
    duration: Annotated[Duration, Field(description="Up to 30 days.")]
    why: Line = ""


class Ending(Model):
    """Nothing needs to be said."""


async def get_health(asked: Asked) -> Reply:
    """Out of what the watch has written."""
    row = health_row(await _board(asked), _now(asked))
    return Reply(content=BusHealth.model_validate(row))


async def list_alerts(asked: Asked) -> Reply:
    """What fires and is pending."""
    over = asked.query_as(AlertQuery).resolved
    phases = tuple(Phase) if over else (Phase.FIRING, Phase.PENDING)
    board, now = await _board(asked), _now(asked)
    rows, stale = alert_rows(board, now, phases), too_old(board, now)
    return Reply(content=Alerts.model_validate({"data": rows, "stale": stale}))


async def list_silences(asked: Asked) -> Reply:
    """Those that last."""
    rows = silence_rows(await _board(asked), _now(asked))
    return Reply(content=Silences.model_validate({"data": rows}))


async def create_silence(asked: Asked) -> Reply:
    """Make one, the visitor's."""
    wanted, now = asked.body_as(NewSilence), _now(asked)
    new = Silence(
        id="",
        rule=wanted.rule,
        subject=wanted.subject,
        since=now,
        until=now + parse_duration(wanted.duration),
        why=wanted.why,
    )
    board = await _board(asked)
    try:
        made = await silence(_world(asked), board, new)
    except ConfigurationError as error:
        raise ProblemError(INVALID, f"{error}.") from None
    row = silence_row(board, made, now)
    return Reply(content=SilenceShown.model_validate(row))


async def end_silence(asked: Asked) -> Reply:
    """End one that lasts."""
    board = await _board(asked)
    ended = await unsilence(_world(asked), board, asked.path["silence"])
    if ended is None:
        raise ProblemError(NOT_FOUND)
    row = silence_row(board, ended, _now(asked))
    return Reply(content=SilenceShown.model_validate(row))


async def _board(asked: Asked) -> Board:
    """What is followed, once it was read to its end."""
    await asked.api.board.ready()
    return asked.api.board


def _now(asked: Asked) -> float:
    return asked.api.world.clock.now()


def _world(asked: Asked) -> World:
    """The world, what is done in it written down as the visitor's."""
    return asked.api.world.by(asked.by.key_id, asked.address)


ROUTES = (
    Route(
        method="GET",
        path="/v1/health",
        operation="getHealth",
        summary="Whether all is well: a state for everybody, with the reason.",
        description="As `bus run watch` sees it; `unknown` where none has looked for "
        "a while.",
        tag=_TAG,
        scope=Scope.STATUS_READ,
        handler=get_health,
        answer=BusHealth,
        problems=(UNAVAILABLE,),
    ),
    Route(
        method="GET",
        path="/v1/alerts",
        operation="listAlerts",
        summary="What fires and what is pending, since when, and why.",
        tag=_TAG,
        scope=Scope.STATUS_READ,
        handler=list_alerts,
        query=AlertQuery,
        answer=Alerts,
        problems=(UNAVAILABLE,),
    ),
    Route(
        method="GET",
        path=_SILENCES,
        operation="listSilences",
        summary="The silences that last.",
        tag=_TAG,
        scope=Scope.STATUS_READ,
        handler=list_silences,
        answer=Silences,
        problems=(UNAVAILABLE,),
    ),
    Route(
        method="POST",
        path=_SILENCES,
        operation="createSilence",
        summary="Tell nobody of some alerts for a while.",
        description="They are judged and listed as ever. What still fires when it ends "
        "is told then; who was told that an alert fires hears its end in any case.",
        tag=_TAG,
        scope=Scope.ALERTS_WRITE,
        handler=create_silence,
        body=NewSilence,
        answer=SilenceShown,
        status=201,
        problems=(INVALID, UNAVAILABLE),
        idempotent=True,
        example={"subject": "subscription/my-shop", "duration": "2h", "why": "a move"},
    ),
    Route(
        method="POST",
        path=f"{_SILENCES}/{{silence}}/end",
        operation="endSilence",
        summary="End a silence now.",
        tag=_TAG,
        scope=Scope.ALERTS_WRITE,
        handler=end_silence,
        body=Ending,
        answer=SilenceShown,
        problems=(NOT_FOUND, UNAVAILABLE),
        idempotent=True,
        optional_body=True,
        example={},
    ),
)
