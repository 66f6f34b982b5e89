"""How much work the expressions of one owner may make: filters and transforms.

A step of JMESPath costs about a microsecond, and everybody's expressions run on the
thread that delivers for all. What a delivery costs anyway is free; beyond that each
payer has so many steps a second, and what it has not used for a second.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Protocol

from bus.delivery.subscription import Subscription

FREE_STEPS = 200
"""An evaluation up to here costs no more than the delivery itself."""
STEPS_A_SECOND = 100_000
AT_ONCE = 20_000
"""What all filters together may take on one event before others have their turn."""

DEAR = "expressions"
"""Why deliveries wait whose owner's expressions have used up their steps."""


class Purse(Protocol):
    """What expressions are paid from."""

    def left(self, payer: str) -> int:
        """How many steps it may take now; none or fewer: it has to wait."""
        ...

    def spend(self, payer: str, steps: int) -> None:
        """One evaluation has taken so many steps."""
        ...


class Efforts:
    """What each payer has left. `now` is a monotonic clock, in seconds.

    An evaluation may begin while something is left and may leave a debt, which is paid
    off before the next one begins: over time nobody takes more than its rate.
    """

    __slots__ = ("_left", "_now", "_rate")

    def __init__(self, rate: float, now: Callable[[], float]) -> None:
        self._rate = rate
        self._now = now
        self._left: dict[str, tuple[float, float]] = {}

    def left(self, payer: str) -> int:
        """How many steps it may take now; none or fewer: it has to wait."""
        return int(self._level(payer, self._now()))

    def spend(self, payer: str, steps: int) -> None:
        """One evaluation has taken so many steps."""
        if steps > FREE_STEPS:
            now = self._now()
            level = self._level(payer, now) - (steps - FREE_STEPS)
            self._left[payer] = (level, now)

    def next_chance(self, payer: str) -> float:
        """When something is left again; now if it is so already."""
        now = self._now()
        level = self._level(payer, now)
        # A step more than what is missing: rounding must not make anybody ask twice.
        return now if level >= 1 else now + (2 - level) / self._rate

    def _level(self, payer: str, now: float) -> float:
        known = self._left.get(payer)
        if known is None:
            return self._rate
        level, at = known
        return min(self._rate, level + max(0.0, now - at) * self._rate)


class Sparing:
    """Accounts from which one event takes at most `AT_ONCE` steps, whoever pays."""

    __slots__ = ("_efforts", "_room")

    def __init__(self, efforts: Efforts) -> None:
        self._efforts = efforts
        self._room = AT_ONCE

    def begin(self) -> None:
        """The next event is looked at."""
        self._room = AT_ONCE

    def left(self, payer: str) -> int:
        """How many steps it may take of this event."""
        return min(self._room, self._efforts.left(payer))

    def spend(self, payer: str, steps: int) -> None:
        """One evaluation has taken so many steps."""
        self._room -= steps
        self._efforts.spend(payer, steps)


class Tab:
    """What one look at an event may take, on another thread; paid afterwards.

    `left` is what each payer has at its beginning; who is not named has nothing.
    """

    __slots__ = ("_left", "_spent")

    def __init__(self, left: Mapping[str, int]) -> None:
        self._left = left
        self._spent: Counter[str] = Counter()

    def left(self, payer: str) -> int:
        """How many steps it may take now."""
        return self._left.get(payer, 0) - self._spent[payer]

    def spend(self, payer: str, steps: int) -> None:
        """One evaluation has taken so many steps."""
        self._spent[payer] += max(0, steps - FREE_STEPS)

    def settle(self, efforts: Efforts) -> None:
        """Take what was spent out of the payers' accounts."""
        for payer, steps in [*self._spent.items()]:
            efforts.spend(payer, steps + FREE_STEPS)


def payer_of(subscription: Subscription) -> str:
    """Who pays for its expressions: its owner; without one it pays for itself."""
    return subscription.owner or f"/{subscription.id}"
