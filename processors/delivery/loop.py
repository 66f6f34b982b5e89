"""The engine under every consumer-group program.

A program is a `Handler`. The loop gives it records in order, keeps one `Partition`
for each assignment, commits what is committable, and drains on revoke and stop.
"""

import asyncio
from collections import deque
from collections.abc import Collection, Mapping, Sequence
from typing import TypeAlias

from bus.ports import Clock, Observer, PartitionChange, Source
from bus.record import Commit, Expired, Record, TopicPartition
from processors.delivery import handling
from processors.delivery.behind import Behind
from processors.delivery.committing import Committing
from processors.delivery.handling import Handler, LoopPolicy
from processors.delivery.partition import Partition, Tally, drained, wait_for
from processors.telemetry import names

Arrived: TypeAlias = Sequence[Record] | Expired


class Loop:
    """Runs one handler on one source; fulfils `bus.ports.Listener`.

    `group` is what reports call the source's consumer group.
    """

    def __init__(
        self,
        source: Source,
        handler: Handler,
        *,
        clock: Clock,
        observer: Observer,
        policy: LoopPolicy | None = None,
        group: str = "",
    ) -> None:
        self._group = group
        self._source = source
        self.reached = source.reached
        self._handler = handler
        self._clock = clock
        self._observer = observer
        self._policy = policy or LoopPolicy()
        self._partitions: dict[TopicPartition, Partition] = {}
        self._inbox: deque[tuple[int, Arrived]] = deque()
        self._queued = self._assignments = 0
        self._arrived = asyncio.Event()
        self._behind = Behind(handler, self, self._breathe, self._arrived.set)
        self._tally = Tally(self._policy.intake_limit, self.resume)
        self._committing = Committing(
            source, clock, observer, self._tally, self._policy.commit_interval_s
        )
        self.draining = self._committing.draining
        self._tasks: list[asyncio.Task[None]] = []
        self.assigned_once = False

    async def start(self, topics: Collection[str]) -> None:
        """Join the group and begin."""
        self._tasks = [
            asyncio.create_task(self._take_in(), name="take-in"),
            asyncio.create_task(self._committing.often(), name="commit-often"),
        ]
        await self._source.start(topics, self)

    async def stop(self) -> None:
        """Drain, commit, leave the group."""
        await self._source.stop()
        if self._partitions:  # nobody asked to give them back: Kafka was away
            self.lost(frozenset(self._partitions))
        await self._behind.stop()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def subscribe(self, topics: Collection[str]) -> None:
        """Follow other topics from now on."""
        self._source.subscribe(topics)

    def alive(self) -> bool:
        """Whether the loop's own tasks still run."""
        return bool(self._tasks) and not any(task.done() for task in self._tasks)

    async def broken(self) -> Exception:
        """Return what ended one of the loop's own tasks: a bug, if it ever happens."""
        done, _ = await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)
        error = next(iter(done)).exception()
        return error if isinstance(error, Exception) else RuntimeError("it returned")

    @property
    def partitions(self) -> Mapping[TopicPartition, Partition]:
        """The partitions held now."""
        return self._partitions

    @property
    def unsettled(self) -> int:
        """Records taken in and not settled, of all partitions."""
        return self._tally.unsettled

    # ------------------------------------------------ flow

    def pause(self, partition: Partition) -> None:
        """Fetch no more of a partition for now."""
        if partition.open and not partition.paused:
            partition.paused = True
            self._source.pause([partition.tp])

    def resume(self, partition: Partition) -> None:
        """Fetch a paused partition again, unless it waits for something else."""
        if partition.open and partition.paused and partition not in self._behind:
            partition.paused = False
            self._source.resume([partition.tp])

    @property
    def waiting(self) -> Mapping[TopicPartition, Record]:
        """The partitions that wait, each with the record that is not ready."""
        return self._behind.heads()

    # ------------------------------------------------ what the source says

    async def assigned(self, positions: Mapping[TopicPartition, Commit]) -> None:
        """Open a partition for each, with its restored ledger."""
        self.assigned_once = True
        self._assignments += 1
        for tp, start in positions.items():
            partition = Partition(tp, start, self._tally, self._assignments)
            self._partitions[tp] = partition
            self._handler.opened(partition)
        self._observer.partitions(self._group, PartitionChange.ASSIGNED, positions)

    async def revoked(
        self, partitions: Collection[TopicPartition]
    ) -> Mapping[TopicPartition, Commit]:
        """Start nothing more, wait for what is in flight, say what to commit."""
        leaving = self._close(partitions)
        self._observer.partitions(self._group, PartitionChange.REVOKED, partitions)
        self._committing.draining.update(leaving)
        try:
            left = await drained(
                leaving, self._tally, self._clock, self._policy.drain_s
            )
            if left:
                self._observer.note(names.DRAIN_CUT, group=self._group, left=left)
        finally:
            self._committing.draining.difference_update(leaving)
        return self._committing.last(leaving)

    def lost(self, partitions: Collection[TopicPartition]) -> None:
        """Forget partitions that somebody else may own by now."""
        self._close(partitions)
        self._observer.partitions(self._group, PartitionChange.LOST, partitions)

    def records(self, batch: Sequence[Record]) -> None:
        """Queue a batch for the intake."""
        self._inbox.append((self._assignments, batch))
        self._queued += len(batch)
        self._arrived.set()

    def expired(self, gone: Expired) -> None:
        """Queue in its place that records were deleted before they came."""
        self._inbox.append((self._assignments, gone))
        self._arrived.set()

    def overtaken(self, gone: Expired) -> None:
        """Say what Kafka deleted before it was settled here; what is held goes on."""
        partition = self._partitions.get(gone.topic_partition)
        if partition is not None:
            lost, held = partition.ledger.expire(gone.start, self._read(partition))
            if lost or held:
                self._observer.expired(self._group, gone, lost, held)

    def _read(self, partition: Partition) -> set[int]:
        """The offsets that were read of a partition and may not have begun."""
        queued = (
            record.offset
            for assignments, batch in self._inbox
            if not isinstance(batch, Expired) and partition.born <= assignments
            for record in batch
            if record.topic_partition == partition.tp
        )
        return {*queued, *(record.offset for record in self._behind.held(partition))}

    def has_room(self) -> bool:
        """Whether the source may hand over more; read from its thread."""
        return self._queued < self._policy.intake_limit

    # ------------------------------------------------ steps

    def _close(self, partitions: Collection[TopicPartition]) -> list[Partition]:
        leaving = [p for tp in partitions if (p := self._partitions.pop(tp, None))]
        for partition in leaving:
            self._behind.leave(partition)
            partition.close()
            self._handler.closed(partition)
        return leaving

    async def _take_in(self) -> None:
        begun = 0
        while True:
            while not self._inbox:
                self._behind.check()
                self._arrived.clear()
                await self._arrived.wait()
            assignments, batch = self._inbox[0]  # counted as read until it is taken
            if isinstance(batch, Expired):
                self._skip(batch, assignments)
                self._inbox.popleft()
                continue
            self._queued -= len(batch)
            ready = self._prepared(batch) and not self._behind
            for record in batch:
                begun += self._take(record, assignments, ready=ready)
                if begun >= handling.STRIDE:
                    begun = 0
                    await self._breathe()
            self._inbox.popleft()

    def _prepared(self, batch: Sequence[Record]) -> bool:
        """Whether a batch can be handled at once; where a bug hides that: each asks."""
        try:
            return self._handler.prepare(batch)
        except Exception as error:  # noqa: BLE001 - a bug; other batches have not met it
            self.unforeseen(batch[0], error)
            return False

    def _take(self, record: Record, assignments: int, *, ready: bool) -> int:
        """Hand a record over, or let it wait; return how much work it was."""
        partition = self._partitions.get(record.topic_partition)
        # What was read under an earlier assignment is read again.
        if partition is None or partition.born > assignments:
            return 1
        if not ready and (waiting := self._behind.holds(partition, record)):
            if waiting >= handling.HELD:
                self.pause(partition)
            return 1
        return self.hand_over(partition, record)

    def hand_over(self, partition: Partition, record: Record) -> int:
        """Give a record to the handler; return how much work it was."""
        before = self._tally.begun
        try:
            self._handler.handle(partition, record)
        except Exception as error:  # noqa: BLE001 - a bug; other records have not met it
            partition.begin(record.offset, handling.UNHANDLED)  # not lost, but open
            self.unforeseen(record, error)
        self._limit(partition)
        return 1 + self._tally.begun - before

    def unforeseen(self, record: Record, error: Exception) -> None:
        """Say where a bug showed; the loop, and all other records, go on."""
        handling.say_bug(self._observer, record, error)

    def _skip(self, gone: Expired, assignments: int) -> None:
        partition = self._partitions.get(gone.topic_partition)
        if partition is None or partition.born > assignments:
            return
        if partition in self._behind:  # in its turn, after what was read before it
            self._behind.then(partition, gone)
        else:
            self.go_on(partition, gone)

    def go_on(self, partition: Partition, gone: Expired) -> None:
        """Tell of what Kafka deleted, and go on behind it."""
        self.overtaken(gone)
        partition.skip(gone.start)

    def caught_up(self, partition: Partition) -> None:
        """Nothing of a partition waits any more: fetch it again, if there is room."""
        limit = self._room()
        if limit is None or partition.ledger.unsettled < limit:
            self.resume(partition)

    def _limit(self, partition: Partition) -> None:
        limit = self._room()
        if limit is not None and partition.ledger.unsettled >= limit:
            partition.resume_at = limit // 2
            self.pause(partition)

    def _room(self) -> int | None:
        """How many records a partition may hold now; None: no limit of its own."""
        if self._policy.partition_limit is None:
            return None
        if self._tally.deliveries >= self._policy.intake_limit:
            return self._policy.partition_floor
        return self._policy.partition_limit

    async def _breathe(self) -> None:
        """Let deliveries run between strides; wait while too much is unsettled."""
        await asyncio.sleep(0)  # noqa: TID251 - yields to the event loop, no time passes
        if self._policy.partition_limit is not None or self._tally.calm.is_set():
            return
        self._observer.note(names.INTAKE_PAUSED, unsettled=self._tally.deliveries)
        while not self._tally.calm.is_set():
            self._handler.crowded()
            await wait_for(
                self._clock, self._tally.calm, self._policy.commit_interval_s
            )
        self._observer.note(names.INTAKE_RESUMED, unsettled=self._tally.deliveries)
