"""How fast a backlog shrinks now, how unsteadily, and how well that is known."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import sqrt
from typing import Self

from bus.watch.forecasts.flow import Step

LEAST = 4
"""So many steps of one and the same pace, or nothing can be said."""
MOST = 60
_CONTRADICTION = 2.5
_LEVEL = 0.06
"""By what share each rate wanders off by the time it matters: no window shows it."""
_AT_LIMIT = 0.95


@dataclass(frozen=True, slots=True)
class Pace:
    """What the last steps have in common.

    Rates are records a second. `noise` is the variance that the backlog gains a
    second, `known` how well the window knows `net`, as a variance.
    """

    steps: int
    came: float
    went: float
    noise: float
    known: float
    at_limit: bool = False

    @property
    def net(self) -> float:
        """By how much the backlog shrinks a second."""
        return self.went - self.came

    @property
    def unsure(self) -> float:
        """The variance of `net`: what the window leaves open, and what it hides."""
        wanders = 0.0 if self.at_limit else self.went
        return self.known + _LEVEL**2 * (self.came**2 + wanders**2)

    def under(self, most_s: float | None) -> Self:
        """The same where no more than this may go; at the limit that is exact."""
        if most_s is None or self.went < _AT_LIMIT * most_s:
            return self
        return replace(self, went=min(self.went, most_s), at_limit=True)


def pace_of(steps: Sequence[Step]) -> Pace | None:
    """The pace of the last steps, as far back as they do not contradict each other.

    So an outage, a burst or a new worker begins a new pace within a few steps.
    None where there are too few.
    """
    if len(steps) < LEAST:
        return None
    scale = max(max(step.came, step.went) for step in steps[-LEAST:])
    nets = [step.net for step in steps[-MOST:]]
    count = _alike(nets, (0.05 * scale) ** 2)
    last = steps[-count:]
    span = sum(step.span_s for step in last)
    came = sum(step.came * step.span_s for step in last) / span
    went = sum(step.went * step.span_s for step in last) / span
    noise = _noise(nets[-count:], span / count)
    known = noise / span * (count - 1) / max(count - 3, 1)
    return Pace(count, came, went, noise, known)


def _alike(values: Sequence[float], least_variance: float) -> int:
    """How many of the last values have one mean, as far as can be told.

    Judged by the spread of the newer ones: an older one that is far off would hide
    itself in its own.
    """
    count = LEAST
    while count < len(values):
        older = values[-(count + max(count // 2, 1)) : -count]
        newer = values[-count:]
        spread = _variance(newer) + least_variance
        away = abs(_mean(older) - _mean(newer))
        bound = _CONTRADICTION * count / (count - 2)
        if away > bound * sqrt(spread * (1 / len(older) + 1 / count)):
            break
        count += len(older)
    return count


def _noise(values: Sequence[float], span_s: float) -> float:
    """Variance a second; over fours too, as what goes slowly up and down hides."""
    single = _variance(values) * span_s
    fours = [_mean(values[at : at + 4]) for at in range(0, len(values) - 3, 4)]
    if len(fours) < LEAST:
        return single
    return max(single, _variance(fours) * 4 * span_s)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def _squares(values: Sequence[float]) -> float:
    mean = _mean(values)
    return sum((value - mean) ** 2 for value in values)


def _variance(values: Sequence[float]) -> float:
    return _squares(values) / (len(values) - 1)
