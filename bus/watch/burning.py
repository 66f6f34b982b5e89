"""How fast an error budget burns: windows as data, what follows from them computed.

After "Alerting on SLOs" of the SRE workbook: a long window shows that it matters, a
short one that it goes on.
"""

from dataclasses import dataclass
from math import sqrt

from bus.log.health import Figures
from bus.watch.facts import (
    FIVE_MINUTES,
    HALF_HOUR,
    HOUR,
    SIX_HOURS,
    THREE_DAYS,
    Objective,
    SubscriptionFacts,
)

PERIOD_S = 30 * 86_400
Z_95 = 1.96
FEWEST_BAD = 3
FEWEST = 50
"""Deliveries that a long window needs; with fewer the breaker decides, by failures in
a row."""


@dataclass(frozen=True, slots=True)
class Window:
    """A pair of spans, and the share of the period's budget that the long one may use.

    `factor` is how many times faster than allowed the budget then burns.
    """

    long_s: int
    short_s: int
    budget: float

    @property
    def factor(self) -> float:
        """Burn rate from which on this window speaks."""
        return self.budget * PERIOD_S / self.long_s


FAST = Window(HOUR, FIVE_MINUTES, 0.02)
MEDIUM = Window(SIX_HOURS, HALF_HOUR, 0.05)
SLOW = Window(THREE_DAYS, SIX_HOURS, 0.10)


@dataclass(frozen=True, slots=True)
class Share:
    """So many bad ones among all deliveries that came to something in a span."""

    bad: int
    all: int

    @property
    def ratio(self) -> float:
        """Bad among all; 0 of none."""
        return self.bad / self.all if self.all else 0.0


def share_of(figures: Figures, waiting: int) -> Share:
    """Return what was accepted against what was given up or is late by now."""
    bad = figures.dead_letters + waiting
    return Share(bad, figures.accepted + bad)


def late(waited: int, figures: Figures) -> int:
    """How many deliveries are late for certain: at least so many.

    Of `waited`, those that waited when the span of `figures` began, each that was
    accepted or given up since can have taken one away. The age of a tier's oldest
    record says nothing of it: a delivery that is held goes from tier to tier.
    """
    return max(0, waited - figures.accepted - figures.dead_letters)


def wilson_low(share: Share) -> float:
    """Lower end of the 95 % interval of a ratio (Wilson's score); 0 of none."""
    n, p = share.all, share.ratio
    if not n:
        return 0.0
    square = Z_95 * Z_95
    middle = p + square / (2 * n)
    spread = Z_95 * sqrt(p * (1 - p) / n + square / (4 * n * n))
    return max(0.0, (middle - spread) / (1 + square / n))


def burns(one: SubscriptionFacts, window: Window) -> bool:
    """Whether both spans burn the budget as fast as the window says, for certain."""
    long = share_of(one.within(window.long_s), one.late)
    short = share_of(one.within(window.short_s), one.late)
    limit = min(1.0, window.factor * budget(one.objective))
    return (
        long.all >= FEWEST
        and short.bad >= FEWEST_BAD
        and wilson_low(long) > limit
        and short.ratio > limit
    )


def budget(objective: Objective) -> float:
    """Which share of deliveries may be bad."""
    return 1.0 - objective.success
