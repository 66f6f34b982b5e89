"""What thin messages leave out is fetched, kept as a submission, and converted as one.

First at once, while the message's record is open; what cannot be had now goes to the
source's tier topics, and after the last of them to its dead letters, parked. No source
waits for another's API, and no API is asked faster than its source or it itself says.
"""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace

from bus.errors import DecodeError
from bus.intake.fetching.wanted import Wanted, read_wanted, wanted_message
from bus.intake.parked.item import Item
from bus.ports import Clock, Observer
from bus.record import Message, Record
from bus.times import moment_of
from bus.topics.topology import Topology
from processors.convert.asking import Asking, Failed, Fetched, Later
from processors.convert.parking import unfetched
from processors.convert.reading import Sources
from processors.convert.work import Settling
from processors.delivery.partition import Partition
from processors.delivery.writing import Writing
from processors.telemetry import convert_names as names
from processors.telemetry.names import BUG

MAX_AGE_S = 86_400.0
_NAME = "fetch"
_LOOK_S = 1.0

Park = Callable[[Partition, Item], Coroutine[object, object, bool]]


class Fetches:
    """Fetches what messages leave out; the handler of the tiers of sources, too.

    Args:
        park: Writes a parked item; False if the partition went meanwhile.
    """

    def __init__(  # noqa: PLR0913 - the parts of the program; made in one place
        self,
        *,
        asking: Asking,
        sources: Sources,
        topology: Topology,
        writing: Writing,
        park: Park,
        clock: Clock,
        observer: Observer,
    ) -> None:
        self._asking = asking
        self._sources = sources
        self._topology = topology
        self._writing = writing
        self._park = park
        self._clock = clock
        self._observer = observer
        self._tasks: set[asyncio.Task[None]] = set()

    def begin(self, settling: Settling, wanted: Wanted) -> None:
        """Try at once; a message's record does not wait for more than that."""
        self._soon(settling, self._first(settling, wanted))

    def handle(self, partition: Partition, record: Record) -> None:
        """Take a record of a tier: let it wait until it is due, then try."""
        name = partition.ledger.remaining(record.offset, (_NAME,))
        partition.begin(record.offset, name)
        if not name:
            return
        settling = Settling(partition, record.offset, _NAME)
        source, tier = self._topology.parse_fetch_topic(record.topic) or ("", "")
        try:
            wanted = read_wanted(record)
        except DecodeError as error:
            broken = self._keep_broken(settling, source, record, str(error))
            self._soon(settling, broken)
            return
        due = record.timestamp_ms / 1000 + self._topology.tiers.get(tier, 0.0)
        self._soon(settling, self._when_due(settling, wanted, tier, due))

    # ------------------------------------------------ steps

    async def _first(self, settling: Settling, wanted: Wanted) -> None:
        outcome = await self._asking.fetch(wanted)
        match outcome:
            case Fetched(message=message):
                await self._finish(settling, message)
            case Later(why=why):
                await self._hop(settling, replace(wanted, why=why), "")
            case Failed():
                await self._failed(settling, wanted, outcome, "")

    async def _when_due(
        self, settling: Settling, wanted: Wanted, tier: str, due: float
    ) -> None:
        await self._clock.sleep(max(0.0, due - self._clock.now()))
        while settling.partition.open:
            if self._clock.now() - wanted.since.timestamp() > MAX_AGE_S:
                await self._dead(settling, wanted, f"not within {MAX_AGE_S:.0f} s")
                return
            outcome = await self._asking.fetch(wanted)
            match outcome:
                case Fetched(message=message):
                    await self._finish(settling, message)
                    return
                case Failed():
                    await self._failed(settling, wanted, outcome, tier)
                    return
                case Later(wait_s=wait_s):
                    await self._clock.sleep(max(wait_s, 0.01))

    async def _failed(
        self, settling: Settling, wanted: Wanted, failed: Failed, tier: str
    ) -> None:
        tried = replace(wanted, attempts=wanted.attempts + 1, why=failed.why)
        if failed.for_good:
            await self._dead(settling, tried, failed.why)
        else:
            await self._hop(settling, tried, tier)

    async def _hop(self, settling: Settling, wanted: Wanted, tier: str) -> None:
        """Move it to the tier after this one; after the last it is dead."""
        tiers = list(self._topology.tiers)
        place = tiers.index(tier) + 1 if tier in tiers else 0
        if place >= len(tiers):
            await self._dead(settling, wanted, wanted.why)
            return
        topic = self._topology.fetch_topic(wanted.source, tiers[place])
        await self._finish(settling, wanted_message(topic, wanted))

    async def _dead(self, settling: Settling, wanted: Wanted, why: str) -> None:
        source = self._sources.get(wanted.source)
        self._observer.measure(names.FETCHES, 1, "dead")
        self._observer.note(
            names.FETCH_FAILED,
            source=wanted.source,
            order_id=wanted.order_id,
            attempts=wanted.attempts,
            why=why,
        )
        if source is not None:
            now = moment_of(self._clock.now() * 1000)
            order, part = wanted.order_id, wanted.part
            item = unfetched(source, wanted.place, part, order, why, now)
            if not await self._park(settling.partition, item):
                return
        topic = self._topology.fetch_dlq_topic(wanted.source)
        await self._finish(settling, wanted_message(topic, replace(wanted, why=why)))

    async def _keep_broken(
        self, settling: Settling, source: str, record: Record, why: str
    ) -> None:
        """Keep what cannot be read with the dead letters."""
        self._observer.note(names.FETCH_FAILED, source=source, why=why)
        headers = (*record.headers, ("in_why", why.encode(errors="replace")))
        topic = self._topology.fetch_dlq_topic(source)
        message = Message(topic, record.key, record.value, headers)
        await self._finish(settling, message)

    async def _finish(self, settling: Settling, message: Message) -> None:
        if await self._writing.until_taken(settling.partition, message, last=True):
            settling.settle()

    def _soon(self, settling: Settling, step: Coroutine[object, object, None]) -> None:
        """Do it beside; a bug leaves its record open, and nothing else."""
        task = asyncio.create_task(self._safely(settling, step))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _safely(
        self, settling: Settling, step: Coroutine[object, object, None]
    ) -> None:
        try:
            await step
        except Exception as error:  # noqa: BLE001 - a bug; it stays open, others go on
            place = f"{settling.partition.tp.topic}/{settling.offset}"
            self._observer.note(BUG, why=repr(error), at=place, exc_info=error)
