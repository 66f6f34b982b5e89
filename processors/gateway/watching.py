"""Whether all is well, alerts and silences over HTTP: as the watch has written them."""

from bus.access.roles import Scope
from bus.delivery.schedule import parse_duration
from bus.errors import ConfigurationError
from bus.watch.alerts import Phase
from bus.watch.muting import Silence
from processors.gateway.problems import (
    CONFLICT,
    INVALID,
    NOT_FOUND,
    UNAVAILABLE,
    Fault,
    ProblemError,
)
from processors.gateway.routes import Asked, Reply, Route
from processors.gateway.watch_models import (
    AlertQuery,
    Alerts,
    BusHealth,
    Ending,
    NewSilence,
    Silences,
    SilenceShown,
    Sinks,
    SinkShown,
)
from processors.subscriptions.world import World
from processors.watch.answers import (
    alert_rows,
    health_row,
    silence_row,
    silence_rows,
    sink_row,
    sink_rows,
    too_old,
)
from processors.watch.board import Board
from processors.watch.silencing import LONGEST_S, silence, unsilence
from processors.watch.trying import ask_to_try

_TAG = "Operations"
_SILENCES = "/v1/silences"


async def get_health(asked: Asked) -> Reply:
    """Out of what the watch has written."""
    row = health_row(await _board(asked), _now(asked))
    return Reply(content=BusHealth.model_validate(row))


async def list_alerts(asked: Asked) -> Reply:
    """What fires and is pending."""
    over = asked.query_as(AlertQuery).resolved
    phases = tuple(Phase) if over else (Phase.FIRING, Phase.PENDING)
    board, now = await _board(asked), _now(asked)
    may, stale = asked.by.may(Scope.ALERTS_WRITE), too_old(board, now)
    rows = [
        row | {"actions": ["silence"] if may and row["phase"] != Phase.RESOLVED else []}
        for row in alert_rows(board, now, phases)
    ]
    return Reply(content=Alerts.model_validate({"data": rows, "stale": stale}))


async def list_sinks(asked: Asked) -> Reply:
    """As the watch has written them."""
    board = await _board(asked)
    rows = [row | _actions(asked) for row in sink_rows(board)]
    stale = too_old(board, _now(asked))
    return Reply(content=Sinks.model_validate({"data": rows, "stale": stale}))


async def test_sink(asked: Asked) -> Reply:
    """Ask the watch, which alone knows where it is."""
    board = await _board(asked)
    if (why := too_old(board, _now(asked))) is not None:
        raise ProblemError(CONFLICT, f"Nobody would send it: {why}.")
    tried = await ask_to_try(_world(asked), board, asked.path["sink"])
    if tried is None:
        raise ProblemError(NOT_FOUND)
    row = sink_row(tried) | _actions(asked)
    return Reply(content=SinkShown.model_validate(row))


def _actions(asked: Asked) -> dict[str, object]:
    return {"actions": ["test"] if asked.by.may(Scope.ALERTS_WRITE) else []}


async def list_silences(asked: Asked) -> Reply:
    """Those that last."""
    actions = {"actions": ["end"] if asked.by.may(Scope.ALERTS_WRITE) else []}
    rows = silence_rows(await _board(asked), _now(asked))
    data = [row | actions for row in rows]
    return Reply(content=Silences.model_validate({"data": data}))


async def create_silence(asked: Asked) -> Reply:
    """Make one, the visitor's."""
    wanted, now = asked.body_as(NewSilence), _now(asked)
    length_s = parse_duration(wanted.duration)
    if not 0 < length_s <= LONGEST_S:
        fault = Fault(pointer="#/duration", detail="expected up to 30d, like 2h")
        raise ProblemError(INVALID, "A silence lasts up to 30 days.", errors=[fault])
    new = Silence(
        id="",
        rule=wanted.rule,
        subject=wanted.subject,
        since=now,
        until=now + length_s,
        why=wanted.why,
    )
    board = await _board(asked)
    try:
        made = await silence(_world(asked), board, new)
    except ConfigurationError as error:
        raise ProblemError(INVALID, f"{error}.") from None
    row = silence_row(board, made, now) | {"actions": ["end"]}
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
        path="/v1/alert-sinks",
        operation="listAlertSinks",
        summary="Who is told of alerts, when last, and why one takes nothing.",
        tag=_TAG,
        scope=Scope.STATUS_READ,
        handler=list_sinks,
        answer=Sinks,
        problems=(UNAVAILABLE,),
    ),
    Route(
        method="POST",
        path="/v1/alert-sinks/{sink}/test",
        operation="testAlertSink",
        summary="Have the watch send a sink a test notice and its end.",
        description="At its next look, within seconds. What came of it stands in "
        "`listAlertSinks`: `tried_at`, `tried_why`.",
        tag=_TAG,
        scope=Scope.ALERTS_WRITE,
        handler=test_sink,
        body=Ending,
        answer=SinkShown,
        status=202,
        problems=(CONFLICT, NOT_FOUND, UNAVAILABLE),
        idempotent=True,
        optional_body=True,
        example={},
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
