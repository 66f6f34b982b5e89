"""What one listener wants to hear, of what it may. Pure."""

from collections.abc import Callable
from dataclasses import dataclass, field

from bus.log.rows import AttemptRow, EventRow
from processors.live.positions import Kind
from processors.live.ring import LiveRow

ANY: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A filter: what is named must fit, of several one; empty: any.

    An event has no subscription and no outcome: where one is named, none fits. Types
    may end in `.*`. `sees` says whose attempts may be heard, by subscription.
    """

    kinds: frozenset[Kind] = frozenset(Kind)
    types: frozenset[str] = ANY
    orders: frozenset[str] = ANY
    subscriptions: frozenset[str] = ANY
    outcomes: frozenset[str] = ANY
    sees: Callable[[str], bool] = field(default=lambda _: True)

    def fits(self, row: LiveRow) -> bool:
        """Whether this is to be heard."""
        if self.orders and row.order_id not in self.orders:
            return False
        if self.types and not self._of_types(row.event_type):
            return False
        match row:
            case AttemptRow():
                return Kind.ATTEMPTS in self.kinds and self._attempt(row)
            case EventRow():
                narrowed = self.subscriptions or self.outcomes
                return Kind.EVENTS in self.kinds and not narrowed

    def _of_types(self, name: str) -> bool:
        if name in self.types:
            return True
        families = [one[:-1] for one in self.types if one.endswith(".*")]
        return any(name.startswith(family) for family in families)

    def _attempt(self, row: AttemptRow) -> bool:
        if self.subscriptions and row.subscription not in self.subscriptions:
            return False
        if self.outcomes and row.outcome not in self.outcomes:
            return False
        return self.sees(row.subscription)
