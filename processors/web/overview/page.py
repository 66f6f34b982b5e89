"""The overview: figures, the picture of all flows, what fires, what is foreseen."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bus.access.roles import Scope
from bus.delivery.choices import Ordering
from bus.delivery.subscription import Subscription
from bus.log.lags import ForecastRow
from bus.watch.alerts import Phase
from bus.watch.forecasts.drain import Within
from bus.watch.states import BUS, Reason, State
from processors.forecasting.plain import said
from processors.gateway.routes import Asked
from processors.gateway.sources import mine as of_whom
from processors.gateway.sources import world_of
from processors.gateway.tenants import owned
from processors.parked.asking import open_for
from processors.status.lagging import Backlog
from processors.status.question import Unknown
from processors.status.report import Report
from processors.watch.answers import alert_rows
from processors.web.charts import Picture, flow
from processors.web.fleet import (
    UNKNOWN,
    Faring,
    Sources,
    faring,
    made_of,
    sources,
)
from processors.web.overview.flows import Parts, flow_of
from processors.web.overview.totals import (
    Deliveries,
    Tier,
    dead,
    deliveries,
    inflow,
    tiers,
)
from processors.web.pages import Page
from processors.web.sources.faring import AllFare, together
from processors.web.sources.faring import faring as faring_sources

_MOST_ALERTS, _MOST_FORECASTS = 6, 5


@dataclass(frozen=True, slots=True)
class Whole:
    """What belongs to nobody, for those who may see the whole bus."""

    inflow: float | None
    behind: Backlog | None
    quarantine: int | None
    alerts: Sequence[Mapping[str, object]]
    firing: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OverviewView:
    """What the template reads. `whole` is None for a tenant, `parked` if not shown."""

    state: State
    whole: Whole | None
    out: Deliveries | None
    tiers: Sequence[Tier] | None
    dead: int | None
    worst: Sequence[Faring]
    subscriptions: int
    intake: AllFare | None
    parked: int | None
    picture: Picture | None
    forecasts: Sequence[tuple[str, str]]
    unknown: Sequence[str]
    now: float


async def view(asked: Asked) -> OverviewView:
    """All flows, or those of a tenant's own subscriptions."""
    await asked.api.world.table.ready()
    mine, glance = owned(asked.api.world, asked.by), asked.api.glance
    # All are asked at once: what waits for one waits for none of the others.
    known, minutes, *_ = await asyncio.gather(
        sources(asked), glance.minutes(), glance.sources(), glance.forecasts()
    )
    ids = frozenset(one.id for one in mine)
    fleet = [faring(one, known, asked.by) for one in mine]
    standing = known.standing.value
    return OverviewView(
        state=_state(asked, known, fleet),
        whole=await _whole(asked),
        out=None if minutes.value is None else deliveries(minutes.value, ids),
        tiers=None if standing is None else tiers(standing, ids, known.now),
        dead=None if standing is None else dead(standing, ids),
        worst=[one for one in fleet if one.health in {"failing", "degraded"}],
        subscriptions=len(mine),
        intake=await _intake(asked),
        parked=_parked(asked),
        picture=await _picture(asked, known, fleet, mine),
        forecasts=await _forecasts(asked, ids),
        unknown=known.unknown,
        now=known.now,
    )


def _state(asked: Asked, known: Sources, fleet: Sequence[Faring]) -> State:
    """How the bus is, as the watch says; of a tenant, its worst subscription."""
    if known.stale is not None:
        return UNKNOWN
    if not asked.by.tenant:
        return known.states.get(BUS, UNKNOWN)
    order = ("failing", "degraded", "unknown", "held", "healthy")
    worst = min(fleet, key=lambda one: order.index(one.health), default=None)
    if worst is None:
        return UNKNOWN
    alike = [one for one in fleet if one.health == worst.health and one.why]
    return State(worst.health, [Reason(f"{one.id}: {one.why}") for one in alike])


async def _whole(asked: Asked) -> Whole | None:
    if not asked.by.may(Scope.STATUS_READ):
        return None
    api = asked.api
    report = (await api.glance.report()).value
    flowing = (await api.glance.sources()).value
    rows = alert_rows(api.board, api.world.clock.now(), (Phase.FIRING, Phase.PENDING))
    return Whole(
        inflow=None if flowing is None else inflow(flowing),
        behind=_behind(asked, report),
        quarantine=_records(report),
        alerts=rows[:_MOST_ALERTS],
        firing=sum(row["phase"] == Phase.FIRING for row in rows),
    )


async def _intake(asked: Asked) -> AllFare | None:
    """The sources of orders that are there for whoever looks; None: it may not."""
    if not asked.by.may(Scope.SOURCES_READ):
        return None
    return together(faring_sources(asked, of_whom(await world_of(asked), asked.by)))


def _parked(asked: Asked) -> int | None:
    """How many orders wait for a decision; None: whoever looks may not know."""
    if not asked.by.may(Scope.PARKED_READ):
        return None
    return len(open_for(asked.api.parked, asked.by))


def _behind(asked: Asked, report: Report | None) -> Backlog | None:
    if report is None:
        return None
    group = report.groups.get(asked.api.world.fanout_group, Unknown(""))
    return None if isinstance(group, Unknown) else group.backlog


def _records(report: Report | None) -> int | None:
    if report is None or isinstance(report.quarantine, Unknown):
        return None
    return report.quarantine.records


async def _picture(
    asked: Asked,
    known: Sources,
    fleet: Sequence[Faring],
    mine: Sequence[Subscription],
) -> Picture | None:
    flowing = (await asked.api.glance.sources()).value
    minutes = (await asked.api.glance.minutes()).value
    if asked.by.tenant or flowing is None or minutes is None:
        return None
    parts = Parts(
        sources=flowing,
        states={} if known.stale else known.states,
        minutes=minutes,
        fleet=fleet,
        ordered=frozenset(one.id for one in mine if one.ordering is Ordering.KEY),
    )
    return flow(flow_of(parts, "/ui/subscriptions"))


async def _forecasts(asked: Asked, mine: frozenset[str]) -> Sequence[tuple[str, str]]:
    """Queues that wait, each with when it is caught up with."""
    rows = (await asked.api.glance.forecasts()).value or ()
    there = [row for row in rows if not asked.by.tenant or _owner(row) in mine]
    return [(row.queue, _said(row)) for row in there[:_MOST_FORECASTS]]


def _owner(row: ForecastRow) -> str:
    return row.queue.removeprefix("subscription/")


def _said(row: ForecastRow) -> str:
    return said(Within(row.low_us / 1e6, row.mid_us / 1e6, row.high_us / 1e6))


PAGES = (
    Page(
        path="/",
        name="overview",
        scope=Scope.SUBSCRIPTIONS_READ,
        view=view,
        template="overview.html.j2",
        nav="Overview",
        live=True,
        made_of=made_of,
    ),
)
