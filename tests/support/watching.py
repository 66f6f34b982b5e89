"""The watch on a broker in memory, on a clock that is moved by hand."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from bus.adapters.memory import MemoryLog, MemoryObserver, MemorySource
from bus.adapters.memory.clock import settle
from bus.adapters.memory.prober import MemoryProber
from bus.delivery.presence import Presence, presence_message
from bus.errors import OrderbusError
from bus.log.store import Log
from bus.record import Commit, Message, TopicPartition
from bus.watch.alerts import Phase
from bus.watch.telling import Notice
from bus.watch.verdicts import Subject
from processors.sources.table import SourceTable
from processors.subscriptions.world import World
from processors.tallying.table import TallyTable
from processors.watch.board import Board
from processors.watch.certificates import Certificates
from processors.watch.counting import Counts
from processors.watch.gathering import Gathering, Senses
from processors.watch.intakes import Intakes
from processors.watch.programs import Presences
from processors.watch.sinks import Listener, LogLines
from processors.watch.watch import Watch, WatchParts, WatchPolicy
from processors.watch.writing import Desk
from tests.support.past import Past
from tests.support.worlds import KEYS, Worlds

WORKER = Presence(
    host="node-1",
    pid=1,
    programs=("fanout", "retry", "ordered"),
    started_ms=0,
)


@dataclass
class Ear:
    """A sink that remembers, and fails as told."""

    heard: list[str] = field(default_factory=list)
    deaf: str = ""

    async def tell(self, notice: Notice, at: float) -> None:
        """Remember the notice."""
        assert at
        if self.deaf:
            raise OrderbusError(self.deaf)
        word = "over" if notice.is_over else "fires"
        self.heard.append(f"{notice.alert.key} {word}")


@dataclass
class Watcher:
    """One process of the watch; `kill` leaves everything as it stands."""

    watch: Watch
    board: Board
    source: MemorySource
    observer: MemoryObserver
    task: "asyncio.Task[None]"

    async def kill(self) -> None:
        """End it without a word; its session runs out later."""
        self.task.cancel()
        with suppress(asyncio.CancelledError):
            await self.task
        self.source.kill()

    @property
    def lines(self) -> list[str]:
        """Names of the lines it wrote."""
        return [name for name, _ in self.observer.notes]

    def alert(self, key: str) -> Phase | None:
        """Where in its life an alert is, as its board says."""
        found = self.board.alerts.get(key)
        return None if found is None else found.phase


@dataclass
class Watched:
    """A world with a subscription, and a log; watches are begun in it."""

    worlds: Worlds
    world: World
    past: Past
    log: MemoryLog = field(default_factory=MemoryLog)
    prober: MemoryProber = field(default_factory=MemoryProber)
    ear: Ear = field(default_factory=Ear)
    logs: bool = True
    speaks: bool = True
    saying: Presence = WORKER

    async def begin(self, policy: WatchPolicy | None = None) -> Watcher:
        """Start one more process of the watch."""
        world, observer = self.world, MemoryObserver()
        board = Board(world.reader, world.clock, world.topology.alerts)
        presences = Presences(world.reader, world.clock, world.topology.processes)
        for follower in (board, presences):
            self._tasks.append(asyncio.create_task(follower.run()))
        senses = Senses(
            world=world,
            presences=presences,
            counts=Counts(self._ask_log, world.clock),
            certificates=Certificates(self.prober, world.clock),
            weeks=board.weeks,
            intakes=self._intakes(board),
        )
        source = MemorySource(self.worlds.broker, "bus.watch")
        desk = self._desk(observer)
        parts = WatchParts(
            name=f"node/{len(self._tasks)}",
            gathering=Gathering(senses),
            board=board,
            source=source,
            desk=desk,
            sinks={
                "ear": Listener(kind="ear", sink=self.ear),
                "log": Listener(kind="log", sink=LogLines(observer)),
            },
            clock=world.clock,
            observer=observer,
            policy=policy or WatchPolicy(),
        )
        watch = Watch(parts)
        task = asyncio.create_task(watch.run())
        self._tasks.append(task)
        await settle()
        return Watcher(watch, board, source, observer, task)

    def _desk(self, observer: MemoryObserver) -> Desk:
        world = self.world
        return Desk(
            publisher=world.publisher,
            topic=world.topology.alerts,
            clock=world.clock,
            observer=observer,
        )

    def _intakes(self, board: Board) -> Intakes:
        world = self.world
        sources = SourceTable(world.reader, KEYS, world.clock)
        tallies = TallyTable(world.reader, world.clock, world.topology.tallies)
        for follower in (sources, tallies):
            self._tasks.append(asyncio.create_task(follower.run()))
        return Intakes(sources, tallies, world.clock, board.weeks)

    async def pass_s(self, seconds: float) -> None:
        """Let time pass, the worker saying every five seconds that it is there."""
        while seconds > 0:
            if self.speaks:
                await self.say(self.saying)
            await self.worlds.clock.advance(min(5.0, seconds))
            seconds -= 5.0
        await settle()

    async def say(self, presence: Presence) -> None:
        """Let a process tell of itself."""
        topic = self.world.topology.processes
        await self.world.publisher.publish(presence_message(topic, presence))

    async def write(self, topic: str, count: int) -> None:
        """Write records that nobody has read."""
        for _ in range(count):
            await self.world.publisher.publish(Message(topic, b"k", b"v", (), 0))

    def settle_all(self, topic: str, group: str = "bus.fanout") -> None:
        """Commit all that stands in a topic."""
        for tp in self.worlds.broker.partitions([topic]):
            end = self.worlds.broker.log(TopicPartition(*tp)).end
            self.worlds.broker.group(group).positions[TopicPartition(*tp)] = Commit(end)

    def health(self, watcher: Watcher, subject: Subject) -> str:
        """How somebody is, as a board says."""
        return watcher.board.states[subject].health.value

    def close(self) -> None:
        """End all that runs."""
        for task in self._tasks:
            task.cancel()

    async def _ask_log(self) -> Log | None:
        return self.log if self.logs else None

    _tasks: "list[asyncio.Task[None]]" = field(default_factory=list)


@asynccontextmanager
async def watched(worlds: Worlds) -> AsyncIterator[Watched]:
    """A world whose only subscription is acme."""
    async with worlds.open() as world:
        await world.table.ready()
        past = Past(world)
        await past.subscribe()
        found = Watched(worlds, world, past)
        yield found
        found.close()
