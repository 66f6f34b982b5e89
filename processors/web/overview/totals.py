"""The figures of the overview, of everybody or of a tenant's own. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from bus.log.health import figures_of
from bus.log.rollup import Minute
from processors.status.inflow import SourceNow
from processors.status.lagging import Backlog
from processors.status.report import Subscriber

_SPAN_S = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Deliveries:
    """What befell the deliveries of the last five minutes; rates are a second."""

    rate: float
    success: float | None
    p95_us: float | None
    dead_rate: float


@dataclass(frozen=True, slots=True)
class Tier:
    """What waits in all topics of a tier, and since when."""

    name: str
    waiting: int
    oldest_s: float | None


def deliveries(minutes: Sequence[Minute], mine: Collection[str]) -> Deliveries:
    """The figures of these subscriptions."""
    found = figures_of(one for one in minutes if one.subscription in mine)
    return Deliveries(
        rate=found.accepted / _SPAN_S,
        success=found.success_rate,
        p95_us=found.p95_us,
        dead_rate=found.dead_letters / _SPAN_S,
    )


def tiers(
    standing: Mapping[str, Subscriber], mine: Collection[str], now: float
) -> Sequence[Tier] | None:
    """What waits by tier, in the order in which tiers are walked; None: not known."""
    own = [one for name, one in standing.items() if name in mine]
    if own and all(one.pending is None for one in own):
        return None
    sums: dict[str, Backlog] = {}
    for one in own:
        for tier, backlog in (one.pending or {}).items():
            sums[tier] = sums.get(tier, Backlog()) + backlog
    return [
        Tier(name, one.records, _age(one.oldest_ms, now)) for name, one in sums.items()
    ]


def dead(standing: Mapping[str, Subscriber], mine: Collection[str]) -> int:
    """Dead letters that wait for somebody."""
    letters = [one.dead for name, one in standing.items() if name in mine]
    return sum(count.records for count in letters if count)


def inflow(sources: Mapping[str, SourceNow]) -> float | None:
    """Events a second over all topics; None while nothing was counted twice."""
    rates = [one.rate for one in sources.values() if one.rate is not None]
    return sum(rates) if rates else None


def _age(at_ms: int | None, now: float) -> float | None:
    return None if at_ms is None else max(0.0, now - at_ms / 1e3)
