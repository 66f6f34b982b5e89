"""What is known of an event and of its hops, as they were written."""

from typing import NamedTuple

from bus.delivery.subscription import Subscription
from bus.record import Record
from tests.simulation.plan import Fate


class Known(NamedTuple):
    """An event as it was written; `name` is the webhook-id it must have."""

    id: str
    name: str
    order: str
    status: str
    fate: Fate
    record: Record
    at: float

    def matches(self, subscription: Subscription) -> bool:
        """Whether a subscription wants it."""
        wanted = not subscription.filter or self.status == "paid"
        return wanted and self.fate is not Fate.ASIDE


class Hop(NamedTuple):
    """A record that carries a delivery on."""

    topic: str
    attempts: int
    tier: str | None
    reason: str | None
    at: float


def hop_of(record: Record, at: float) -> Hop:
    """What a record says that was written at a moment."""
    found = dict(record.headers)
    tier, reason = found.get("bus-tier"), found.get("bus-reason")
    return Hop(
        record.topic,
        int(found["bus-attempts"]),
        tier.decode() if tier else None,
        reason.decode() if reason else None,
        at,
    )
