"""One membership of the projector's group, from joining to leaving."""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

from bus.errors import (
    BrokerUnavailableError,
    ConfigurationError,
    LogUnavailableError,
)
from bus.log.rows import Position
from bus.log.store import LogStore
from bus.ports import Clock, Lag, Observer, PartitionChange, Source, Stands
from bus.record import Commit, Expired, Record, TopicPartition
from processors.delivery.partition import wait_for
from processors.projector.away import Away
from processors.projector.gaps import Gaps
from processors.projector.intake import HELD, Intake
from processors.projector.reading import UNREAD, Reading, stood
from processors.projector.writing import RewoundError, Writing
from processors.telemetry import log_names as names
from processors.telemetry import names as common

GATHER_S = 0.2
_COMMIT_S = 1.0
_place = itemgetter(0, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionParts:
    """What a session uses. `source` makes a member of the group.

    `drain_s` bounds how long a partition that leaves waits for the database.
    """

    source: Callable[[Stands], Source]
    store: LogStore
    gaps: Gaps
    away: Away
    clock: Clock
    observer: Observer
    group: str
    drain_s: float = 5.0


class Session:
    """Reads what the group gives to this member into the log.

    Fulfils `bus.ports.Listener`. `over` is set when only a new session helps: the log
    stands somewhere else than it is read from.
    """

    def __init__(self, parts: SessionParts, intake: Intake) -> None:
        self._parts = parts
        self._intake = intake
        self._source = parts.source(self.stands)
        self._writing = Writing(parts.store, parts.clock, parts.observer, parts.away)
        parts.away.changed = self._steer_all
        self._stood: dict[TopicPartition, Position] = {}
        self._blind: set[TopicPartition] = set()
        self._committed: dict[TopicPartition, Commit] = {}
        self._looking: set[asyncio.Task[None]] = set()
        self.tasks: list[asyncio.Task[None]] = []
        self.readings: dict[TopicPartition, Reading] = {}
        self.over = asyncio.Event()
        self.assigned_once = False

    # ------------------------------------------------ life

    async def start(self, topics: Collection[str]) -> None:
        """Join the group and begin."""
        self.tasks = [
            asyncio.create_task(self._work(), name="project"),
            asyncio.create_task(self._commit_often(), name="commit-often"),
        ]
        await self._source.start(topics, self)

    def subscribe(self, topics: Collection[str]) -> None:
        """Read other topics from now on."""
        self._source.subscribe(topics)

    async def ended(self) -> None:
        """Return when only a new session helps.

        Raises:
            Exception: A bug ended one of its tasks.
        """
        over = asyncio.create_task(self.over.wait())
        try:
            tasks: set[asyncio.Task[object]] = {over, *self.tasks}
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in self.tasks:
                if task.done():
                    task.result()
        finally:
            over.cancel()

    async def stop(self) -> None:
        """Leave the group; what is not written yet is read again by whoever comes."""
        await self._source.stop()
        if self.readings:  # nobody asked to give them back: Kafka was away
            self.lost(frozenset(self.readings))
        tasks = [*self.tasks, *self._looking]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    @property
    def in_flight(self) -> int:
        """The rows that the database was given to write."""
        return self._writing.in_flight

    # ------------------------------------------------ what the source asks and says

    async def stands(
        self, partitions: Collection[TopicPartition]
    ) -> Mapping[TopicPartition, Commit]:
        """Where the log stands, which is where reading begins.

        While the database does not say, nothing is read of these.
        """
        for tp in partitions:
            self._stood.pop(tp, None)
        try:
            found = await self._parts.store.positions(partitions)
        except Exception:  # noqa: BLE001 - told of when it is asked again
            self._blind.update(partitions)
            return {}
        self._blind.difference_update(partitions)
        self._stood.update(found)
        return {tp: stood(at) for tp, at in found.items() if at != UNREAD}

    async def assigned(self, positions: Mapping[TopicPartition, Commit]) -> None:
        """Open a reading for each."""
        self.assigned_once = True
        now_us = round(self._parts.clock.now() * 1e6)
        for tp, at in positions.items():
            stored = self._stood.pop(tp, None)
            anew = at.offset < 0 and stored not in {None, UNREAD}
            reading = Reading(tp, stored, now_us, anew=anew)
            self.readings[tp] = reading
            self._intake.open(reading)
            self._steer(reading)
        self._tell(PartitionChange.ASSIGNED, positions)
        self._intake.wake()

    async def revoked(
        self, partitions: Collection[TopicPartition]
    ) -> Mapping[TopicPartition, Commit]:
        """Write no more of these; wait for what the database is doing."""
        leaving = self._close(partitions)
        self._tell(PartitionChange.REVOKED, partitions)
        if not self._writing.still.is_set():
            parts = self._parts
            await wait_for(parts.clock, self._writing.still, parts.drain_s)
        return {r.tp: commit for r in leaving if (commit := r.commit()) is not None}

    def lost(self, partitions: Collection[TopicPartition]) -> None:
        """Forget partitions that somebody else may own by now."""
        for reading in self._close(partitions):
            if reading.stored is not None:
                self._stood[reading.tp] = reading.stored
        self._tell(PartitionChange.LOST, partitions)

    def records(self, batch: Sequence[Record]) -> None:
        """Take them in."""
        for place, some in groupby(batch, _place):
            reading = self.readings.get(TopicPartition(*place))
            if reading is None or reading.tp in self._blind:
                continue
            self._intake.put(reading, some)
            if len(reading.queue) >= HELD:
                self._steer(reading)

    def expired(self, gone: Expired) -> None:
        """Tell what the log will never have, and go on behind it."""
        reading = self.readings.get(gone.topic_partition)
        if reading is None or reading.tp in self._blind:
            return
        if lost := reading.expire(gone):
            place = gone.topic_partition._asdict()
            self._parts.observer.note(names.EXPIRED, **place, lost=lost)
            self._parts.observer.measure(names.SKIPPED, lost, "expired")
        self._intake.wake()

    def has_room(self) -> bool:
        """Whether the source may hand over more; read from its thread."""
        return self._intake.has_room()

    def look(self, lags: Mapping[TopicPartition, Lag], at: float) -> None:
        """Take to heart where Kafka's logs ended at a time: idleness is progress."""
        at_us = round(at * 1e6)
        ends = {tp: lag.end for tp, lag in lags.items() if tp in self.readings}
        self._source.reached(ends)
        for tp, reading in self.readings.items():
            lag = lags.get(tp)
            if lag is None or tp in self._blind:
                continue
            stuck = reading.look(lag.start, lag.end, at_us)
            if stuck and self._parts.gaps.due(tp, reading.next):
                task = asyncio.create_task(self._look_into(reading, lags, at_us))
                self._looking.add(task)
                task.add_done_callback(self._looking.discard)
        self._intake.wake()

    # ------------------------------------------------ steps

    async def _work(self) -> None:
        while True:
            await self._intake.news.wait()
            await wait_for(self._parts.clock, self._intake.full, GATHER_S)
            if self._blind and await self._sees():
                break
            batch = await self._intake.portions()
            self._steer_all()
            try:
                await self._writing.write(batch)
            except RewoundError as error:
                self._parts.observer.note(names.REWOUND, why=str(error))
                break
        self.over.set()

    async def _sees(self) -> bool:
        """Wait until the log says where it stands, or those who want to know go."""
        while self._blind:
            try:
                await self._parts.store.positions(self._blind)
            except (LogUnavailableError, ConfigurationError) as error:
                await self._parts.away.wait(str(error))
            except Exception as error:  # noqa: BLE001 - a bug: nothing is lost by waiting
                await self._parts.away.wait(repr(error), error)
            else:
                self._parts.away.back()
                return True
        return False

    async def _look_into(
        self, reading: Reading, lags: Mapping[TopicPartition, Lag], at_us: int
    ) -> None:
        seen = reading.next
        if await self._parts.gaps.empty(reading.tp, seen, lags):
            reading.pass_gap(seen, lags[reading.tp].end, at_us)

    async def _commit_often(self) -> None:
        """Tell the group, for those who look at it; nothing is ever begun from it."""
        while True:
            await self._parts.clock.sleep(_COMMIT_S)
            commits = {
                tp: commit
                for tp, reading in self.readings.items()
                if (commit := reading.commit()) is not None
                and commit != self._committed.get(tp)
            }
            try:
                if commits:
                    await self._source.commit(commits)
            except BrokerUnavailableError as error:
                self._parts.observer.note(common.COMMIT_FAILED, why=str(error))
            else:
                self._committed.update(commits)

    def _close(self, partitions: Collection[TopicPartition]) -> list[Reading]:
        leaving = [r for tp in partitions if (r := self.readings.pop(tp, None))]
        for reading in leaving:
            self._intake.close(reading)
            self._blind.discard(reading.tp)
            self._committed.pop(reading.tp, None)
        return leaving

    def _steer_all(self) -> None:
        for reading in self.readings.values():
            self._steer(reading)

    def _steer(self, reading: Reading) -> None:
        """Fetch a partition, or do not for now."""
        crowded = reading.waits is not None and len(reading.queue) >= HELD
        wanted = bool(self._parts.away) or reading.tp in self._blind or crowded
        if wanted and not reading.paused:
            reading.paused = True
            self._source.pause([reading.tp])
        elif reading.paused and not wanted:
            reading.paused = False
            self._source.resume([reading.tp])

    def _tell(
        self, change: PartitionChange, partitions: Collection[TopicPartition]
    ) -> None:
        self._parts.observer.partitions(self._parts.group, change, partitions)
