"""The projector on a broker in memory, with a log whose database fails as told."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager, suppress

from typing_extensions import override

from bus.adapters.memory import (
    MemoryGroups,
    MemoryLog,
    MemoryLogReader,
    MemoryPublisher,
    MemorySource,
    MemoryTopics,
    settle,
)
from bus.client.schemas import default_folder
from bus.contracts.codec import parse_schema
from bus.delivery.delivery import Attempt, Origin
from bus.errors import LogRefusedError, LogUnavailableError
from bus.log.rows import Advance, Place, Position, Row
from bus.ports import Source, Stands
from bus.record import Record, TopicPartition
from processors.delivery.acks import ack_key, acknowledge
from processors.delivery.attempt_log import AttemptLog
from processors.delivery.decoding import Decoder
from processors.delivery.lagging import LagWatch
from processors.projector.conversion import Conversion
from processors.projector.run import Projector, ProjectorParts, ProjectorPolicy
from processors.projector.topics import declared_topics
from tests.support.engine import MemoryBus

GROUP = "projector"
QUICK_S = 2.0
"""Long enough for all that is there to be written."""


class ShakyLog(MemoryLog):
    """A log in memory that fails as told.

    Attributes:
        away: Why it gives no answer; empty: it does.
        unanswered: How many writes are made and not answered for.
        refuses: Which rows it never takes.
        most: How many rows it takes in the time that it has.
        frozen: A write waits for it, then goes on.
        writes: How many were tried.
    """

    def __init__(self) -> None:
        super().__init__()
        self.away = ""
        self.unanswered = 0
        self.refuses: Callable[[Row], bool] = lambda _: False
        self.most = 1_000_000
        self.frozen = asyncio.Event()
        self.frozen.set()
        self.writes = 0

    @property
    def rows(self) -> Sequence[Row]:
        """All that it has."""
        return self._rows

    def restore(self, rows: int, positions: Mapping[TopicPartition, Position]) -> None:
        """Go back to what an older copy has."""
        self._rows = self._rows[:rows]
        self._positions = dict(positions)

    def _check(self) -> None:
        if self.away:
            raise LogUnavailableError(self.away)

    @override
    async def prepare(self, now_us: int) -> None:
        self._check()
        await super().prepare(now_us)

    @override
    async def positions(
        self, partitions: Collection[TopicPartition]
    ) -> Mapping[TopicPartition, Position]:
        self._check()
        return await super().positions(partitions)

    @override
    async def write(
        self, rows: Sequence[Row], advances: Sequence[Advance], now_us: int
    ) -> None:
        self.writes += 1
        await self.frozen.wait()
        self._check()
        if len(rows) > self.most:
            raise LogUnavailableError("no answer in 60 s")
        if any(self.refuses(row) for row in rows):
            raise LogRefusedError("value out of range")
        await super().write(rows, advances, now_us)
        if self.unanswered:
            self.unanswered -= 1
            raise LogUnavailableError("the connection was lost")


class ProjectedBus(MemoryBus):
    """A broker with events, attempts and acks, and projectors that come and go."""

    def __init__(self) -> None:
        super().__init__()
        self.log = ShakyLog()
        self.publisher = MemoryPublisher(self.broker)
        self.declared = set(declared_topics(self.topology))
        self._attempts = 0

    # --- what is read

    async def attempt(self, order: str = "SO-1", **fields: object) -> Attempt:
        """Write an attempt."""
        self._attempts += 1
        made = Attempt(
            event_id=f"{self._attempts:032x}",
            event_type="order.updated",
            order_id=order,
            subscription="erp",
            number=1,
            outcome="accepted",
            status=200,
            detail="",
            route="done",
            started_us=round(self.clock.now() * 1e6),
            duration_us=1_500,
            origin=Origin("oms.order", 0, self._attempts, 0),
            replay=0,
            traceparent=None,
        )._replace(**fields)  # type: ignore[arg-type]  # as the caller says
        (await self._attempt_log()).write(made)
        return made

    async def ack(self, event_id: str) -> None:
        """Write an acknowledgement."""
        key = ack_key("erp", event_id)
        await acknowledge(self.publisher, key, at="2026-01-01T00:00:00Z", by="test")

    async def _attempt_log(self) -> AttemptLog:
        text = (default_folder() / "Attempt.avsc").read_text(encoding="utf-8")
        topic = self.topology.attempts
        log = AttemptLog(self.publisher, topic, parse_schema(text))
        await log.open(self.schemas, self.clock, self.observer)
        return log

    # --- what is there

    def places(self) -> list[Place]:
        """Where the rows of the log stand, sorted; twice what is there twice."""
        return sorted(row.at for row in self.log.rows)

    def records_read(self) -> list[Record]:
        """The records of all topics that are read."""
        return [r for topic in sorted(self.declared) for r in self.records(topic)]

    def expected(self) -> list[Place]:
        """Where a row should stand: everywhere."""
        return sorted(Place(*r[:3]) for r in self.records_read())

    # --- projectors

    def parts(self) -> ProjectorParts:
        """What a projector of its own uses."""
        decoder = Decoder(self.schemas, self.clock, self.observer)
        return ProjectorParts(
            source=self.member,
            store=self.log,
            log=self.log,
            reader=MemoryLogReader(self.broker),
            topics=MemoryTopics(self.broker),
            conversion=Conversion(decoder, self.topology, self.observer),
            clock=self.clock,
            observer=self.observer,
            group=GROUP,
        )

    def member(self, stands: Stands) -> Source:
        """A member of the group."""
        return MemorySource(self.broker, GROUP, stands=stands)

    def projector(self, policy: ProjectorPolicy | None = None) -> Projector:
        """A projector, not started."""
        return Projector(self.parts(), self.declared, policy)

    @asynccontextmanager
    async def projecting(
        self, policy: ProjectorPolicy | None = None
    ) -> AsyncIterator[Projector]:
        """Run a projector with its look at the lag, stopped in the end."""
        projector = self.projector(policy)
        lag = LagWatch(
            MemoryGroups(self.broker),
            self.clock,
            self.observer,
            {GROUP: projector.readings_held},
            looked=projector.look,
            every_s=1.0,
        )
        tasks = [asyncio.create_task(projector.run()), asyncio.create_task(lag.run())]
        await settle()
        try:
            yield projector
        finally:
            for task in tasks:
                task.cancel()
            stopping = asyncio.gather(*tasks, return_exceptions=True)
            while not stopping.done():
                await self.clock.advance(0.5)
            with suppress(asyncio.CancelledError):
                await stopping


def noted(bus: ProjectedBus, name: str) -> list[dict[str, object]]:
    """What was said under a name."""
    return [fields for said, fields in bus.observer.notes if said == name]


async def some(bus: ProjectedBus, count: int = 10) -> None:
    """Write a few events, attempts and acks."""
    for n in range(count):
        await bus.produce(f"SO-{n}")
        await bus.attempt(f"SO-{n}")
        await bus.ack(f"{n:032x}")
