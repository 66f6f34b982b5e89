"""A worker that is killed in the middle of its work."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bus.event import Event
from bus.record import Record
from processors.receiver import Behaviour
from tests.guarantees import DuplicatesBounded, NothingLost, Pair
from tests.support.bus import CLOCK, Bus, running_bus, wait_until
from tests.support.commits import (
    Sampler,
    check_never_ahead,
    event_id,
    open_at,
    stations,
)
from tests.support.kafka import KafkaUnderTest
from tests.support.orders import many_events
from tests.support.pace import patience

EVENTS = 10_000
TIERS = {"short": "300ms", "middle": "600ms", "long": "900ms"}
# A request that was given up may have been accepted: another reason to repeat it.
OPTIONS: Mapping[str, object] = {"retry": list(TIERS), "timeout_s": 120}
PARTNERS: Mapping[str, str] = {"erp": "*", "portal": "shipment.*"}


@dataclass
class Scene:
    """Two partners that fail one request in five, and what they are owed."""

    bus: Bus
    events: list[Event]
    owed: dict[str, list[str]] = field(default_factory=dict)
    lost: NothingLost = field(default_factory=NothingLost)
    repeated: DuplicatesBounded = field(default_factory=DuplicatesBounded)
    first_accepted: dict[Pair, float] = field(default_factory=dict)
    _looked_at: int = 0

    async def prepare(self) -> None:
        """Add the partners, write the events."""
        for name, wanted in PARTNERS.items():
            self.bus.receiver.behave(f"/{name}", Behaviour(fail_share=0.2))
            await self.bus.subscribe(name, types=[wanted], **OPTIONS)
        await self.bus.produce(self.events)
        for event in self.events:
            shipped = event.type.startswith("shipment.")
            self.owed[event.id] = ["erp", "portal"] if shipped else ["erp"]
            self.lost.produced(event.id, self.owed[event.id])

    def accepted(self) -> int:
        """Take in what was received; return how many deliveries were accepted."""
        new = self.bus.receiver.received[self._looked_at :]
        self._looked_at += len(new)
        for r in new:
            if r.status == 200:
                pair = Pair(r.webhook_id, r.path[1:])
                self.lost.received(*pair)
                self.repeated.received(*pair)
                self.first_accepted.setdefault(pair, r.at_ns / 1e9)
        return len(self.first_accepted)

    def dead_lettered(self, record: Record) -> None:
        """Take in a record of a dead-letter topic; others are left alone."""
        subscription = self.bus.world.topology.parse_dlq_topic(record.topic)
        if subscription is not None:
            self.lost.received(event_id(record), subscription)

    def dead_letter_topics(self) -> list[str]:
        """Where what was refused too often stands."""
        return [self.bus.world.topology.dlq_topic(s) for s in PARTNERS]

    async def all_over(self, within_s: float) -> None:
        """Return when all is accepted or dead-lettered."""
        until = CLOCK.monotonic() + patience(within_s)
        while True:
            lag = await self.bus.world.groups.lag("none", self.dead_letter_topics())
            dead = sum(partition.end for partition in lag.values())
            if self.accepted() + dead >= len(self.lost.expected):
                # What was in flight at the kill may be both: count it once.
                for record in await self.bus.records(*self.dead_letter_topics()):
                    self.dead_lettered(record)
                if not self.lost.missing:
                    return
            assert CLOCK.monotonic() < until, f"{len(self.lost.missing)} still open"
            await CLOCK.sleep(0.2)

    async def hops(self) -> list[Record]:
        """All records of the tier and dead-letter topics."""
        topology = self.bus.world.topology
        tiers = [topology.retry_topic(s, tier) for s in PARTNERS for tier in TIERS]
        return await self.bus.records(*tiers, *self.dead_letter_topics())


@asynccontextmanager
async def sampled(bus: Bus) -> AsyncIterator[Sampler]:
    """Sample commits meanwhile."""
    sampler = Sampler(bus)
    task = asyncio.create_task(sampler.run())
    try:
        yield sampler
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


@pytest.mark.kafka
async def test_sigkill_loses_nothing(kafka: KafkaUnderTest, tmp_path: Path) -> None:
    """After a SIGKILL all is delivered; twice only what was in flight, never ahead."""
    async with running_bus(kafka, tmp_path, "crash", tiers=TIERS) as bus:
        scene = Scene(bus, many_events(EVENTS))
        await scene.prepare()
        async with sampled(bus) as sampler:
            first = await bus.run()
            await first.ready()
            await wait_until(lambda: scene.accepted() > EVENTS // 2, 60, "half done")
            await first.kill()
            at_kill = await sampler.look()
            second = await bus.run()
            await scene.all_over(within_s=90)
            assert await second.stop() == 0
            last = await sampler.look()
        hops = await scene.hops()
        scene.lost.check()
        sources = await bus.records(*bus.world.topology.sources)
        places = stations(scene.first_accepted, scene.owed, sources, hops)
        assert len(sampler.samples) > 10
        for sample in [at_kill, *sampler.some(40)]:
            check_never_ahead(sample, places)
        for tp, found in places.items():
            assert last.commits[tp].offset == found[-1].record.offset + 1
        in_flight = open_at(at_kill, places)
        assert len(in_flight) < EVENTS // 5
        scene.repeated.in_flight_at_crash(in_flight)
        scene.repeated.check()
