"""What parts come to is written, in turn for each order, and only then settled."""

import asyncio
from dataclasses import replace
from typing import Protocol

from bus.delivery.lanes import Lanes
from bus.delivery.rate import Bucket
from bus.errors import PublishError
from bus.intake.fetching.wanted import Wanted
from bus.intake.merging.notes import Became, Note, note_message
from bus.intake.parked.item import Item, shortened
from bus.intake.parked.records import parked_message
from bus.intake.requests import request_message, request_parked, request_told
from bus.ports import Clock, Observer, Publisher
from processors.convert.telling import Published, Telling
from processors.convert.work import Settling, Work
from processors.delivery.partition import Partition
from processors.delivery.writing import Writing
from processors.telemetry import convert_names as names
from processors.telemetry.names import BUG

_LEAST_S = 0.001  # what rounding leaves of a wait would be none
MOST_UNDER_WAY = 256
"""Parts that are written at a time.

More would only wait in Kafka's client while Kafka is away. That writes them once it is
back, when their partition may have gone to another process, which tells them again.
"""


class Fetches(Protocol):
    """Who fetches what messages leave out."""

    def begin(self, settling: Settling, wanted: Wanted) -> None:
        """Fetch, or see that it is fetched, then settle."""
        ...


class Outgoing:
    """Writes events, parked items and notes.

    `fetches` gets what is to be fetched once its message is told: it parks here, too,
    and so comes after.

    Args:
        seen, parked, requests: Topics of notes, of parked items, and of what the OMS
            is asked to do.
        rate: How many parts are begun in a second at most; None: any number.
    """

    def __init__(  # noqa: PLR0913 - the parts of the program; made in one place
        self,
        *,
        telling: Telling,
        writing: Writing,
        notes: Publisher,
        seen: str,
        parked: str,
        requests: str,
        clock: Clock,
        observer: Observer,
        rate: float | None = None,
    ) -> None:
        self._bucket = None if rate is None else Bucket(rate, clock.monotonic())
        self._turn = asyncio.Lock()
        self._telling = telling
        self._writing = writing
        self._notes = notes
        self.fetches: Fetches | None = None
        self._seen = seen
        self._parked = parked
        self._requests = requests
        self._clock = clock
        self._observer = observer
        self._lanes: Lanes[Work] = Lanes()
        self._room = asyncio.Semaphore(MOST_UNDER_WAY)
        self._tasks: set[asyncio.Task[None]] = set()

    def put(self, work: Work) -> None:
        """Write it once its order's earlier parts are written."""
        if self._lanes.push(work.lane, work) is not None:
            task = asyncio.create_task(self._serve(work))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def park(self, partition: Partition, item: Item) -> bool:
        """Write a parked item; False if the partition went meanwhile."""
        message = parked_message(self._parked, item)
        try:
            written = await self._writing.until_taken(partition, message)
        except PublishError as refused:
            self._observer.note(names.NOT_NOTED, why=str(refused), item=item.id)
            message = parked_message(self._parked, shortened(item))
            written = await self._writing.until_taken(partition, message, last=True)
        if written:
            self._observer.measure(names.PARKED_AT, 1, item.stage.value)
        return written

    async def _serve(self, work: Work | None) -> None:
        while work is not None:
            partition = work.settling.partition
            partition.started()
            try:
                async with self._room:
                    await self._paced()
                    if partition.open:
                        await self._write(work)
            except Exception as error:  # noqa: BLE001 - a bug; it stays open, others go on
                self._observer.note(BUG, why=repr(error), exc_info=error)
            finally:
                partition.finished()
            work = self._lanes.finish(work.lane)

    async def _paced(self) -> None:
        """Wait until one more may be begun; one after the other."""
        if self._bucket is None:
            return
        async with self._turn:
            while not self._bucket.take(now := self._clock.monotonic()):
                wait_s = self._bucket.next_chance(now) - now
                await self._clock.sleep(max(_LEAST_S, wait_s))

    async def _write(self, work: Work) -> None:
        """Write event or item, and the note beside it; then settle, or fetch first."""
        partition, item = work.settling.partition, work.item
        noting = self._noting(work.note)
        if work.event is not None:
            published = await self._telling.tell(partition, work.event)
            if published is Published.FENCED:
                return
            if isinstance(published, str) and work.instead is not None:
                item = work.instead(published)
        if item is not None and not await self.park(partition, item):
            return
        await self._noted(noting)
        if item is not None and work.item is None and work.note is not None:
            became = replace(work.note, became=Became.PARKED, version=None)
            await self._noted(self._noting(became))
        if not await self._requested(work, item):
            return
        self._count(work, item)
        if work.wanted is not None and item is None and self.fetches is not None:
            self.fetches.begin(work.settling, work.wanted)
        else:
            work.settling.settle()

    async def _requested(self, work: Work, item: Item | None) -> bool:
        """Write down how far a request to the OMS came; False: the partition went."""
        parked = request_parked(item)
        found = parked if item is not None else request_told(work.event)
        if found is None:
            return True
        message = request_message(self._requests, found)
        partition = work.settling.partition
        return await self._writing.until_taken(partition, message, last=True)

    def _noting(self, note: Note | None) -> "asyncio.Future[object] | None":
        """Hand a note over now, beside the event; a record owns what it brings."""
        if note is None:
            return None
        writing = self._notes.publish(note_message(self._seen, note))
        return asyncio.ensure_future(writing)

    async def _noted(self, noting: "asyncio.Future[object] | None") -> None:
        """Wait for a note. Without it a repeat may be told: nothing is lost."""
        if noting is None:
            return
        try:
            await noting
        except PublishError as error:
            self._observer.note(names.NOT_NOTED, why=str(error))

    def _count(self, work: Work, item: Item | None) -> None:
        if item is not None:
            self._observer.measure(names.CONVERTED, 1, "parked")
        elif work.event is not None:
            self._observer.measure(names.CONVERTED, 1, "told")
            self._observer.measure(names.TOLD_BY, 1, work.source)
            age_s = self._clock.now() - work.since.timestamp()
            self._observer.measure(names.SECONDS, max(0.0, age_s))
        elif work.note is not None:
            self._observer.measure(names.CONVERTED, 1, work.note.became.value)
            self._observer.measure(names.REPEATS_BY, 1, work.source)
