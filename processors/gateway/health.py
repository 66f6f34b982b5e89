"""How a subscription fares, over HTTP: out of the log's roll-ups."""

from typing import Annotated

from pydantic import Field

from bus.access.roles import Scope
from bus.log.health import Figures, Health, figures_of
from processors.gateway.logged import consulted, now_us
from processors.gateway.model import Model
from processors.gateway.routes import Asked, Reply, Route
from processors.gateway.subscriptions import ONE, TAG
from processors.gateway.tenants import subscription_of
from processors.status.desk import Desk

_BREAKER_S = 2.0
_NOTHING = figures_of(())
_QUIET = Health(five_minutes=_NOTHING, hour=_NOTHING, day=_NOTHING)


class FiguresShown(Model):
    """What befell the attempts of a span; rate and latencies are null without any."""

    attempts: int
    accepted: int
    held: Annotated[int, Field(description="Hops without a call; no attempts.")]
    dead_letters: int
    success_rate: Annotated[
        float | None, Field(description="The share of accepted among the attempts.")
    ]
    p50_ms: Annotated[float | None, Field(description="Right to within a fifth.")]
    p95_ms: float | None
    p99_ms: float | None


class HealthShown(Model):
    """How a subscription fares.

    The day begins with a full hour, and the hour with full five minutes.
    """

    subscription: str
    state: str
    state_reason: str
    breaker: Annotated[
        str | None,
        Field(
            description="closed, open or half-open, `-` where nothing runs; null where "
            "that is not known."
        ),
    ]
    five_minutes: FiguresShown
    hour: FiguresShown
    day: FiguresShown


async def get_health(asked: Asked) -> Reply:
    """Rate, counts and latencies of five minutes, an hour and a day."""
    found = await subscription_of(asked)
    async with consulted(asked) as (log, headers):
        told = await log.health([found.id], now_us(asked))
    health = told.get(found.id, _QUIET)
    content = HealthShown(
        subscription=found.id,
        state=found.state.value,
        state_reason=found.state_reason,
        breaker=await _breaker(asked, found.id),
        five_minutes=_shown(health.five_minutes),
        hour=_shown(health.hour),
        day=_shown(health.day),
    )
    return Reply(content=content, headers=headers)


async def _breaker(asked: Asked, name: str) -> str | None:
    """In one word for a tenant: how many processes there are is not its business."""
    desk = Desk(asked.api.world)
    try:
        told = await desk.breaker(name, _BREAKER_S)
    finally:
        desk.close()
    return told.partition(" ")[0] if told and asked.by.tenant else told


def _shown(figures: Figures) -> FiguresShown:
    return FiguresShown(
        attempts=figures.attempts,
        accepted=figures.accepted,
        held=figures.held,
        dead_letters=figures.dead_letters,
        success_rate=figures.success_rate,
        p50_ms=_ms(figures.p50_us),
        p95_ms=_ms(figures.p95_us),
        p99_ms=_ms(figures.p99_us),
    )


def _ms(us: float | None) -> float | None:
    return None if us is None else round(us / 1e3, 3)


ROUTES = (
    Route(
        method="GET",
        path=f"{ONE}/health",
        operation="getSubscriptionHealth",
        summary="How deliveries to its endpoint fare.",
        description="State, breaker, and of the last five minutes, hour and day: "
        "success rate, counts, latencies. From the log.",
        tag=TAG,
        scope=Scope.SUBSCRIPTIONS_READ,
        handler=get_health,
        answer=HealthShown,
        tenants=True,
        logged=True,
    ),
)
