"""What forecasts were worth: how often they held, and how wide they have to be.

Ranges are widened by how far earlier ones were off, which needs no law of how queues
behave: split conformal prediction (Vovk and others, 2005) on a logarithmic scale.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil, log

from bus.watch.forecasts.drain import SHARE, WIDTH, Within

ENOUGH = 30
"""So many outcomes, or nothing is learned of a queue alone."""
MOST = 120
_WIDEST = 8.0
_THIN = 1e-6
_AGAIN_S = 300.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """A forecast and what came: how long it took; None: not yet, after `waited_s`.

    `width` is the power that its range was widened by.
    """

    range: Within
    width: float
    took_s: float | None
    waited_s: float = 0.0

    @property
    def held(self) -> bool | None:
        """Whether it came within the range; None while it may yet."""
        if self.took_s is None:
            return None if self.waited_s <= self.range.high_s else False
        return self.range.low_s <= self.took_s <= self.range.high_s

    @property
    def score(self) -> float:
        """By what power the range, before it was widened, had to be to just hold."""
        took_s = self.waited_s if self.took_s is None else self.took_s
        mid_s = self.range.mid_s
        edge_s = self.range.high_s if took_s > mid_s else self.range.low_s
        needed = abs(log(max(took_s, 1.0) / mid_s))
        return self.width * needed / max(abs(log(edge_s / mid_s)), _THIN)


@dataclass(frozen=True, slots=True)
class Record:
    """How many forecasts have an outcome, and how many of them held."""

    known: int = 0
    held: int = 0

    @property
    def coverage(self) -> float | None:
        """The share that held; None without any."""
        return self.held / self.known if self.known else None


def record_of(outcomes: Iterable[Outcome]) -> Record:
    """Return what these come to."""
    told = [one.held for one in outcomes if one.held is not None]
    return Record(len(told), sum(told))


def width_of(own: Sequence[Outcome], all_: Sequence[Outcome] = ()) -> float:
    """By what power to widen: of a queue's own outcomes, or those of all while few.

    Both newest first. The smallest power that would have held in `SHARE` of them.
    """
    for outcomes in (own, all_):
        told = [one for one in outcomes if one.held is not None][:MOST]
        if len(told) >= ENOUGH:
            scores = sorted(one.score for one in told)
            rank = min(ceil((len(scores) + 1) * SHARE), len(scores))
            return min(scores[rank - 1], _WIDEST)
    return WIDTH


def worth_keeping(last: Within | None, since_s: float) -> bool:
    """Whether a forecast says something that the last kept one, so long ago, did not.

    Those made one after the other are right or wrong together, and would count as many.
    """
    return last is None or since_s >= max(_AGAIN_S, last.mid_s / 2)
