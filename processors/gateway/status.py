"""How the whole bus is, over HTTP."""

from collections.abc import Mapping, Sequence
from typing import Annotated

from pydantic import Field

from bus.access.roles import Scope
from processors.gateway.model import Model
from processors.gateway.routes import Asked, Reply, Route
from processors.status.desk import Desk
from processors.status.plain import plain_report
from processors.status.report import HealthSaid
from processors.watch.answers import health_said


class StatusShown(Model):
    """How the bus is; what is not answered in time is `{"unknown": why}`."""

    at: str
    troubles: Annotated[
        Sequence[object], Field(description="What somebody has to look at.")
    ]
    broker: Mapping[str, object]
    registry: object
    quarantine: Mapping[str, object]
    processes: object
    groups: Mapping[str, object]
    subscriptions: object
    log: object = None
    health: Annotated[
        object, Field(description="What the watch says: `state`, `reasons`.")
    ] = None


async def get_status(asked: Asked) -> Reply:
    """Ask everything at once; what is not answered in time is unknown."""
    world, board = asked.api.world, asked.api.board

    async def health() -> HealthSaid:
        await board.ready()
        return health_said(board, world.clock.now())

    desk = Desk(world, health)
    try:
        report = await desk.report()
    finally:
        desk.close()
    return Reply(content=StatusShown.model_validate(plain_report(report)))


ROUTES = (
    Route(
        method="GET",
        path="/v1/status",
        operation="getStatus",
        summary="How the bus is: processes, lag, breakers, dead letters.",
        description="What is not answered within 5 s is unknown, with why.",
        tag="Operations",
        scope=Scope.STATUS_READ,
        handler=get_status,
        answer=StatusShown,
    ),
)
