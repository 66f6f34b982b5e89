"""Things that an observer is told of, and a clock for it that stands still."""

from datetime import UTC, datetime
from typing import Protocol

from bus.delivery.delivery import Attempt, Origin
from bus.event import Event

NOW = 1_780_000_000.25
EVENT = Event(
    id="e-1",
    type="order.created",
    source="/oms/web",
    subject="O-1",
    time=datetime(2026, 11, 23, tzinfo=UTC),
    data={},
)
ATTEMPT = Attempt(
    event_id="e-1",
    event_type="order.created",
    order_id="O-1",
    subscription="shop",
    number=1,
    outcome="accepted",
    status=200,
    detail="",
    route="done",
    started_us=1_780_000_000_000_000,
    duration_us=20_000,
    origin=Origin("oms.order", 3, 42, 1_779_999_999_900),
)


class MakeAttempt(Protocol):
    """Makes an accepted first attempt, but for the fields given."""

    def __call__(self, **fields: object) -> Attempt:
        """Make one."""
        ...


class StillClock:
    """A clock that stands still."""

    def now(self) -> float:
        """The same second, always."""
        return NOW

    def monotonic(self) -> float:
        """The same second, always."""
        return NOW

    async def sleep(self, delay_s: float) -> None:
        """Nobody sleeps here."""
        raise AssertionError(delay_s)
