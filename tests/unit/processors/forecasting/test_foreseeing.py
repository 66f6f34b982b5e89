"""What is foreseen of the queues of a world in memory, and what is kept of it."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

import pytest

from bus.adapters.memory import MemoryLog, MemoryObserver, MemoryPublisher, settle
from bus.delivery.presence import Presence, presence_message
from bus.log.lags import SAMPLE_S
from bus.record import Commit, Message, TopicPartition
from bus.watch.forecasts.drain import CannotSay, OnTime, Within
from processors.forecasting.foreseeing import Foreseen, foresee, parts_of
from processors.forecasting.sampling import Sampling
from processors.subscriptions.world import World
from tests.support.past import Past
from tests.support.worlds import Worlds

LIVE = Presence(
    host="node-1", pid=1, programs=("fanout", "retry", "ordered"), started_ms=0
)
TIER = TopicPartition("bus.retry.acme.5s", 0)


@dataclass
class Stage:
    """A world with a log, who counts in it, and a tier that is filled and emptied."""

    worlds: Worlds
    world: World
    log: MemoryLog
    sampling: Sampling
    gone: int = 0

    async def say(self, presence: Presence = LIVE) -> None:
        """Let a process tell of itself."""
        message = presence_message(self.world.topology.processes, presence)
        await MemoryPublisher(self.worlds.broker).publish(message)

    async def come(self, count: int) -> None:
        """Let records come to the tier."""
        for _ in range(count):
            await self.world.publisher.publish(Message(TIER.topic, b"k", b"v", (), 0))

    def go(self, count: int) -> None:
        """Let records go from it."""
        self.gone += count
        group = self.worlds.broker.group("bus.retry")
        group.positions[TIER] = Commit(self.gone)

    async def step(self, *, come: int = 0, go: int = 0) -> None:
        """Half a minute, and a count."""
        await self.come(come)
        self.go(go)
        await self.worlds.clock.advance(SAMPLE_S)
        await self.say()
        await self.sampling.once()

    async def foreseen(self, name: str) -> Foreseen:
        """What is foreseen of one queue."""
        found = await foresee(parts_of(self.world, self.log.kept))
        return next(one for one in found if one.queue.name == name)


@pytest.fixture
async def stage(worlds: Worlds) -> AsyncIterator[Stage]:
    """With one subscription, and processes that run."""
    async with worlds.open() as world:
        await world.table.ready()
        past = Past(world)
        await past.subscribe()
        await past.subscribe("ordered", ordering="key")
        log = MemoryLog()
        sampling = Sampling(parts_of(world, log.kept), MemoryObserver())
        found = Stage(worlds, world, log, sampling)
        await found.say()
        yield found


async def test_every_queue_is_there(stage: Stage) -> None:
    """Source topics, then each subscription with its tiers; all on time."""
    found = await foresee(parts_of(stage.world, stage.log.kept))
    names = [one.queue.name for one in found]
    assert names[: len(stage.world.topology.sources)] == [*stage.world.topology.sources]
    assert names[len(stage.world.topology.sources) :] == [
        "subscription/acme",
        *(f"bus.retry.acme.{tier}" for tier in ("1s", "5s", "30s")),
        "subscription/ordered",
        "bus.ordered.ordered",
    ]
    assert {type(one.verdict) for one in found} == {OnTime}
    only = await foresee(parts_of(stage.world, stage.log.kept), "ordered")
    assert [one.queue.subscription for one in only] == ["ordered", "ordered"]


async def test_a_backlog_becomes_a_range_and_a_record(stage: Stage) -> None:
    """Counted, foreseen, kept; and when it is gone the forecast has its outcome."""
    await stage.step()
    await stage.step(come=400)
    too_soon = await stage.foreseen(TIER.topic)
    assert isinstance(too_soon.verdict, CannotSay)
    assert too_soon.waiting == 400
    for _ in range(5):
        await stage.step(go=40)
    for name in (TIER.topic, "subscription/acme"):
        seen = await stage.foreseen(name)
        assert isinstance(seen.verdict, Within), name
        assert seen.verdict.low_s < 135 < seen.verdict.high_s
        assert seen.record.known == 0
    for _ in range(6):
        await stage.step(go=40 if stage.gone < 400 else 0)
    done = await stage.foreseen(TIER.topic)
    assert done.verdict == OnTime()
    assert done.record.known == 1
    assert (await stage.foreseen("bus.retry.acme.1s")).record.known == 0


async def test_what_is_held_says_why(stage: Stage) -> None:
    """A breaker that is open everywhere, a pause, nobody who runs it."""
    await stage.step()
    await stage.come(400)
    await stage.worlds.clock.advance(SAMPLE_S)
    await stage.say()
    await stage.say(replace(LIVE, pid=2, breakers={"acme": "open"}))
    assert "breaker" not in repr((await stage.foreseen(TIER.topic)).verdict)
    await stage.say(replace(LIVE, breakers={"acme": "open"}))
    assert "its breaker is open" in repr((await stage.foreseen(TIER.topic)).verdict)
    await stage.say(replace(LIVE, stopped=True))
    await stage.say(replace(LIVE, pid=2, stopped=True))
    assert "no process runs retry" in repr((await stage.foreseen(TIER.topic)).verdict)


async def test_of_several_that_count_one_does(stage: Stage) -> None:
    """Another one that writes the same log leaves it at that."""
    await stage.step(come=5)
    before = await stage.log.kept.lags(0, 0)
    other = Sampling(parts_of(stage.world, stage.log.kept), MemoryObserver())
    await other.once()
    assert await stage.log.kept.lags(0, 0) == before


async def test_a_broker_that_is_away_is_told_once(stage: Stage) -> None:
    """And counting goes on when it is back."""
    observer = MemoryObserver()
    parts = parts_of(stage.world, stage.log.kept)
    sampling = Sampling(parts, observer)
    running = asyncio.create_task(sampling.run())
    await settle()
    stage.worlds.broker.down()
    for _ in range(3):
        await stage.worlds.clock.advance(SAMPLE_S)
    assert [name for name, _ in observer.notes] == ["forecast_unsampled"]
    assert not await stage.log.kept.lags(0, 0)
    stage.worlds.broker.up()
    await stage.worlds.clock.advance(2 * SAMPLE_S)
    assert await stage.log.kept.lags(0, 0)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
