"""How a subscription fares, in the figures that are shown: out of tallies."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from bus.log.rollup import COUNTS, WIDTH, Minute, Tally, added, quantiles_us, tally_of

_LATENCIES = len(COUNTS)
_HOUR_S, _DAY_S = 3_600, 86_400
_HELD, _DEAD_LETTERS = COUNTS.index("held"), COUNTS.index("dead_letters")


class Figures(NamedTuple):
    """What befell the attempts of a span of time.

    `success_rate` is the share of accepted among the attempts; None without any,
    as are the quantiles (microseconds, right to within a fifth). Hops without a
    call are `held` and no attempts.
    """

    attempts: int
    accepted: int
    held: int
    dead_letters: int
    success_rate: float | None
    p50_us: float | None
    p95_us: float | None
    p99_us: float | None


@dataclass(frozen=True, slots=True)
class Health:
    """The figures of a subscription up to now.

    The day begins with a full hour and the hour with full five minutes, so that they
    are up to an hour and five minutes longer than their names say.
    """

    five_minutes: Figures
    hour: Figures
    day: Figures


def figures(tally: Tally) -> Figures:
    """Return a tally as figures."""
    attempts, accepted = sum(tally[:_HELD]), tally[0]
    p50_us, p95_us, p99_us = quantiles_us(tally[_LATENCIES:], 0.50, 0.95, 0.99)
    rate = accepted / attempts if attempts else None
    held, dead_letters = tally[_HELD], tally[_DEAD_LETTERS]
    return Figures(  # by place: so it is made three times a subscription at once
        *(attempts, accepted, held, dead_letters), *(rate, p50_us, p95_us, p99_us)
    )


NONE = figures((0,) * WIDTH)
"""Of a span in which nothing happened."""


def figures_of(minutes: Iterable[Minute]) -> Figures:
    """Return what the minutes come to together."""
    return figures(added(tally_of(minute) for minute in minutes))


def start_of(span_s: int, now_us: int) -> tuple[int, int]:
    """When a span up to now begins, in minutes since the epoch, and in what steps.

    The steps are minutes, too: of 1, 5 or 60, the longer the span, see `Log.since`.
    """
    step = 60 if span_s >= _DAY_S else 5 if span_s >= _HOUR_S else 1
    minute = now_us // 60_000_000 - span_s // 60
    return minute // step * step, step


def span_after(moment_us: int, now_us: int) -> int:
    """The longest span up to now that begins with nothing before a moment, in seconds.

    It begins with a full minute, or where `start_of` has longer steps with one of
    those: what lies between is left out. 0 or less: no full minute has begun since.
    """
    first, now = -(-moment_us // 60_000_000), now_us // 60_000_000
    spans = (((now - -(-first // step) * step) * 60) for step in (1, 5, 60))
    return next((s for s in spans if s <= 0 or start_of(s, now_us)[0] >= first), 0)


def starts(now_us: int) -> tuple[int, int, int]:
    """When the five minutes, the hour and the day up to now begin.

    In minutes since the epoch; see `Health`.
    """
    minute = now_us // 60_000_000
    return minute - 5, (minute - 60) // 5 * 5, (minute - 24 * 60) // 60 * 60
