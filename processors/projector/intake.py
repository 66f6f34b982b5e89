"""Records read and not yet rows: how much there is, and which partition's turn it is.

Records of a partition that waits for a schema do not count against the others' room.
"""

import asyncio
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bus.log.rows import Row
from bus.ports import Clock
from bus.record import Expired, Record
from processors.projector.conversion import Conversion
from processors.projector.reading import Portion, Reading

_STRIDE = 128
_SHARE = 500  # of a batch, that a partition has at least while others wait
HELD = 512
"""Records that a partition may hold while it waits for a schema."""


@dataclass(frozen=True, slots=True)
class IntakeLimits:
    """How much is held in memory, and how much goes into one batch."""

    batch: int = 5_000
    records: int = 10_000
    bytes: int = 64 * 1024 * 1024


class Intake:
    """Holds what was read; `news` is set when there is something to do."""

    def __init__(
        self, conversion: Conversion, clock: Clock, limits: IntakeLimits
    ) -> None:
        self._conversion = conversion
        self._clock = clock
        self._limits = limits
        self._records = 0
        self._bytes = 0
        self._turns: deque[Reading] = deque()
        self._fetching: dict[Reading, asyncio.Task[None]] = {}
        self.news = asyncio.Event()
        self.full = asyncio.Event()

    def has_room(self) -> bool:
        """Whether more may come; asked from any thread."""
        limits = self._limits
        return self._records < limits.records and self._bytes < limits.bytes

    def open(self, reading: Reading) -> None:
        """A partition came."""
        self._turns.append(reading)

    def close(self, reading: Reading) -> None:
        """A partition goes: forget what was read of it."""
        reading.open = False
        if reading.waits is None:
            self._count(reading, -1)
        reading.queue.clear()
        self._turns.remove(reading)
        if task := self._fetching.pop(reading, None):
            task.cancel()

    def put(self, reading: Reading, records: Iterable[Record]) -> None:
        """Take records of one partition, in order."""
        for record in records:
            if reading.take(record) and reading.waits is None:
                self._records += 1
                self._bytes += len(record.value or b"")
        self.wake()

    def wake(self) -> None:
        """There is something to do."""
        self.news.set()
        if self._records >= self._limits.batch:
            self.full.set()

    async def portions(self) -> Sequence[Portion]:
        """Make rows of what there is, up to a batch; each partition has its turn."""
        self.news.clear()
        self.full.clear()
        if anew := [reading for reading in self._turns if reading.anew]:
            self.wake()
            return [_rewinding(reading) for reading in anew]
        found, left = [], self._limits.batch
        waiting = sum(1 for reading in self._turns if reading.queue)
        share = max(_SHARE, left // max(waiting, 1))
        for reading in list(self._turns):
            rows, passed = await self._rows(reading, min(left, share))
            left -= passed
            if reading.open and reading.has_news:
                found.append(_portion(reading, rows))
            if left <= 0:
                break
        self._turns.rotate(-1)
        if any(r.queue and r.waits is None for r in self._turns):
            self.wake()
        return found

    # ------------------------------------------------ steps

    async def _rows(self, reading: Reading, most: int) -> tuple[list[Row], int]:
        rows: list[Row] = []
        now_us = round(self._clock.now() * 1e6)
        passed = 0
        while reading.queue and reading.waits is None and passed < most:
            item = reading.queue[0]
            if isinstance(item, Record):
                if not self._ready(reading, item):
                    break
                if item.offset >= reading.next:
                    self._add_row(rows, item, now_us)
                self._records -= 1
                self._bytes -= len(item.value or b"")
            reading.queue.popleft()
            reading.passed(item, now_us)
            passed += 1
            if not passed % _STRIDE:
                await asyncio.sleep(0)  # noqa: TID251 - yields to the event loop, no time passes
        return rows, passed

    def _add_row(self, rows: list[Row], record: Record, now_us: int) -> None:
        if (row := self._conversion.row(record, now_us)) is not None:
            rows.append(row)

    def _ready(self, reading: Reading, record: Record) -> bool:
        if self._conversion.ready(record):
            return True
        self._count(reading, -1)
        reading.waits = record
        task = asyncio.create_task(self._fetch(reading, record))
        self._fetching[reading] = task
        return False

    async def _fetch(self, reading: Reading, record: Record) -> None:
        while not self._conversion.ready(record):
            await self._conversion.fetch(record)
        self._fetching.pop(reading, None)
        if reading.open:
            reading.waits = None
            self._count(reading, 1)
            self.wake()

    def _count(self, reading: Reading, sign: int) -> None:
        for item in reading.queue:
            if not isinstance(item, Expired):
                self._records += sign
                self._bytes += sign * len(item.value or b"")


def _portion(reading: Reading, rows: Sequence[Row]) -> Portion:
    return Portion(
        reading, rows, max(reading.next, 0), reading.read_to_us, reading.topic_id
    )


def _rewinding(reading: Reading) -> Portion:
    """Says that a partition's log begins anew, before anything of it is written."""
    return Portion(reading, (), 0, reading.read_to_us, "")
