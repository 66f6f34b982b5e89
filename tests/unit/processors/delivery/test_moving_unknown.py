"""Steps that some do not know of yet: no event is left by both sides."""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from random import Random

import pytest

from bus.adapters.memory import settle
from bus.adapters.memory.reader import MemoryLogReader
from bus.adapters.memory.sender import HANG
from bus.errors import BrokerUnavailableError
from bus.event import Event
from bus.migration.ledger import Epoch, Migration, first_epoch, store_migration
from bus.migration.moves import Moves
from bus.migration.owners import old_sends, side_of
from bus.migration.phases import Phase
from bus.migration.sent import Side
from bus.record import Message, Record
from processors.delivery.engine import Engine
from processors.migrations.table import TOPIC, MigrationTable
from processors.migrations.view import LedgerView
from tests.support.engine import MemoryBus, url
from tests.support.examples import seeds

ORDERS = [f"SO-{number}" for number in range(12)]
EVENTS = 90
LASTS_S = 300.0
OVERLAP_S = 12.0
SKEW_S = 4.0


class Away(MemoryLogReader):
    """A reader of the ledger whose process is paused, or whose broker is away."""

    def __init__(self, bus: MemoryBus) -> None:
        super().__init__(bus.broker)
        self._back = asyncio.Event()
        self._back.set()
        self._refuses = False

    def go(self, *, refuses: bool) -> None:
        """Say nothing from now on, or that nobody answers."""
        self._refuses = refuses
        self._back.clear()

    def come_back(self) -> None:
        """Go on."""
        self._back.set()

    async def follow(
        self,
        topic: str,
        *,
        since_ms: int | None = None,
        start: Mapping[int, int] | None = None,
    ) -> AsyncIterator[Sequence[Record]]:
        """As others do, once it is there."""
        async for batch in super().follow(topic, since_ms=since_ms, start=start):
            await self._back.wait()
            yield batch

    async def read(
        self,
        topic: str,
        *,
        since_ms: int | None = None,
        until_ms: int | None = None,
        key: bytes | None = None,
        start: Mapping[int, int] | None = None,
        stop: Mapping[int, int] | None = None,
    ) -> AsyncIterator[Sequence[Record]]:
        """As others do, if it is there."""
        if self._refuses and not self._back.is_set():
            raise BrokerUnavailableError("nobody answers")
        await self._back.wait()
        bounds = {"since_ms": since_ms, "until_ms": until_ms}
        places = {"key": key, "start": start, "stop": stop}
        async for batch in super().read(topic, **bounds, **places):  # type: ignore[arg-type]
            yield batch


