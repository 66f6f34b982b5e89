"""What is foreseen of every queue, with what such forecasts were worth so far."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from bus.delivery.presence import Presence
from bus.log.lags import FORECAST_DAYS, ForecastRow, LagRow, LagStore
from bus.ports import Clock
from bus.topics.topology import Topology
from bus.watch.forecasts.bottleneck import Outlook, Part, Stage, outlook
from bus.watch.forecasts.drain import CannotSay, Queue, Verdict, time_to_drain
from bus.watch.forecasts.flow import Flow, Sample, together
from bus.watch.forecasts.record import ENOUGH, Record, record_of, width_of
from processors.forecasting.counting import Counting, Counts
from processors.forecasting.outcomes import outcomes_of
from processors.forecasting.queues import (
    Running,
    Waiting,
    source_queues,
    subscription_queues,
)
from processors.status.processes import Speakers, processes
from processors.subscriptions.table import SubscriptionTable
from processors.subscriptions.world import World

_NOTHING = CannotSay("nothing was counted yet")
_APART_S = 10.0
"""A sample just before now is left out: over so short a time rates are noise."""
_PAST = 480
"""How many samples are told of: four hours of them."""
_FINE_US = 2_700_000_000
_DAY_US = 86_400_000_000
_SLOTS_US = _DAY_US + 7_200_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreseen:
    """A queue, how much waits in it, and when that will be caught up with.

    `waiting` are all records, `overdue` those that should have gone. `record` is of
    forecasts of this queue; `width` what ranges are widened by. `limit` says of a
    source topic whether more will come within a day than can go. `flow` is what was
    counted.
    """

    queue: Waiting
    waiting: int
    overdue: int
    verdict: Verdict
    limit: Outlook | None = None
    record: Record = field(default_factory=Record)
    width: float = 1.0
    flow: Flow = field(default_factory=lambda: Flow([]))

    def past(self) -> Sequence[tuple[float, float]]:
        """How many were overdue in the last hours, by epoch seconds."""
        samples = self.flow.samples[-_PAST:]
        return [(one.at_s, self.flow.waiting(one)) for one in samples]


@dataclass(frozen=True, slots=True, kw_only=True)
class ForesightParts:
    """What is asked; `table` is followed already."""

    counting: Counting
    speakers: Speakers
    table: SubscriptionTable
    store: LagStore
    clock: Clock

    @property
    def topology(self) -> Topology:
        """Which topics there are."""
        return self.counting.topology


def parts_of(world: World, store: LagStore) -> ForesightParts:
    """What a command or a route asks."""
    counting = Counting(
        groups=world.groups,
        topics=world.topics,
        topology=world.topology,
        group_prefix=world.group_prefix,
    )
    return ForesightParts(
        counting=counting,
        speakers=world,
        table=world.table,
        store=store,
        clock=world.clock,
    )


@dataclass(frozen=True, slots=True)
class _Known:
    """What was found out: counts now and before, forecasts and who runs."""

    now_us: int
    counts: Mapping[str, Counts]
    samples: Mapping[str, Sequence[Sample]]
    kept: Mapping[str, Sequence[ForecastRow]]
    there: Sequence[Presence]
    workers: int


async def foresee(
    parts: ForesightParts, only: str | None = None, *, idle: bool = True
) -> Sequence[Foreseen]:
    """Every queue, source topics first; with `only`, those of one subscription.

    Without `idle`, tiers in which nothing waits are left out: most are such.

    Raises:
        BrokerUnavailableError: no answer.
        LogUnavailableError: no answer of the log.
    """
    known, _ = await asyncio.gather(_find_out(parts), parts.table.ready())
    running = Running.of(known.there, known.now_us / 1_000)
    queues: list[Waiting] = []
    if only is None:
        queues += source_queues(parts.topology, running)
    for one in parts.table.all():
        if only in {None, one.id}:
            queues += subscription_queues(parts.topology, one, running)
    every = [row for rows in known.kept.values() for row in rows]
    pooled = width_of((), outcomes_of(sorted(every, reverse=True), known.now_us))
    return [
        _foreseen(queue, known, pooled)
        for queue in queues
        if idle or not queue.tier or _waiting(queue, known)
    ]


def _waiting(queue: Waiting, known: _Known) -> int:
    counts = (known.counts.get(topic, Counts()) for topic in queue.topics)
    return max(0, sum(one.came - one.went for one in counts))


async def _find_out(parts: ForesightParts) -> _Known:
    now_us = round(parts.clock.now() * 1e6)
    counts, rows, kept, there, workers = await asyncio.gather(
        parts.counting.counts(),
        parts.store.lags(now_us - _FINE_US, now_us - _SLOTS_US),
        parts.store.forecasts(now_us - FORECAST_DAYS * _DAY_US),
        processes(parts.speakers),
        parts.counting.workers(),
    )
    return _Known(now_us, counts, _by_queue(rows), _kept(kept), there, workers)


def _foreseen(queue: Waiting, known: _Known, pooled: float) -> Foreseen:
    quiet = queue.subscription and queue.name not in known.kept
    if quiet and not any(topic in known.counts for topic in queue.topics):
        return Foreseen(
            queue=queue, waiting=0, overdue=0, verdict=_NOTHING, width=pooled
        )
    flow = together(list(_flows(queue, known)))
    own = outcomes_of(known.kept.get(queue.name, ()), known.now_us)
    record = record_of(own)
    width = width_of(own) if record.known >= ENOUGH else pooled
    verdict = time_to_drain(
        Queue(
            flow=flow,
            most_s=queue.most_s,
            held=queue.held,
            daily=not queue.subscription,
        ),
        width,
    )
    counts = [known.counts.get(topic, Counts()) for topic in queue.topics]
    return Foreseen(
        queue=queue,
        waiting=_waiting(queue, known),
        overdue=round(flow.waiting(flow.samples[-1])) if flow.samples else 0,
        verdict=verdict,
        limit=None if queue.subscription else _limit(flow, counts, known),
        record=record,
        width=width,
        flow=flow,
    )


def _limit(flow: Flow, counts: Sequence[Counts], known: _Known) -> Outlook:
    partitions = sum(one.partitions for one in counts)
    return outlook(
        Stage(part=Part.SOURCE, flow=flow, workers=known.workers, partitions=partitions)
    )


def _flows(queue: Waiting, known: _Known) -> Iterator[Flow]:
    for topic, delay_s in queue.topics.items():
        if counts := known.counts.get(topic):
            now = Sample(known.now_us / 1e6, counts.came, counts.went)
            before = known.samples.get(topic, ())
            older = [one for one in before if one.at_s <= now.at_s - _APART_S]
            yield Flow([*older, now], delay_s)


def _by_queue(rows: Sequence[LagRow]) -> Mapping[str, Sequence[Sample]]:
    found: defaultdict[str, list[Sample]] = defaultdict(list)
    for row in rows:
        found[row.queue].append(Sample(row.at_us / 1e6, row.came, row.went))
    return found


def _kept(rows: Sequence[ForecastRow]) -> Mapping[str, Sequence[ForecastRow]]:
    found: defaultdict[str, list[ForecastRow]] = defaultdict(list)
    for row in rows:
        found[row.queue].append(row)
    return found
