"""Queues that are played through in simulated time, to hold forecasts to what came.

An episode is seeded and knows all of its future: what a forecast is shown is the
samples up to a moment, what it is judged by are those after it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import exp, pi, sin
from random import Random

from bus.watch.forecasts.drain import Queue, slack
from bus.watch.forecasts.flow import Flow, Sample

SAMPLE_S = 30
_MINUTE = 60
_HOUR = 3_600
_DAY = 86_400


@dataclass(frozen=True, kw_only=True)
class Episode:
    """What was counted in one queue, or in the tiers of one subscription.

    `asked_s` is when the forecast is made.
    """

    kind: str
    seed: int
    asked_s: float
    samples: Sequence[Sample]
    most_s: float | None = None
    daily: bool = False

    def seen(self) -> Queue:
        """What there is to forecast from."""
        known = [sample for sample in self.samples if sample.at_s <= self.asked_s]
        return Queue(flow=Flow(known), most_s=self.most_s, daily=self.daily)

    def truth_s(self) -> float:
        """How long it took; infinity where it did not happen."""
        queue = self.seen()
        goal = slack(queue.flow)
        before = queue.flow.samples[-1]
        for sample in self.samples:
            if sample.at_s <= self.asked_s:
                continue
            waits, waited = sample.came - sample.went, before.came - before.went
            if waits <= goal:
                part = (waited - goal) / max(waited - waits, 1)
                passed = before.at_s - self.asked_s
                return max(1.0, passed + part * (sample.at_s - before.at_s))
            before = sample
        return float("inf")


class Wandering:
    """A level that wanders around one: correlated over minutes, its share `by`."""

    def __init__(self, random: Random, by: float, over_s: float = 1_200.0) -> None:
        self._random = random
        self._keeps = exp(-SAMPLE_S / over_s)
        self._stir = by * (1 - self._keeps**2) ** 0.5
        self._log = random.gauss(0, by)

    def next(self) -> float:
        """The level of the next step."""
        self._log = self._keeps * self._log + self._random.gauss(0, self._stir)
        return exp(self._log)


def counted(random: Random, expected: float) -> int:
    """A number of independent things: Poisson, by the normal law."""
    return max(0, round(random.gauss(expected, max(expected, 0.0) ** 0.5)))


def _seeded(kind: str, seed: int) -> Random:
    return Random(f"{kind} {seed}")  # noqa: S311 - to be played again, not to be secret


def _sampled(at_s: float) -> int:
    """The first sample from then on."""
    return int(-(-at_s // SAMPLE_S)) * SAMPLE_S


Rate = Callable[[float], float]


def played(random: Random, comes: Rate, goes: Rate, asked_s: float) -> Sequence[Sample]:
    """A queue with what comes and what may go a second, as functions of time.

    Until it is empty after the question, or 30 hours after that.
    """
    came = went = 0
    samples = [Sample(0, 0, 0)]
    in_level, out_level = Wandering(random, 0.1), Wandering(random, 0.1)
    for at_s in range(0, int(asked_s) + 30 * _HOUR, SAMPLE_S):
        if at_s > asked_s and went == came:
            break
        came += counted(random, comes(at_s) * in_level.next() * SAMPLE_S)
        room = counted(random, goes(at_s) * out_level.next() * SAMPLE_S)
        went = min(came, went + room)
        samples.append(Sample(at_s + SAMPLE_S, came, went))
    return samples


def steady(seed: int) -> Episode:
    """A heap from somewhere, and nothing else that changes."""
    random = _seeded("steady", seed)
    rate = 10 ** random.uniform(0.5, 3)
    faster = random.uniform(1.15, 3)
    heap_s = random.uniform(300, 7_200)

    def comes(at_s: float) -> float:
        return rate + (rate * heap_s / SAMPLE_S if at_s == _HOUR else 0)

    asked_s = _HOUR + SAMPLE_S * random.randint(5, 30)
    samples = played(random, comes, lambda _: rate * faster, asked_s)
    return Episode(kind="steady", seed=seed, asked_s=asked_s, samples=samples)


def outage(seed: int) -> Episode:
    """Nothing goes for 20 minutes to three hours; then it does again."""
    random = _seeded("outage", seed)
    rate = 10 ** random.uniform(0.5, 3)
    faster = random.uniform(1.15, 3)
    down_s = _HOUR + random.uniform(20, 180) * _MINUTE

    def goes(at_s: float) -> float:
        return 0.0 if _HOUR <= at_s < down_s else rate * faster

    asked_s = _sampled(down_s) + SAMPLE_S * random.randint(5, 60)
    samples = played(random, lambda _: rate, goes, asked_s)
    return Episode(kind="outage", seed=seed, asked_s=asked_s, samples=samples)


def bursts(seed: int) -> Episode:
    """More comes than can go, again and again for some minutes."""
    random = _seeded("bursts", seed)
    rate = 10 ** random.uniform(0.5, 2.5)
    faster = random.uniform(1.3, 2.5)
    starts: list[float] = [_HOUR]
    while starts[-1] < 12 * _HOUR:
        starts.append(starts[-1] + random.expovariate(1 / (4 * _HOUR)))
    spans = [(one, one + random.uniform(3, 15) * _MINUTE) for one in starts]
    times = random.uniform(4, 12)

    def comes(at_s: float) -> float:
        return rate * (times if any(a <= at_s < b for a, b in spans) else 1)

    asked_s = _sampled(spans[0][1]) + SAMPLE_S * random.randint(4, 16)
    samples = played(random, comes, lambda _: rate * faster, asked_s)
    return Episode(kind="bursts", seed=seed, asked_s=asked_s, samples=samples)


def daily(seed: int) -> Episode:
    """As in a day, with yesterday known; an outage leaves hours of work."""
    random = _seeded("daily", seed)
    rate = 10 ** random.uniform(1, 3)
    swing, phase = random.uniform(0.3, 0.7), random.uniform(0, 2 * pi)
    faster = (1 + swing) * random.uniform(1.02, 1.5)
    down = (26 * _HOUR, (26 + random.uniform(1, 5)) * _HOUR)

    def comes(at_s: float) -> float:
        return rate * (1 + swing * sin(2 * pi * at_s / _DAY + phase))

    def goes(at_s: float) -> float:
        return 0.0 if down[0] <= at_s < down[1] else rate * faster

    asked_s = _sampled(down[1]) + SAMPLE_S * random.randint(6, 60)
    samples = played(random, comes, goes, asked_s)
    return Episode(
        kind="daily", seed=seed, asked_s=asked_s, samples=samples, daily=True
    )


def throttled(seed: int) -> Episode:
    """A partner allows so many a second, and a backlog has to go at that rate."""
    random = _seeded("throttled", seed)
    most = 10 ** random.uniform(0.5, 2)
    rate = most * random.uniform(0.3, 0.85)
    down_s = _HOUR + random.uniform(10, 90) * _MINUTE

    def goes(at_s: float) -> float:
        return 0.0 if _HOUR <= at_s < down_s else most

    asked_s = _sampled(down_s) + SAMPLE_S * random.randint(5, 40)
    came = went = 0
    samples = [Sample(0, 0, 0)]
    level = Wandering(random, 0.12)
    for at_s in range(0, 32 * _HOUR, SAMPLE_S):
        if at_s > asked_s and went == came:
            break
        came += counted(random, rate * level.next() * SAMPLE_S)
        went = min(came, went + round(goes(at_s) * SAMPLE_S))
        samples.append(Sample(at_s + SAMPLE_S, came, went))
    return Episode(
        kind="throttled", seed=seed, asked_s=asked_s, samples=samples, most_s=most
    )


def storm(seed: int) -> Episode:
    """An endpoint refuses most, then less and less: the same come round through tiers.

    Counted over all tiers together, in which one that fails again comes again.
    """
    random = _seeded("storm", seed)
    rate = 10 ** random.uniform(0.5, 2)
    most = rate * random.uniform(1.6, 3)
    calm_s = random.uniform(10, 60) * _MINUTE
    bad_s = _HOUR + random.uniform(10, 60) * _MINUTE
    asked_s = _sampled(bad_s + random.uniform(0.2, 2) * calm_s)
    level = Wandering(random, 0.1)
    tiers = [0, 0, 0, 0]  # the first is what comes fresh; after the last dead
    came = went = 0
    samples = [Sample(0, 0, 0)]
    for at_s in range(0, 32 * _HOUR, SAMPLE_S):
        if at_s > asked_s and went == came:
            break
        fails = _fails(at_s, bad_s, calm_s)
        room = counted(random, most * level.next() * SAMPLE_S)
        tiers[0] += (fresh := counted(random, rate * SAMPLE_S))
        came += fresh
        for tier in range(len(tiers)):
            tried = min(tiers[tier], room)
            failed = min(tried, counted(random, tried * fails))
            room -= tried
            went += tried
            tiers[tier] -= tried
            if tier + 1 < len(tiers):
                tiers[tier + 1] += failed
                came += failed
        samples.append(Sample(at_s + SAMPLE_S, came, went))
    return Episode(kind="storm", seed=seed, asked_s=asked_s, samples=samples)


def _fails(at_s: float, bad_s: float, calm_s: float) -> float:
    if at_s < _HOUR:
        return 0.01
    if at_s < bad_s:
        return 0.85
    return 0.01 + 0.84 * exp(-(at_s - bad_s) / calm_s)


KINDS: Mapping[str, Callable[[int], Episode]] = {
    "steady": steady,
    "outage": outage,
    "bursts": bursts,
    "daily": daily,
    "throttled": throttled,
    "storm": storm,
}
