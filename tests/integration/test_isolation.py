"""One partner's trouble, one order's trouble: nobody else's."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import pytest

from bus.event import Event
from processors.receiver import Behaviour, Mode
from tests.guarantees import InOrderPerKey
from tests.support.bus import CLOCK, Bus, running_bus, wait_until
from tests.support.kafka import KafkaUnderTest
from tests.support.orders import order_event
from tests.support.pace import patience

_PAUSE_S = 0.04
_SLACK_S = 0.25
"""What a busy machine may add to a latency before a test complains.

Only the order of magnitude is asserted here; the figures are the benchmark's.
"""


class Latencies:
    """Writes events at a steady pace, and says how long acceptances took."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self.written: dict[str, float] = {}

    async def during(
        self, make: Callable[[int], Event], over: Callable[[float], bool]
    ) -> Sequence[Event]:
        """Write until `over` says so of the seconds gone by."""
        began = CLOCK.monotonic()
        events: list[Event] = []
        while not over(CLOCK.monotonic() - began):
            event = make(len(events))
            await self._bus.produce([event])
            self.written[event.id] = CLOCK.now()
            events.append(event)
            await CLOCK.sleep(_PAUSE_S)
        return events

    def p95(self, paths: Sequence[str], events: Sequence[Event]) -> float:
        """Seconds from acknowledgement to acceptance."""
        ids = {event.id for event in events}
        found = sorted(
            r.at_ns / 1e9 - self.written[r.webhook_id]
            for r in self._bus.receiver.received
            if r.path in paths and r.status == 200 and r.webhook_id in ids
        )
        assert len(found) == len(ids) * len(paths)
        return found[int(len(found) * 0.95)]


async def all_have(bus: Bus, paths: Sequence[str], events: Sequence[Event]) -> None:
    """Wait until these paths accepted all these events."""
    ids = {event.id for event in events}
    await wait_until(
        lambda: all(ids <= set(bus.accepted(path)) for path in paths), 30, "all there"
    )


@pytest.mark.kafka
async def test_dead_partner_harms_nobody(kafka: KafkaUnderTest, tmp_path: Path) -> None:
    """A partner of ten that never answers does not slow the nine others."""
    async with running_bus(kafka, tmp_path, "tenth") as bus:
        names = [f"partner-{number}" for number in range(10)]
        for name in names:
            await bus.subscribe(name, types=["order.*"])
        worker = await bus.run()
        await worker.ready()
        latencies = Latencies(bus)
        others = [f"/{name}" for name in names[:-1]]

        async def phase(number: int) -> float:
            events = await latencies.during(
                lambda n: order_event(f"SO-{number}-{n}"), lambda gone_s: gone_s > 6
            )
            await all_have(bus, others, events)
            return latencies.p95(others, events)

        await phase(0)
        without = await phase(1)
        bus.receiver.behave(f"/{names[-1]}", Behaviour(mode=Mode.HANG))
        beside = await phase(2)
        assert beside < 3 * without + patience(_SLACK_S), (
            f"{without:.3f} s, then {beside:.3f} s"
        )
        assert worker.lines("trouble"), "the breaker of the dead one has opened"


async def _troubled(bus: Bus, events: Sequence[Event], pause_s: float) -> None:
    for event in events:
        await bus.produce([event])
        await CLOCK.sleep(pause_s)


@pytest.mark.kafka
async def test_key_ordering_holds_one_order(
    kafka: KafkaUnderTest, tmp_path: Path
) -> None:
    """One order fails for 10 s: it comes in order afterwards, others flow on."""
    async with running_bus(kafka, tmp_path, "lanes") as bus:
        await bus.subscribe("wms", types=["order.*"], ordering="key", retry=["1s"] * 20)
        worker = await bus.run()
        await worker.ready()
        latencies = Latencies(bus)

        def make(number: int) -> Event:
            return order_event(f"SO-{number % 7}", number)

        before = await latencies.during(make, lambda gone_s: gone_s > 5)
        await all_have(bus, ["/wms"], before)
        bus.receiver.behave("/wms", Behaviour(fail_orders=frozenset({"SO-sick"})))
        sick = [order_event("SO-sick", number) for number in range(20)]
        began = CLOCK.monotonic()
        task: Awaitable[None] = asyncio.create_task(_troubled(bus, sick, 0.3))

        def later(number: int) -> Event:
            return order_event(f"SO-{number % 7}", 10_000 + number)

        during = await latencies.during(later, lambda gone_s: gone_s > 10)
        await all_have(bus, ["/wms"], during)
        assert not {e.id for e in sick} & set(bus.accepted("/wms"))
        bus.receiver.behave("/wms", Behaviour())
        await task
        await all_have(bus, ["/wms"], sick)
        assert CLOCK.monotonic() - began > 10
        check_in_order(bus, (*before, *during, *sick))
        calm = latencies.p95(["/wms"], before)
        troubled = latencies.p95(["/wms"], during)
        assert troubled < 3 * calm + patience(_SLACK_S), (
            f"{calm:.3f} s, then {troubled:.3f} s"
        )
        assert not await bus.records(bus.world.topology.dlq_topic("wms"))


def check_in_order(bus: Bus, events: Sequence[Event]) -> None:
    """Assert that each order's events came in order, and once."""
    ordered = InOrderPerKey()
    for event in events:
        ordered.produced("wms", event.subject, event.id)
    for r in bus.receiver.received:
        if r.status == 200:
            ordered.received("wms", r.order_id, r.webhook_id)
    ordered.check()
    ids = bus.accepted("/wms")
    assert len(ids) == len(set(ids))
