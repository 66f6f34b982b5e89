"""The order stream of the demo: many lifecycles at once, at a steady rate."""

from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime

from bus.event import Event
from bus.ports import Clock
from bus.samples.lifecycles import lifecycle

_OPEN_ORDERS = 20


def orders(events: int, seed: int, started: datetime) -> list[Event]:
    """At least `events` events, some orders' lives interleaved, each in order."""
    lives: Iterator[list[Event]] = (
        lifecycle(seed + number, started, 0.0) for number in range(events)
    )
    running = [next(lives) for _ in range(_OPEN_ORDERS)]
    woven: list[Event] = []
    turn = 0
    while running:
        life = running[turn % len(running)]
        woven.append(life.pop(0))
        if not life:
            running.remove(life)
            if len(woven) < events and (fresh := next(lives, None)):
                running.append(fresh)
        turn += 1
    return woven


def order_with(events: list[Event], event_type: str) -> str:
    """The first order that has an event of this type."""
    return next(event.subject for event in events if event.type == event_type)


async def play(
    events: list[Event],
    rate: float,
    send: Callable[[Event], Awaitable[None]],
    clock: Clock,
) -> None:
    """Send events at `rate` a second, one after another."""
    began = clock.monotonic()
    for number, event in enumerate(events):
        wait_s = began + number / rate - clock.monotonic()
        if wait_s > 0:
            await clock.sleep(wait_s)
        await send(event)


def now(clock: Clock) -> datetime:
    """The time as an aware datetime."""
    return datetime.fromtimestamp(clock.now(), UTC)
