"""Projectors that die, partitions that move, a database that fails, all at random."""

import asyncio
import random
from collections.abc import Callable, Coroutine

import pytest

from bus.adapters.memory import MemoryGroups, MemorySource, settle
from bus.ports import Source, Stands
from bus.record import Message
from processors.delivery.lagging import LagWatch
from processors.projector.run import Projector
from tests.support.projecting import GROUP, ProjectedBus

ACTS = 40
SEEDS = 12
MANY_SEEDS = 400


class Process:
    """A projector's process: it may be killed, and be expelled from the group."""

    def __init__(self, bus: ProjectedBus) -> None:
        self._sources: list[MemorySource] = []
        parts = bus.parts()
        self._bus = bus
        self._make = parts.source
        changed = {**{n: getattr(parts, n) for n in parts.__slots__}}
        changed["source"] = self._source
        self.projector = Projector(type(parts)(**changed), bus.declared)
        lag = LagWatch(
            MemoryGroups(bus.broker),
            bus.clock,
            bus.observer,
            {GROUP: self.projector.readings_held},
            looked=self.projector.look,
            every_s=1.0,
        )
        self._running = asyncio.create_task(self.projector.run())
        self._looking = asyncio.create_task(lag.run())

    def _source(self, stands: Stands) -> Source:
        source = self._make(stands)
        assert isinstance(source, MemorySource)
        self._sources.append(source)
        return source

    def expel(self) -> None:
        """Have the group declare it dead."""
        for source in self._sources[-1:]:
            source.expire()

    async def kill(self) -> None:
        """SIGKILL: nothing is finished, but for what the database has by now."""
        self._looking.cancel()
        for source in self._sources:
            source.kill()
        for task in asyncio.all_tasks():
            if task.get_name() in {"project", "commit-often"} and self._owns(task):
                task.cancel()
        self._running.cancel()
        while not self._running.done():
            await self._bus.clock.advance(0.1)

    def _owns(self, task: asyncio.Task[object]) -> bool:
        session = self.projector.session
        return session is not None and task in session.tasks

    async def stop(self) -> None:
        """SIGTERM."""
        self._looking.cancel()
        self._running.cancel()
        while not self._running.done():
            await self._bus.clock.advance(0.5)

    def failed(self) -> BaseException | None:
        """The bug that ended it."""
        done = self._running.done() and not self._running.cancelled()
        return self._running.exception() if done else None


class Mischief:
    """What happens, drawn from a seed."""

    def __init__(self, seed: int) -> None:
        self.bus = ProjectedBus()
        self.random = random.Random(seed)  # noqa: S311 - a seed makes it repeatable
        self.processes: list[Process] = []
        self.undecodable = 0
        self.acts: list[Callable[[], Coroutine[None, None, None]]] = [
            self._write,
            self._write,
            self._write,
            self._start,
            self._kill,
            self._stop,
            self._expel,
            self._database_away,
            self._database_back,
            self._freeze,
            self._lose_answer,
            self._kafka_away,
            self._garbage,
        ]

    async def run(self) -> None:
        """Do it all, then let it come to rest."""
        for _ in range(ACTS):
            await self.random.choice(self.acts)()
            await self.bus.clock.advance(self.random.choice([0.0, 0.1, 0.3, 1, 5]))
        await self._database_back()
        self.bus.log.frozen.set()
        self.bus.broker.up()
        await self._start()
        await self.bus.clock.advance(60)

    async def _write(self) -> None:
        for _ in range(self.random.randrange(1, 30)):
            order = f"SO-{self.random.randrange(50)}"
            if not self.bus.broker.is_up:
                return
            await self.bus.produce(order)
            await self.bus.attempt(order)

    async def _garbage(self) -> None:
        if self.bus.broker.is_up:
            self.bus.broker.append(Message("oms.order", b"k", b"garbage"))
            self.undecodable += 1

    async def _start(self) -> None:
        if len(self.processes) < 4:
            self.processes.append(Process(self.bus))
            await settle()

    async def _kill(self) -> None:
        if self.processes:
            await self._one().kill()

    async def _stop(self) -> None:
        if self.processes:
            await self._one().stop()

    def _one(self) -> Process:
        return self.processes.pop(self.random.randrange(len(self.processes)))

    async def _expel(self) -> None:
        if self.processes:
            self.random.choice(self.processes).expel()

    async def _database_away(self) -> None:
        self.bus.log.away = "connection refused"

    async def _database_back(self) -> None:
        self.bus.log.away = ""

    async def _freeze(self) -> None:
        self.bus.log.frozen.clear()
        await self.bus.clock.advance(self.random.choice([0.5, 3, 20]))
        self.bus.log.frozen.set()

    async def _lose_answer(self) -> None:
        self.bus.log.unanswered = 1

    async def _kafka_away(self) -> None:
        self.bus.broker.down()
        await self.bus.clock.advance(self.random.choice([0.5, 3, 20]))
        self.bus.broker.up()


async def check(seed: int) -> None:
    """Rows are records, each once, and the log is not behind."""
    mischief = Mischief(seed)
    await mischief.run()
    bus = mischief.bus
    assert [p.failed() for p in mischief.processes] == [None] * len(mischief.processes)
    places = bus.places()
    assert len(places) == len(set(places)), "a row is there twice"
    missing = set(bus.expected()) - set(places)
    assert len(missing) == mischief.undecodable
    assert max(p.projector.lag_s() or 0 for p in mischief.processes) < 5
    for process in mischief.processes:
        await process.stop()


@pytest.mark.parametrize("seed", range(SEEDS))
async def test_rows_are_records_each_once(seed: int) -> None:
    """Whoever dies or moves, and whatever the database does meanwhile."""
    await check(seed)


@pytest.mark.long
@pytest.mark.timeout(1800)
async def test_rows_are_records_each_once_many_times() -> None:
    """The same, with many seeds."""
    for seed in range(SEEDS, MANY_SEEDS):
        await check(seed)
