"""Events of orders, as the bus under test gets them."""

from dataclasses import replace
from datetime import UTC, datetime

from bus.event import Event
from bus.samples.lifecycles import lifecycle, sample

STARTED = datetime(2026, 11, 23, 12, tzinfo=UTC)


def many_events(count: int, started: datetime = STARTED) -> list[Event]:
    """Events of whole order lifecycles, one order after the other."""
    found: list[Event] = []
    seed = 0
    while len(found) < count:
        found += lifecycle(seed, started, 0)
        seed += 1
    return found[:count]


def order_event(order_id: str, number: int = 0, type_: str = "order.updated") -> Event:
    """One event of an order; another `number` makes another event."""
    event = sample(type_, hash((order_id, number)), datetime.now(UTC))
    return replace(event, subject=order_id, data={**event.data, "order_id": order_id})
