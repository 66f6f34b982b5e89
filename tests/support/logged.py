"""A log in a database, compared row by row with what Kafka holds."""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TypeVar

from bus.adapters.memory import MemoryObserver
from bus.adapters.sql import SqlLog, open_log
from bus.errors import OrderbusError
from bus.log.cleaning import cleaned
from bus.log.questions import (
    AttemptQuestion,
    AuditQuestion,
    EventQuestion,
    Listed,
    Page,
    Paging,
    QuarantineQuestion,
)
from bus.log.rows import AttemptRow, Row
from bus.record import Record
from processors.delivery.decoding import Decoder
from processors.projector.conversion import Conversion
from processors.projector.topics import declared_topics
from processors.redrive.letters import Wanted, read_letters
from tests.support.bus import CLOCK, Bus, wait_until

RowT = TypeVar("RowT", bound=Listed)
_MOST = Paging(limit=250)


@dataclass(frozen=True, slots=True)
class Logged:
    """A bus, and the log that projectors of it write."""

    bus: Bus
    log: SqlLog

    @property
    def topics(self) -> Collection[str]:
        """What is read into the log."""
        return declared_topics(self.bus.world.topology)

    async def caught_up(self) -> bool:
        """Whether the log stands at the end of every partition."""
        try:
            lags = await self.bus.world.groups.lag("nobody", self.topics)
            stands = await self.log.positions(lags)
        except OrderbusError:  # one is away, its group's coordinator, or the tables
            return False
        return all(
            tp in stands and stands[tp].next_offset == lag.end
            for tp, lag in lags.items()
        )

    async def until_caught_up(self, within_s: float) -> None:
        """Wait for that."""
        await wait_until(self.caught_up, within_s, "the log has caught up")

    async def at_rest(self) -> int:
        """Wait until nothing more comes and all is here; compare; how many rows."""
        seen = -1
        while (now := len(await self.records())) != seen:
            seen = now
            await CLOCK.sleep(1)
        await self.until_caught_up(90)
        return await self.check()

    async def check(self) -> int:
        """Fail unless rows are records, each once, with all they hold; how many."""
        expected = sorted(await self.expected(), key=_place)
        found = sorted(await self.rows(), key=_place)
        assert [row.at for row in found] == [row.at for row in expected]
        assert found == expected
        return len(found)

    async def expected(self) -> list[Row]:
        """The rows that the records in Kafka are."""
        observer = MemoryObserver()
        decoder = Decoder(self.bus.registry.schemas, CLOCK, observer)
        conversion = Conversion(decoder, self.bus.world.topology, observer)
        rows = []
        for record in await self.bus.records(*self.topics):
            while not conversion.ready(record):
                await conversion.fetch(record)
            if (row := conversion.row(record, 0)) is not None:
                rows.append(_kept(cleaned(row)))
        return rows

    async def rows(self) -> list[Row]:
        """The rows that the log has."""
        log = self.log
        events = await _all(lambda paging: log.events(EventQuestion(), paging))
        attempts = await _all(lambda paging: log.attempts(AttemptQuestion(), paging))
        put_aside = await _all(
            lambda paging: log.quarantine(QuarantineQuestion(), paging)
        )
        audit = await _all(lambda paging: log.audit(AuditQuestion(), paging))
        acked = {acked_id(r) for r in await self.bus.records(self._acks)}
        acks = [ack for event_id in acked for ack in await log.acks(event_id)]
        return [*events, *attempts, *put_aside, *audit, *acks]

    @property
    def _acks(self) -> str:
        return self.bus.world.topology.acks

    async def records(self) -> Sequence[Record]:
        """All records that are read into the log."""
        return await self.bus.records(*self.topics)


@asynccontextmanager
async def opened_log(bus: Bus, url: str) -> AsyncIterator[Logged]:
    """Open the log beside those who write it."""
    log = open_log(url)
    try:
        yield Logged(bus, log)
    finally:
        await log.close()


async def attempted(bus: Bus, subscription: str, owed: Collection[str]) -> None:
    """Wait until these events were attempted to their end.

    Each was accepted, or is a dead letter after its last attempt, as one in 600 is of
    a partner that fails one in five and has three tiers.
    """

    async def ended() -> bool:
        if not (missing := {*owed} - set(bus.accepted(f"/{subscription}"))):
            return True
        await CLOCK.sleep(0.5)
        letters = read_letters(bus.world, subscription, Wanted())
        dead = {letter.event_id async for batch in letters for letter in batch}
        return missing <= dead

    await wait_until(ended, 90, "all events are attempted to their end")


async def _all(ask: Callable[[Paging], Awaitable[Page[RowT]]]) -> list[RowT]:
    found: list[RowT] = []
    paging = _MOST
    while True:
        page = await ask(paging)
        found += page.rows
        if not page.next:
            return found
        paging = Paging(limit=_MOST.limit, cursor=page.next)


def acked_id(record: Record) -> str:
    """The event that an acknowledgement is of."""
    return (record.key or b"").decode().partition("/")[2]


def _place(row: Row) -> tuple[str, int, int]:
    return row.at


def _kept(row: Row) -> Row:
    """A row as the log keeps it: it counts by an attempt's age, and forgets it."""
    return row._replace(arrived_us=0) if isinstance(row, AttemptRow) else row
