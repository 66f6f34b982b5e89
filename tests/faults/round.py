"""One round: events flow, faults come and go, all settles, the promises are checked."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from confluent_kafka import KafkaException

from bus.adapters.kafka import Connection, KafkaLogReader
from bus.delivery.attributes import read_attributes
from bus.errors import DecodeError
from bus.record import Record
from tests.faults.acts import ACTS
from tests.faults.plan import PARTNERS_LANE, Fault
from tests.faults.stage import TIERS, Stage
from tests.faults.stream import Stream
from tests.faults.timing import LATE_S, Calm
from tests.faults.witness import Witness
from tests.support.bus import CLOCK
from tests.support.commits import Sampler
from tests.support.pace import patience

_LOOK_S = 0.25
_FOLDED = "/redirected"
STOPPED = "Ctrl-C"


def reason(error: BaseException) -> str:
    """Why something was broken off, in a line: the first cause of it."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    if isinstance(error, asyncio.CancelledError | KeyboardInterrupt):
        return STOPPED
    first = str(error).partition("\n")[0]
    return f"{type(error).__name__}: {first}"


def _id_of(record: Record) -> str:
    """The id of a record's event; "" where a foreign client left none to read."""
    try:
        return read_attributes(record).id or ""
    except DecodeError:
        return ""


@dataclass(slots=True)
class Felt:
    """A fault as it came about; epoch seconds, None if it was never cured."""

    fault: Fault
    began_at: float
    cured_at: float | None = None


