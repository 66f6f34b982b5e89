"""The one reader of a process: follows topics while somebody listens.

A topic is read once, however many listen. What came last is held in a ring, from which
everybody takes at their own pace; so a slow listener costs no memory, and is told when
the ring has gone on without it.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass

from bus.errors import OrderbusError
from bus.ports import Clock, Groups, Lag, LogReader, Observer
from bus.record import Record, TopicPartition
from bus.topics.topology import Topology
from processors.live.places import Places
from processors.live.positions import Kind, Positions
from processors.live.ring import Item, Ring
from processors.telemetry import live_names as names

_PAUSE_S = 1.0
_TICK_S = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveParts:
    """What a hub works with; `item` says what a record says.

    `group` is one that we may ask about; nothing is committed for it.
    """

    reader: LogReader
    groups: Groups
    group: str
    clock: Clock
    observer: Observer
    topology: Topology
    item: Callable[[Record], Awaitable[Item]]


@dataclass(frozen=True, slots=True, kw_only=True)
class LivePolicy:
    """How much is held, how often a listener hears that all is well.

    `past`: how many listeners may read what is no longer held at a time, half of them
    of one tenant; who has read for `slice_s` lets others that wait go first. A topic
    that nobody listens to is followed for `linger_s` more, for those who come back.
    """

    most: int = 20_000
    most_bytes: int = 32 * 2**20
    beat_s: int = 15
    past: int = 4
    slice_s: float = 2.0
    linger_s: int = 30


class Live:
    """What is there to listen to; `ticks` counts its seconds."""

    def __init__(self, parts: LiveParts, policy: LivePolicy | None = None) -> None:
        self.parts = parts
        self.policy = policy or LivePolicy()
        self.ring = Ring(self.policy.most, self.policy.most_bytes)
        self.ticks = 0
        self.closing = False
        self.places = Places(self.policy.past)
        self._turn = asyncio.Event()
        self._lock = asyncio.Lock()
        self._listening: dict[str, int] = {}
        self._unheard: dict[str, int] = {}
        self._following: dict[str, asyncio.Task[None]] = {}
        self._cut_off: set[str] = set()
        self._ticking: asyncio.Task[None] | None = None

    def topics(self, kinds: Collection[Kind]) -> Collection[str]:
        """The topics that hold what is of these kinds."""
        topology = self.parts.topology
        found = set(topology.sources) if Kind.EVENTS in kinds else set()
        return found | ({topology.attempts} if Kind.ATTEMPTS in kinds else set())

    async def bounds(self, topics: Collection[str]) -> Mapping[TopicPartition, Lag]:
        """Where the partitions of these topics begin and end now.

        Raises:
            OrderbusError: Kafka gives no answer.
        """
        return await self.parts.groups.lag(self.parts.group, topics)

    async def join(self, topics: Collection[str]) -> None:
        """Somebody listens to these; they are followed until all have left.

        Raises:
            OrderbusError: Kafka does not say where they end.
        """
        async with self._lock:
            new = set(topics) - set(self._following)
            ends = {tp: lag.end for tp, lag in (await self.bounds(new)).items()}
            self.ring.begin(ends)
            for topic in new:
                task = asyncio.create_task(self._follow(topic), name=f"live {topic}")
                self._following[topic] = task
            for topic in topics:
                self._listening[topic] = self._listening.get(topic, 0) + 1
            if self._ticking is None:
                self._ticking = asyncio.create_task(self._tick(), name="live ticks")

    def leave(self, topics: Collection[str]) -> None:
        """Somebody has left."""
        for topic in topics:
            self._listening[topic] -= 1
            self._unheard[topic] = self.ticks

    async def turn(self) -> None:
        """Return when something has come, a second has passed, or it ends."""
        await self._turn.wait()

    async def breathe(self) -> None:
        """Let others have their turn."""
        await asyncio.sleep(0)  # noqa: TID251 - yields, no time passes

    def wake(self) -> None:
        """Have everybody look."""
        self._turn.set()
        self._turn = asyncio.Event()

    def end(self) -> None:
        """Tell all listeners to go elsewhere; nobody may join any more."""
        self.closing = True
        self.wake()

    async def close(self) -> None:
        """Read no more."""
        self.end()
        tasks = [*self._following.values(), *filter(None, [self._ticking])]
        self._following.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _tick(self) -> None:
        while True:
            await self.parts.clock.sleep(_TICK_S)
            self.ticks += 1
            self._rest()
            self.wake()

    def _rest(self) -> None:
        """Follow no more what nobody has listened to for long."""
        old = self.ticks - self.policy.linger_s
        for topic in list(self._following):
            if not self._listening.get(topic) and self._unheard.get(topic, 0) < old:
                self._following.pop(topic).cancel()
                self.ring.forget([topic])

    async def _follow(self, topic: str) -> None:
        while True:
            try:
                await self._read(topic)
            except OrderbusError as error:
                if topic not in self._cut_off:
                    self._cut_off.add(topic)
                    said = {"topic": topic, "why": str(error)}
                    self.parts.observer.note(names.LIVE_CUT_OFF, **said)
            await self.parts.clock.sleep(_PAUSE_S)

    async def _read(self, topic: str) -> None:
        ends: Positions = self.ring.ends
        start = {tp.partition: at for tp, at in ends.items() if tp.topic == topic}
        batches = self.parts.reader.follow(topic, start=start)
        try:
            async for batch in batches:
                self._cut_off.discard(topic)
                for record in batch:
                    if record.offset >= ends.get(record.topic_partition, 0):
                        self.ring.append(await self.parts.item(record))
                self.wake()
        finally:
            if isinstance(batches, AsyncGenerator):
                await batches.aclose()
