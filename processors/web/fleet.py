"""How subscriptions fare, for pages: by the watch, the log and Kafka, as each knows."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bus.access.roles import Principal
from bus.delivery.subscription import Subscription
from bus.log import health as log_health
from bus.watch.states import State
from bus.watch.verdicts import Health, Kind, Subject
from processors.gateway.routes import Asked
from processors.status.glance import Known
from processors.status.question import Unknown
from processors.status.report import Report, Subscriber
from processors.watch.answers import too_old

_FIVE_MINUTES_S = 300.0
_NOTHING = log_health.Health(log_health.NONE, log_health.NONE, log_health.NONE)
UNKNOWN = State(Health.UNKNOWN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Faring:
    """One subscription as pages show it; None is not known.

    `rate` are attempts a second in the last five minutes, `success` the share accepted
    of the last hour, `waiting` the records in its topics of retries, the oldest written
    `oldest_s` ago.
    """

    id: str
    owner: str
    endpoint: str
    state: str
    state_reason: str
    health: Health
    why: str
    rate: float | None
    success: float | None
    p95_us: float | None
    waiting: int | None
    oldest_s: float | None
    breaker: str | None
    dead: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """What is known of all, and what is not; `waits` is why only that is not known."""

    states: Mapping[Subject, State]
    health: Known[Mapping[str, log_health.Health]]
    standing: Known[Mapping[str, Subscriber]]
    waits: str
    stale: str | None
    now: float

    @property
    def unknown(self) -> Sequence[str]:
        """What could not be asked, in sentences."""
        said = (
            (self.stale, "Health is not known"),
            (self.health.why, "Rates and latencies are not known"),
            (self.standing.why, "What waits, dead letters and breakers are not known"),
            (self.waits, "What waits is not known"),
        )
        return [f"{what}: {why}." for why, what in said if why]


async def sources(asked: Asked) -> Sources:
    """Ask for what is known of all subscriptions."""
    api = asked.api
    await api.board.ready()
    health, standing, report = await asyncio.gather(
        api.glance.health(), api.glance.standing(), api.glance.report()
    )
    now = api.world.clock.now()
    return Sources(
        states=api.board.states,
        health=health,
        standing=standing,
        waits=_waits(asked, report.value),
        stale=too_old(api.board, now),
        now=now,
    )


def _waits(asked: Asked, report: Report | None) -> str:
    """Why nobody knows what waits; empty if somebody does, or knows nothing at all."""
    if report is None or isinstance(report.subscriptions, Unknown):
        return ""
    group = report.groups.get(asked.api.world.retry_group)
    return group.why if isinstance(group, Unknown) else ""


def made_of(asked: Asked) -> object:
    """What pages of it are made of, as numbers that grow as it changes."""
    api = asked.api
    return api.glance.changes, api.board.taken, api.world.table.taken


def faring(one: Subscription, known: Sources, by: Principal) -> Faring:
    """How one fares, as far as it is known."""
    state = state_of(one.id, known, by)
    health = None
    if known.health.value is not None:
        health = known.health.value.get(one.id, _NOTHING)
    standing = (known.standing.value or {}).get(one.id)
    backlog = standing.backlog if standing else None
    oldest = backlog.oldest_ms if backlog else None
    return Faring(
        id=one.id,
        owner=one.owner,
        endpoint=one.endpoint,
        state=one.state.value,
        state_reason=one.state_reason,
        health=state.health,
        why=state.reasons[0].why if state.reasons else "",
        rate=health.five_minutes.attempts / _FIVE_MINUTES_S if health else None,
        success=health.hour.success_rate if health else None,
        p95_us=health.five_minutes.p95_us if health else None,
        waiting=backlog.records if backlog else None,
        oldest_s=None if oldest is None else max(0.0, known.now - oldest / 1e3),
        breaker=breaker(standing, by),
        dead=standing.dead.records if standing and standing.dead else None,
    )


def state_of(name: str, known: Sources, by: Principal) -> State:
    """How the watch judges it; a tenant hears what a rule found, not what we lack."""
    if known.stale is not None:
        return UNKNOWN
    found = known.states.get(Subject(Kind.SUBSCRIPTION, name), UNKNOWN)
    if not by.tenant:
        return found
    return State(found.health, tuple(r for r in found.reasons if r.rule))


def breaker(standing: Subscriber | None, by: Principal) -> str | None:
    """In one word for a tenant: how many processes there are is not its business."""
    told = standing.breaker if standing else None
    return told.partition(" ")[0] if told and by.tenant else told