@dataclass
class Round:
    """Plays faults for a while and judges; kept for the report.

    After `warm_s`, in which Java and caches get warm, only partners misbehave for
    `calm_s`: what is said of time is judged then, late from `late_s` on. A round
    that was `broken_off`, which says why, is not judged.
    """

    stage: Stage
    stream: Stream
    lanes: Mapping[str, Iterator[Fault]]
    lasts_s: float
    say: Callable[[str], None]
    warm_s: float = 0.0
    calm_s: float = 0.0
    settles_s: float = 120.0
    late_s: float = LATE_S
    broken_off: str = ""
    witness: Witness = field(init=False)
    felt: list[Felt] = field(default_factory=list)
    calm: Calm = field(default_factory=lambda: Calm(0, 0))
    settled_s: float = 0.0
    _queueing: asyncio.Lock = field(default_factory=asyncio.Lock)

    def __post_init__(self) -> None:
        """Nothing has come yet."""
        self.witness = Witness(self.stage.partners)

    async def play(self) -> None:
        """Run it.

        Raises:
            AssertionError: A promise was broken, or not all settled in time; unless
                it was broken off.
        """
        self.stage.fleet.crashes.clear()
        self.stage.fleet.unanswered.clear()
        try:
            async with self._sampled() as sampler:
                await self._flow()
                self.say("  all faults are over")
                await self._settle()
                await sampler.look()
            self.stage.fleet.hear()
            hops = await self._records(self._hop_topics())
            sources = await self._records(self.stage.bus.world.topology.sources)
        except BaseException as error:
            self.broken_off = reason(error)
            raise
        self.witness.judge(
            sampler.samples,
            self.stage.fleet,
            sources,
            hops,
            self.stage.bus.world.topology,
            self.calm,
        )
        self.stage.foreigners.check()
        assert not self.stage.fleet.complaints, self.stage.fleet.complaints
        assert not self.stage.fleet.ended(), self.stage.fleet.ended()

    # ------------------------------------------------ steps

    async def _flow(self) -> None:
        until = CLOCK.monotonic() + self.lasts_s
        still_s = self.warm_s + self.calm_s
        self.calm = Calm(CLOCK.now() + self.warm_s, CLOCK.now() + still_s, self.late_s)
        streaming = asyncio.create_task(self.stream.run(self.witness))
        try:
            async with asyncio.TaskGroup() as group:
                for name, lane in self.lanes.items():
                    after_s = 0 if name == PARTNERS_LANE else still_s
                    group.create_task(self._lane(lane, after_s, until))
                group.create_task(CLOCK.sleep(self.lasts_s))
        finally:
            streaming.cancel()
            with suppress(asyncio.CancelledError):
                await streaming
        await self.stream.flush()

    async def _lane(
        self, faults: Iterator[Fault], after_s: float, until: float
    ) -> None:
        await CLOCK.sleep(min(after_s, until - CLOCK.monotonic()))
        for fault in faults:
            await CLOCK.sleep(min(fault.gap_s, until - CLOCK.monotonic()))
            if CLOCK.monotonic() >= until:
                return
            felt = Felt(fault, CLOCK.now())
            self.felt.append(felt)
            self.say(f"  {fault.kind} …")
            await ACTS[fault.kind](self.stage, fault)
            felt.cured_at = CLOCK.now()
            took = felt.cured_at - felt.began_at
            self.say(f"  {fault.kind}: over after {took:.1f} s")

    async def _settle(self) -> None:
        began = moved = CLOCK.monotonic()
        topology = self.stage.bus.world.topology
        letters = [topology.dlq_topic(p.name) for p in self.stage.partners]
        least = sys.maxsize
        while True:
            self._take()
            await self._take_queued()
            if self.witness.lost.missing:
                self.witness.dead_lettered(await self._records(letters))
            if self.stage.foreigners.open:
                await self.stage.look_for_foreigners()
            missing = len(self.witness.lost.missing) + len(self.stage.foreigners.open)
            if not missing:
                self.say("  all is settled")
                break
            if missing < least:
                least, moved = missing, CLOCK.monotonic()
            self.say(f"  {missing} deliveries to come")
            if CLOCK.monotonic() - moved > patience(self.settles_s):
                self.say("  nothing has moved for too long")
                break  # judged with what stands where
            await CLOCK.sleep(0.5)
        self.settled_s = CLOCK.monotonic() - began
        # Late repetitions: all that was read has had its turn.
        await CLOCK.sleep(1.0)
        self._take()
        await self._take_queued()

    def _take(self) -> None:
        receiver = self.stage.bus.receiver
        for request in receiver.received:
            assert request.path != _FOLDED, "a redirect was followed"
            self.witness.received(request)
            self.stage.foreigners.received(request)
        receiver.forget()

    async def _take_queued(self) -> None:
        async with self._queueing:
            for request in await self.stage.arrived():
                self.witness.received(request)

    # ------------------------------------------------ what stands where

    def _hop_topics(self) -> list[str]:
        topology = self.stage.bus.world.topology
        names = [p.name for p in self.stage.partners if not p.ordered]
        tiers = [topology.retry_topic(name, tier) for name in names for tier in TIERS]
        ordered = [
            topology.ordered_topic(p.name) for p in self.stage.partners if p.ordered
        ]
        return (
            tiers + ordered + [topology.dlq_topic(p.name) for p in self.stage.partners]
        )

    async def _records(self, topics: Sequence[str]) -> list[Record]:
        """The records of this round's events."""
        reader = KafkaLogReader(Connection(self.stage.bus.settings.librdkafka()))
        return [
            record
            for topic in topics
            async for batch in reader.read(topic)
            for record in batch
            if _id_of(record) in self.witness.owed
        ]

    @asynccontextmanager
    async def _sampled(self) -> AsyncIterator[Sampler]:
        sampler = Sampler(self.stage.bus, ("fanout", "retry", "ordered"))
        steps = (self._sample(sampler), self._look_at_queues())
        tasks = [asyncio.create_task(one) for one in steps]
        try:
            yield sampler
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)

    async def _sample(self, sampler: Sampler) -> None:
        while True:
            with suppress(KafkaException):  # a coordinator that is away
                await sampler.look()
            await CLOCK.sleep(_LOOK_S)
            self._take()

    async def _look_at_queues(self) -> None:
        while True:
            await CLOCK.sleep(_LOOK_S)
            await self._take_queued()
