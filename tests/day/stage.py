"""The stage: a world in memory, the town in it, and the real watch over both."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from typing_extensions import override

from bus.adapters.memory import MemoryObserver, MemorySource
from bus.adapters.memory.clock import MemoryClock, settle
from bus.adapters.memory.prober import MemoryProber, Scripted
from bus.delivery.marks import Fate, mark
from bus.delivery.presence import Presence, presence_message
from bus.probing import Certificate, Secured
from bus.watch.alerts import Alert
from bus.watch.facts import Facts
from bus.watch.telling import Notice
from processors.subscriptions.world import World
from processors.watch.board import Board
from processors.watch.certificates import Certificates
from processors.watch.counting import Counts
from processors.watch.gathering import Gathering, Senses
from processors.watch.programs import Presences
from processors.watch.records import hour_message
from processors.watch.sinks import Listener
from processors.watch.watch import Watch, WatchParts, WatchPolicy
from processors.watch.writing import Desk
from tests.day.books import Books
from tests.day.cast import PARTNERS
from tests.day.crew import Crew
from tests.day.town import STEP_S, Brokers, Members, Town
from tests.day.traffic import DAY_S, HOUR_S, MONDAY, TOPICS, Traffic
from tests.support.past import Past
from tests.support.worlds import Worlds

_SPEAKS_AFTER_S = (15.0, 20.0, 20.0)
"""Seldom, though often enough not to be silent whenever the watch looks."""
_YEAR_S = 365 * DAY_S
_A_WEEK = 168


@dataclass
class Ear:
    """Who is told; remembers when, and of what."""

    clock: MemoryClock
    heard: list[tuple[float, Notice]] = field(default_factory=list)

    async def tell(self, notice: Notice, at: float) -> None:
        """Remember it, at the moment of telling."""
        assert at
        self.heard.append((self.clock.now(), notice))


class Remembering(Gathering):
    """Keeps the facts it gathered, to be judged again by other rules."""

    def __init__(self, senses: Senses) -> None:
        super().__init__(senses)
        self.kept: list[Facts] = []

    @override
    async def facts(self) -> Facts:
        """Gather, and keep."""
        found = await super().facts()
        self.kept.append(found)
        return found


@dataclass
class Stage:
    """Everything together; `step` lets time pass."""

    traffic: Traffic
    worlds: Worlds
    world: World
    town: Town
    books: Books
    prober: MemoryProber
    certificates: Certificates
    brokers: Brokers
    gathering: Remembering
    watch: Watch
    ear: Ear
    running: "asyncio.Task[None] | None" = None
    deploys: list[str] = field(default_factory=list)
    """Hosts whose process is still to be replaced, one in a step."""

    @property
    def now(self) -> float:
        """The clock's time."""
        return self.worlds.clock.now()

    async def step(self) -> None:
        """The town moves, its processes speak, the watch looks."""
        begin = self.now
        self.books.add(self.town.step(begin))
        if self.deploys:
            host = self.deploys.pop(0)
            self._say(self.town.crew.stop(host))
            self.town.crew.start(host, self.now)
        await self.books.prepare(begin + STEP_S)
        for pause_s in _SPEAKS_AFTER_S:
            await self.worlds.clock.advance(pause_s)
            await self.books.write(self.now)
            self._speak()
        await self.certificates.look(self.world.table.all())
        await self.worlds.clock.advance(begin + STEP_S - self.now)
        if self.running is not None and self.running.done():
            self.running.result()

    def _speak(self) -> None:
        breakers, lag_s = self.town.breakers(self.now), self.books.lag_s(self.now)
        for one in self.town.crew.say(breakers, lag_s, self.books.away):
            self._say(one)

    def _say(self, presence: Presence) -> None:
        topic = self.world.topology.processes
        self.world.publisher.publish_soon(presence_message(topic, presence))

    async def history(self, days: float) -> None:
        """What flowed in the days before, without anybody watching."""
        clock = self.worlds.clock
        for n in range(int(days * DAY_S / STEP_S)):
            self.books.add(self.town.step(clock.now()))
            await clock.advance(STEP_S)
            if n % 30 == 0:
                await self.books.write(self.now)

    def certificate(self, name: str, ends: float) -> None:
        """Let an endpoint show a certificate."""
        shown = Certificate(
            subject=name, issuer="CA", names=(name,), not_before_s=0, not_after_s=ends
        )
        secured = Secured(version="TLSv1.3", chain=(shown,))
        self.prober.hosts[f"{name}.example"] = Scripted(tls=secured)

    def moment(self, at: float) -> datetime:
        """A time as subscriptions have it."""
        return datetime.fromtimestamp(at, UTC)

    def discard(self, topic: str) -> None:
        """Somebody has looked at what stands there, and wants none of it."""
        for record in self.worlds.records(topic):
            if record.value is not None:
                self.world.publisher.publish_soon(mark(record, Fate.DISCARDED))

    def alerts(self) -> list[Alert]:
        """What was told of as firing, in order."""
        return [notice.alert for _, notice in self.ear.heard if not notice.is_over]


