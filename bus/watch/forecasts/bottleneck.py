"""Which stage will be asked for more than it can do within a day, and what helps."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from math import exp, log, sqrt
from typing import TypeAlias

from bus.watch.forecasts.coming import (
    DAY_S,
    SMOOTH_S,
    as_yesterday,
    has_yesterday,
    rate_around,
)
from bus.watch.forecasts.drain import CannotSay
from bus.watch.forecasts.flow import Flow
from bus.watch.forecasts.pace import LEAST

_STEP_S = 600.0
_NINTH_TENTH = 1.2816
"""The normal's ninetieth percentile: so far to both sides lie 80 %."""
_LEAST_SPREAD = 0.10
_COMPARED = 6
_LOW, _HIGH = 0.1, 0.9
_MOSTLY = 0.5


class Knob(StrEnum):
    """What to turn where a stage is at its limit."""

    WORKERS = "workers"
    PARTITIONS = "partitions"
    CONCURRENCY = "concurrency"
    RATE = "rate"
    TIERS = "retry tiers"


class Part(StrEnum):
    """What a stage is part of."""

    SOURCE = "source"
    SUBSCRIPTION = "subscription"
    LOG = "log"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Something that passes records on; rates are a second.

    Attributes:
        part: What kind it is.
        flow: What came to it and went from it.
        rate: How many a partner allows; None: as many as there are.
        at_once: How many calls at a time its concurrency and latency make a second.
        workers: How many processes share the work; None: not known.
        partitions: How many could, at most.
        again: Which share of what came had come before, as a retry.
    """

    part: Part
    flow: Flow
    rate: float | None = None
    at_once: float | None = None
    workers: int | None = None
    partitions: int | None = None
    again: float = 0.0


@dataclass(frozen=True, slots=True)
class Enough:
    """Not its limit within a day, in nine of ten cases; `most` of it is used then."""

    most: float


@dataclass(frozen=True, slots=True)
class Limit:
    """Asked for more than it can do, from then on, seconds from now.

    `low_s` is when it may be at the earliest, `mid_s` when it is as likely as not,
    `high_s` the latest; None: perhaps not within the day.
    """

    low_s: float
    mid_s: float | None
    high_s: float | None
    knob: Knob


Outlook: TypeAlias = Enough | Limit | CannotSay


def outlook(stage: Stage) -> Outlook:
    """What the next day brings to a stage."""
    samples = stage.flow.samples
    if not samples or not has_yesterday(stage.flow):
        return CannotSay("it takes the counts of a day to know the next one")
    room = _room(stage)
    if room is None:
        return CannotSay("its limit was never reached, so that nobody knows it")
    least, most = room
    spread = exp(_NINTH_TENTH * _spread(stage.flow))
    asked = _asked(stage.flow)
    low = _first(asked, least / spread)
    if low is None:
        return Enough(max(asked) * spread / least)
    return Limit(
        low_s=low,
        mid_s=_first(asked, sqrt(least * most)),
        high_s=_first(asked, most * spread),
        knob=knob(stage),
    )


def first_limit(outlooks: Iterable[tuple[str, Outlook]]) -> str | None:
    """Which stage is at its limit first, as likely as not; None if none is."""
    found = [
        (outlook.mid_s, name)
        for name, outlook in outlooks
        if isinstance(outlook, Limit) and outlook.mid_s is not None
    ]
    return min(found)[1] if found else None


def knob(stage: Stage) -> Knob:
    """What lifts the limit of a stage: what limits it, not what is near at hand."""
    if stage.part is Part.SUBSCRIPTION:
        limits = [
            (limit, name)
            for limit, name in (
                (stage.rate, Knob.RATE),
                (stage.at_once, Knob.CONCURRENCY),
            )
            if limit is not None
        ]
        if stage.again > _MOSTLY:
            return Knob.TIERS
        if limits:
            return min(limits)[1]
    taken = stage.workers is not None and stage.workers >= (stage.partitions or 0)
    return Knob.PARTITIONS if stage.partitions and taken else Knob.WORKERS


def _room(stage: Stage) -> tuple[float, float] | None:
    """How many a second it can do, from and to; None where nobody knows."""
    known = [limit for limit in (stage.rate, stage.at_once) if limit is not None]
    if known:
        return min(known), min(known)
    busy = sorted(
        step.went
        for step in stage.flow.steps(stage.flow.samples[0].at_s)
        if step.waiting > step.went * step.span_s and step.went > 0
    )
    if len(busy) < LEAST:
        return None
    last = len(busy) - 1
    return busy[round(_LOW * last)], busy[round(_HIGH * last)]


def _asked(flow: Flow) -> Sequence[float]:
    """How much is likely to come a second in each step of the next day."""
    now_s = flow.samples[-1].at_s
    rate = rate_around(flow, now_s - SMOOTH_S / 2)
    come = as_yesterday(flow, rate)
    points = [come(_STEP_S * step) for step in range(int(DAY_S / _STEP_S) + 1)]
    return [max(0.0, after - before) / _STEP_S for before, after in pairwise(points)]


def _first(asked: Sequence[float], room: float) -> float | None:
    for step, rate in enumerate(asked):
        if rate > room:
            return step * _STEP_S
    return None


def _spread(flow: Flow) -> float:
    """By how much a half hour of today is unlike yesterday's, on the log scale."""
    now_s = flow.samples[-1].at_s
    unlike = []
    for half_hour in range(_COMPARED):
        at_s = now_s - SMOOTH_S * (half_hour + 0.5)
        if at_s - DAY_S - SMOOTH_S / 2 < flow.samples[0].at_s:
            break
        today, before = rate_around(flow, at_s), rate_around(flow, at_s - DAY_S)
        if today > 0 and before > 0:
            unlike.append(log(today / before))
    if not unlike:
        return 2 * _LEAST_SPREAD
    return max(_LEAST_SPREAD, sqrt(sum(one**2 for one in unlike) / len(unlike)))
