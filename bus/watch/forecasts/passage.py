"""When a backlog that shrinks unsteadily is first gone: how probable by which time.

With a steady drift that is the inverse Gaussian law (Chhikara and Folks, 1989); the
drift is not known exactly, so the law is averaged over what it may be.
"""

from collections.abc import Callable, Sequence
from math import erfc, exp, log, pi, sqrt

# Equally probable values of a standard normal: the middles of nine ninths.
_NODES = (-1.593, -0.967, -0.589, -0.282, 0.0, 0.282, 0.589, 0.967, 1.593)
_FIRST_S = 1.0
_POINTS = 56
_FAR = 5.0


def times_until(horizon_s: float) -> Sequence[float]:
    """The moments that are looked at: each the same factor after the one before."""
    factor = log(horizon_s / _FIRST_S) / (_POINTS - 1)
    return [_FIRST_S * exp(factor * point) for point in range(_POINTS)]


def gone_by(
    times: Sequence[float],
    backlog: float,
    shrunk_by: Callable[[float], float],
    noise: float,
    unsure: float,
) -> Sequence[float]:
    """How probable it is that the backlog was gone once by each of these times.

    `shrunk_by` is what is expected to have left by then, over what came.
    """
    errors = [node * sqrt(unsure) for node in _NODES]
    found: list[float] = []
    likely = 0.0
    for time in times:
        expected = shrunk_by(time)
        chances = [
            _chance(backlog, expected + error * time, noise * time) for error in errors
        ]
        likely = max(likely, sum(chances) / len(chances))
        found.append(likely)
    return found


def when(times: Sequence[float], chances: Sequence[float], share: float) -> float:
    """By which time this share is reached; beyond the last one infinity."""
    for place, chance in enumerate(chances):
        if chance < share:
            continue
        if place == 0:
            return times[0]
        before = chances[place - 1]
        part = (share - before) / (chance - before)
        return float(times[place - 1] * (times[place] / times[place - 1]) ** part)
    return float("inf")


def _chance(backlog: float, shrunk: float, variance: float) -> float:
    if variance <= 0:
        return float(shrunk >= backlog)
    root = sqrt(variance)
    beyond = _normal((shrunk - backlog) / root)
    back = (shrunk + backlog) / root
    if back > _FAR:
        # The exponential below overflows where its factor vanishes: together.
        apart = (shrunk - backlog) ** 2 / (2 * variance)
        return min(1.0, beyond + exp(-apart) / (back * sqrt(2 * pi)))
    power = min(2 * shrunk * backlog / variance, 50.0)
    return min(1.0, beyond + exp(power) * _normal(-back))


def _normal(value: float) -> float:
    return erfc(-value / sqrt(2)) / 2