@asynccontextmanager
async def opened(seed: int, folder: Path, days: float = 0.5) -> AsyncIterator[Stage]:
    """Midnight: deliveries and weeks of arrivals lie behind, the watch looks."""
    start = MONDAY + (seed % 7) * DAY_S
    worlds = Worlds()
    worlds.clock = worlds.broker.clock = MemoryClock(start - days * DAY_S)
    books = Books(folder / "log.sqlite3")
    await books.open(start)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(books.close)
        world = await stack.enter_async_context(worlds.open())
        await world.table.ready()
        for partner in PARTNERS:
            await Past(world).subscribe(partner.name)
        stage = await _staged(seed, worlds, world, books, stack)
        for partner in PARTNERS:
            stage.certificate(partner.name, start + _YEAR_S)
        stage.certificate("tax", start + 14 * DAY_S + 4 * HOUR_S)
        await stage.history(days)
        await _begin(stage, stack)
        yield stage


async def _staged(
    seed: int, worlds: Worlds, world: World, books: Books, stack: AsyncExitStack
) -> Stage:
    brokers = Brokers(worlds.broker)
    world = replace(world, topics=brokers, groups=Members(worlds.broker))
    board = Board(world.reader, world.clock, world.topology.alerts)
    presences = Presences(world.reader, world.clock, world.topology.processes)
    for follower in (board, presences):
        await stack.enter_async_context(follower)
    prober = MemoryProber()
    certificates = Certificates(prober, world.clock)
    gathering = Remembering(
        Senses(
            world=world,
            presences=presences,
            counts=Counts(books.ask, world.clock),
            certificates=certificates,
            weeks=board.weeks,
        )
    )
    ear = Ear(worlds.clock)
    random = Random(seed)  # noqa: S311 - the same every time
    return Stage(
        traffic=Traffic(seed),
        worlds=worlds,
        world=world,
        town=Town(worlds.broker, Traffic(seed), random, Crew(world.clock.now())),
        books=books,
        prober=prober,
        certificates=certificates,
        brokers=brokers,
        gathering=gathering,
        watch=_watch(worlds, world, board, gathering, ear),
        ear=ear,
    )


def _watch(
    worlds: Worlds, world: World, board: Board, gathering: Gathering, ear: Ear
) -> Watch:
    observer = MemoryObserver()
    desk = Desk(
        publisher=world.publisher,
        topic=world.topology.alerts,
        clock=world.clock,
        observer=observer,
    )
    parts = WatchParts(
        name="watch-1/1",
        gathering=gathering,
        board=board,
        source=MemorySource(worlds.broker, "bus.watch"),
        desk=desk,
        sinks={"ear": Listener(kind="ear", sink=ear)},
        clock=world.clock,
        observer=observer,
        policy=WatchPolicy(every_s=STEP_S),
    )
    return Watch(parts)


async def _begin(stage: Stage, stack: AsyncExitStack) -> None:
    """The weeks behind are written down, and the watch begins to look."""
    for topic in TOPICS:
        for past in stage.traffic.past(topic, stage.now):
            slot = past.hour % _A_WEEK
            message = hour_message(stage.world.topology.alerts, past, slot, 0)
            stage.world.publisher.publish_soon(message)
    await stage.books.prepare(stage.now)
    stage.running = asyncio.create_task(stage.watch.run())
    stack.callback(stage.running.cancel)
    await settle()
