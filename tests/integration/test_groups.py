"""Several workers: they share the work, leave in good order, and come back."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path

import pytest

from processors.receiver import Behaviour
from tests.guarantees import DuplicatesBounded, NothingLost
from tests.support.bus import CLOCK, Bus, Worker, running_bus, wait_until
from tests.support.kafka import KafkaUnderTest
from tests.support.orders import order_event
from tests.support.pace import patience

TIERS = {"short": "300ms", "middle": "600ms", "long": "900ms"}
_PAUSE_S = 0.02
_PARTNERS = ("erp", "portal")


@asynccontextmanager
async def stream(bus: Bus, lost: NothingLost) -> AsyncIterator[None]:
    """Write events meanwhile, some fifty a second, of ever new orders."""
    over = asyncio.Event()

    async def write() -> None:
        for number in count():
            event = order_event(f"SO-{number}")
            await bus.produce([event])
            lost.produced(event.id, _PARTNERS)
            if over.is_set():  # never cancelled between the write and its note
                return
            await CLOCK.sleep(_PAUSE_S)

    task = asyncio.create_task(write())
    try:
        yield
    finally:
        over.set()
        await task


async def settled(bus: Bus, lost: NothingLost, within_s: float) -> DuplicatesBounded:
    """Wait until all was accepted; return what was accepted how often."""

    def over() -> bool:
        for name in _PARTNERS:
            for id_ in bus.accepted(f"/{name}"):
                lost.received(id_, name)
        return not lost.missing

    until = CLOCK.monotonic() + patience(within_s)
    while not over():
        assert CLOCK.monotonic() < until, f"{len(lost.missing)} are missing"
        await CLOCK.sleep(0.2)
    repeated = DuplicatesBounded()
    for name in _PARTNERS:
        for id_ in bus.accepted(f"/{name}"):
            repeated.received(id_, name)
    return repeated


def partitions(worker: Worker, change: str) -> int:
    """How many source partitions came or went."""
    found = 0
    for line in worker.lines("partitions"):
        if line["change"] == change and str(line["group"]).endswith("fanout"):
            assert isinstance(line["count"], int)
            found += line["count"]
    return found


@pytest.mark.kafka
async def test_workers_come_and_go(kafka: KafkaUnderTest, tmp_path: Path) -> None:
    """Two workers, then one, then two: nothing lost, nothing twice, on SIGTERM."""
    async with running_bus(kafka, tmp_path, "groups", tiers=TIERS) as bus:
        for name in _PARTNERS:
            slow = Behaviour(latency_ms=30, fail_share=0.1)
            bus.receiver.behave(f"/{name}", slow)
            await bus.subscribe(name, types=["order.*"], retry=list(TIERS) * 2)
        lost = NothingLost()
        first = await bus.run(share=2)
        second = await bus.run(share=2)
        await asyncio.gather(first.ready(), second.ready())
        async with stream(bus, lost):
            await progress(bus, 100)
            assert await first.stop() == 0
            await wait_until(
                lambda: partitions(second, "assigned") >= 30, 20, "the other has all"
            )
            await progress(bus, 100)
            third = await bus.run(share=2)
            await third.ready()
            await wait_until(
                lambda: partitions(third, "assigned") >= 10, 20, "it has its share"
            )
            await progress(bus, 100)
        repeated = await settled(bus, lost, within_s=30)
        repeated.check()
        lost.check()
        assert partitions(second, "revoked") >= 10
        for worker in (second, third):
            assert await worker.stop() == 0
            assert not worker.lines("bug")
            assert not worker.lines("partitions_lost")
        repeated = await settled(bus, lost, within_s=1)
        repeated.check()


@pytest.mark.kafka
async def test_restart_repeats_nothing(kafka: KafkaUnderTest, tmp_path: Path) -> None:
    """SIGTERM drains: after a restart in the middle of a backlog nothing is twice."""
    async with running_bus(kafka, tmp_path, "restart", tiers=TIERS) as bus:
        lost = NothingLost()
        for name in _PARTNERS:
            flaky = Behaviour(latency_ms=20, fail_share=0.2)
            bus.receiver.behave(f"/{name}", flaky)
            await bus.subscribe(name, types=["order.*"], retry=list(TIERS) * 2)
        events = [order_event(f"SO-{number}") for number in range(2_000)]
        await bus.produce(events)
        for event in events:
            lost.produced(event.id, _PARTNERS)
        for _ in range(3):
            worker = await bus.run()
            await worker.ready()
            await progress(bus, 400)
            assert await worker.stop() == 0
            assert not worker.lines("drain_cut")
        await (await bus.run()).ready()
        repeated = await settled(bus, lost, within_s=40)
        repeated.check()
        lost.check()


async def progress(bus: Bus, requests: int) -> None:
    """Wait until the partners got so many more requests."""
    before = len(bus.receiver.received)
    await wait_until(
        lambda: len(bus.receiver.received) >= before + requests, 30, "going on"
    )