@dataclass
class Company:
    """An OMS, an old sender outside with a clock of its own, the bus, a ledger."""

    chance: Random
    bus: MemoryBus = field(default_factory=MemoryBus)
    made: set[str] = field(default_factory=set)
    by_old: set[str] = field(default_factory=set)
    migration: Migration = field(
        default_factory=lambda: Migration(
            id="new", overlap_s=OVERLAP_S, epochs=(first_epoch(0, "ada"),)
        )
    )

    def __post_init__(self) -> None:
        """All orders are the old side's."""
        self.bus.subscribe("new")
        self.skew_s = self.chance.uniform(-SKEW_S, SKEW_S)
        self.workers, self.doors = Away(self.bus), Away(self.bus)
        self.write()

    def write(self) -> None:
        """What stands in the ledger from now on."""
        message = Message(TOPIC, b"new", store_migration(self.migration))
        self.bus.broker.append(message)

    async def follow(
        self, stack: AsyncExitStack, reader: Away, engine: Engine | None
    ) -> LedgerView:
        """A process that follows the ledger; a worker's engine goes by it."""

        def changed(moves: Moves | None) -> None:
            if engine is not None:
                engine.subscribers.moves = moves

        table = MigrationTable(reader, self.bus.clock, changed=changed)
        await stack.enter_async_context(table)
        view = LedgerView(table, reader, self.bus.clock)
        looking = asyncio.create_task(view.run())
        stack.callback(looking.cancel)
        return view

    # ------------------------------------------------ what goes on at once

    async def event(self, number: int, door: LedgerView) -> None:
        """Somewhere in time: made, then written to Kafka and seen by the old one."""
        chance, clock = self.chance, self.bus.clock
        await clock.sleep(chance.uniform(0, LASTS_S))
        order, made_s = chance.choice(ORDERS), clock.now() + self.skew_s
        late_s = [chance.choice([0, 0, 1, 6]), chance.choice([0, 0, 1, 6, 20])]

        async def publish() -> Event:
            await clock.sleep(late_s[0])
            return await self.bus.produce(order, number, happened_s=made_s)

        async def ask() -> bool:
            await clock.sleep(late_s[1])
            return not door.young() or self.told(door, order, made_s)

        event, sends = await asyncio.gather(publish(), ask())
        self.made.add(event.webhook_id)
        if sends:
            self.by_old.add(event.webhook_id)

    def told(self, door: LedgerView, order: str, made_s: float) -> bool:
        """What the old sender hears."""
        migration = door.table.get("new")
        assert migration is not None
        until_s = min(made_s, self.bus.clock.now())
        return old_sends(migration, order, int(until_s * 1000))

    async def steps(self) -> None:
        """Up and back; Kafka has each a while after it was decided on."""
        clock = self.bus.clock
        for number in range(2, 8):
            await clock.sleep(self.chance.uniform(4, LASTS_S / 4))
            share = self.chance.choice([0, 50, 100])
            partitions = sorted(self.bus.broker.partitions(["oms.order"]))
            ends = tuple(self.bus.broker.log(tp).end for tp in partitions)
            epoch = Epoch(
                number=number,
                phase=Phase.CANARY if share else Phase.SHADOW,
                share=share,
                at_ms=int(clock.now() * 1000),
                starts={"oms.order": ends},
            )
            await clock.sleep(self.chance.choice([0, 0, 1, 18]))
            self.migration = self.known().with_epoch(epoch)
            self.write()

    def known(self) -> Migration:
        """What a writer has read, moments of writing included."""
        assert self.writer.get("new") is not None
        return self.writer.get("new") or self.migration

    async def troubles(self, reader: Away) -> None:
        """Away now and then, for longer than the overlap."""
        while True:
            await self.bus.clock.sleep(self.chance.uniform(2, 40))
            reader.go(refuses=self.chance.random() < 0.5)
            await self.bus.clock.sleep(self.chance.uniform(1, 80))
            reader.come_back()

    async def run(self, *, careful: bool) -> None:
        """All of it; `careful`: the worker waits where it does not know."""
        tasks: list[asyncio.Task[None]] = []

        def begin(step: Coroutine[object, object, None]) -> asyncio.Task[None]:
            tasks.append(task := asyncio.create_task(step))
            return task

        async with self.bus.running() as engine, AsyncExitStack() as stack:
            view = await self.follow(stack, self.workers, engine)
            if careful:
                engine.subscribers.view = view
            door = await self.follow(stack, self.doors, None)
            self.writer = (await self.follow(stack, Away(self.bus), None)).table
            await settle()
            for number in range(EVENTS):
                begin(self.event(number, door))
            begin(self.steps())
            troubles = [begin(self.troubles(x)) for x in (self.workers, self.doors)]
            await self.bus.clock.advance(LASTS_S + 50)
            for task in troubles:
                task.cancel()
            for reader in (self.workers, self.doors):
                reader.come_back()
            await self.bus.clock.advance(30)
            await asyncio.gather(*tasks[: -len(troubles)])

    def nobodys(self) -> set[str]:
        """Events that neither side has sent."""
        return self.made - self.by_old - set(self.bus.ids("new"))


async def moved(seed: int, *, careful: bool = True) -> Company:
    """A company after its steps."""
    company = Company(Random(seed))  # noqa: S311 - chance, not secrecy
    await company.run(careful=careful)
    assert len(company.made) == EVENTS
    return company


@pytest.mark.parametrize("seed", seeds(16))
async def test_no_event_is_nobodys(seed: int) -> None:
    """Ledgers read late by worker and door, slow writes, clocks that differ."""
    company = await moved(seed)
    assert company.nobodys() == set()
    by_new = set(company.bus.ids("new"))
    assert by_new - company.by_old, "some are the new side's alone"
    assert company.by_old - by_new, "some are the old side's alone"


@pytest.mark.long
async def test_it_is_seen_where_a_worker_does_not_wait() -> None:
    """Else this test would say nothing."""
    lost = 0
    for seed in range(12):
        lost += len((await moved(seed, careful=False)).nobodys())
    assert lost


async def test_who_began_an_event_ends_it() -> None:
    """A worker that knew nothing of a step gave it to the old side, and was killed.

    Who takes over knows the step; what the old side is owed is not left by both.
    """
    bus = MemoryBus()
    for name in ("old", "new", "one", "other"):
        bus.subscribe(name)
    made = Migration(id="new", old="old", epochs=(first_epoch(0, "ada"),))
    order = next(x for x in ORDERS if side_of(made, x, 50) is Side.NEW)
    bus.sender.then(url("old"), HANG)
    async with bus.running() as engine:
        engine.subscribers.moves = Moves([made])
        event = await bus.produce(order)
        await bus.clock.advance(1)
        assert bus.ids("one") == bus.ids("other") == [event.webhook_id]
    step = Epoch(number=2, phase=Phase.CANARY, share=50, at_ms=1, starts={})
    async with bus.running() as engine:
        engine.subscribers.moves = Moves([made.with_epoch(step)])
        await bus.clock.advance(5)
    assert event.webhook_id in bus.ids("old") + bus.ids("new")
    assert bus.ids("one") == bus.ids("other") == [event.webhook_id]
