"""How much comes in when: a shop's week, with weeks behind it."""

from bisect import bisect_left
from collections.abc import Iterator
from itertools import accumulate
from math import exp
from random import Random

from processors.watch.records import PastHour

HOUR_S, DAY_S = 3_600, 86_400
MONDAY = 1_772_409_600.0
"""2026-03-02, midnight in UTC."""
_A_WEEK = 168
_WEEKS = 6
_PEAK_A_MINUTE = {
    "oms.order": 120.0,
    "oms.payment": 20.0,
    "oms.shipment": 12.0,
    "oms.inventory": 30.0,
    "oms.risk": 2.0,
}
TOPICS = tuple(_PEAK_A_MINUTE)
_CURVE = (
    *(0.22, 0.15, 0.10, 0.08, 0.08, 0.12, 0.22, 0.38, 0.55, 0.70, 0.80, 0.86),
    *(0.88, 0.84, 0.80, 0.78, 0.80, 0.86, 0.95, 1.00, 0.98, 0.85, 0.60, 0.38),
)
"""The share of a peak at each hour: a night, a long day, an evening at home."""
_WEEKDAYS = (1.0, 0.97, 1.0, 1.02, 1.1, 0.8, 0.65)
_BETWEEN_DAYS, _BETWEEN_HOURS = 0.10, 0.05
"""How far a day and an hour are from what is usual, as standard deviations."""


class Traffic:
    """Rates of each topic; the same seed has the same weeks."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._factors: dict[tuple[str, str, int], float] = {}

    def a_minute(self, topic: str, at: float) -> float:
        """How many events usually come in the minute at `at`, in this week."""
        hours = (at - MONDAY) / HOUR_S
        day, hour = int(hours // 24), int(hours // 1)
        now, after = _CURVE[hour % 24], _CURVE[(hour + 1) % 24]
        curve = now + (after - now) * (hours - hour)
        rate = _PEAK_A_MINUTE[topic] * curve * _WEEKDAYS[day % 7]
        rate *= self._factor(topic, "day", day, _BETWEEN_DAYS)
        return rate * self._factor(topic, "hour", hour, _BETWEEN_HOURS)

    def past(self, topic: str, until: float) -> Iterator[PastHour]:
        """Every hour of the week as it was in the weeks before `until`."""
        random, now = _seeded(self._seed, topic, "past"), int(until) // HOUR_S
        for hour in range(now - _A_WEEK, now):
            weeks = [
                self._minutes(random, topic, hour - _A_WEEK * week)
                for week in range(_WEEKS)
            ]
            yield PastHour(topic=topic, hour=hour, weeks=weeks)

    def _minutes(self, random: Random, topic: str, hour: int) -> list[int]:
        rate = self.a_minute(topic, hour * HOUR_S + HOUR_S / 2)
        return Poisson(random, rate).take(60)

    def _factor(self, topic: str, what: str, which: int, spread: float) -> float:
        key = (topic, what, which)
        found = self._factors.get(key)
        if found is None:
            random = _seeded(self._seed, topic, what, which)
            found = self._factors[key] = exp(random.gauss(0, spread))
        return found


def _seeded(*what: object) -> Random:
    return Random("/".join(map(str, what)))  # noqa: S311 - the same every time


class Poisson:
    """Draws of how many come where so many are to be expected."""

    def __init__(self, random: Random, mean: float) -> None:
        self._random = random
        most = int(mean + 8 * (mean + 1) ** 0.5) + 8
        shares = accumulate(
            range(1, most), lambda share, n: share * mean / n, initial=exp(-mean)
        )
        self._sums = list(accumulate(shares))

    def take(self, count: int) -> list[int]:
        """So many draws."""
        random, sums = self._random.random, self._sums
        return [bisect_left(sums, random()) for _ in range(count)]

    def one(self) -> int:
        """One draw."""
        return bisect_left(self._sums, self._random.random())
