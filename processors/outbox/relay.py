"""The relay: from the outbox to Kafka, as long as it leads."""

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

from bus.client.producer import EventWriter
from bus.errors import OutboxUnavailableError
from bus.outbox.holding import Holding
from bus.outbox.judging import Hold
from bus.outbox.rows import Backlog, OutboxRow, Published, Refused
from bus.outbox.store import OutboxStore
from bus.ports import Clock, Observer
from processors.outbox.away import Away
from processors.outbox.keeping import Keeping
from processors.outbox.lanes import Lanes
from processors.outbox.publishing import Outcome, publish
from processors.telemetry import outbox_names as names

T = TypeVar("T")

GATHER_S = 0.05
STANDBY_S = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RelayPolicy:
    """How often the outbox is looked into, how much is under way, how long kept.

    `waits`: what comes after a refused row of its order waits for it.
    """

    poll_s: float = 0.1
    batch: int = 500
    keep_s: float = 86_400.0
    waits: bool = True
    drain_s: float = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RelayParts:
    """What the relay uses."""

    store: OutboxStore
    writer: EventWriter
    clock: Clock
    observer: Observer


class Relay:
    """Publishes what is committed, in order per order id, at least once.

    Fetch, publish, write down: a round. A crash anywhere repeats what was published
    and not written down, with the same ids.
    """

    def __init__(self, parts: RelayParts, policy: RelayPolicy) -> None:
        self._parts = parts
        self._policy = policy
        self._stopping = asyncio.Event()
        self._holding = Holding()
        self._lanes = Lanes(self._publish, waits=policy.waits)
        self._away = Away(parts.clock, parts.observer)
        self._keeping = Keeping(parts.store, parts.clock, parts.observer, policy.keep_s)
        self._leads: bool | None = None
        self._types = _types_by_topic(parts.writer)
        parts.observer.gauge(names.IN_FLIGHT, lambda: {"": float(self._lanes.rows)})
        parts.observer.gauge(names.REACHABLE, lambda: {"": self._away.reachable()})
        parts.observer.gauge(names.LEADING, lambda: {"": float(self._leads or False)})

    # ------------------------------------------------ life

    async def run(self) -> None:
        """Go on until `stop`.

        Raises:
            Exception: a bug; only a new process helps.
        """
        while not self._stopping.is_set():
            try:
                pause_s = await self._round()
            except OutboxUnavailableError as error:
                pause_s = self._away.pause(str(error))
            else:
                self._away.back()
            if pause_s:
                await self._pause(pause_s)

    def stop(self) -> None:
        """Let `run` end after its round; `drain` then does the rest."""
        self._stopping.set()

    async def drain(self) -> None:
        """After `run`: wait for what is under way, for a while, and write it down."""
        if under_way := self._lanes.under_way:
            await self._wait(under_way, self._policy.drain_s)
        await self._lanes.cancel()
        fates, _ = self._lanes.done()
        try:
            await self._parts.store.settle(fates, self._now())
        except OutboxUnavailableError as error:
            self._away.pause(str(error))

    # ------------------------------------------------ steps

    async def _round(self) -> float:
        """Return how long nothing need be done."""
        leads = await self._lead()
        began = await self._fetch() if leads else 0
        if under_way := self._lanes.under_way:
            await self._wait(under_way, GATHER_S)
        ended = await self._settle()  # also of what was begun before another one led
        if leads:
            await self._keeping.look()
        if began or ended or self._lanes.busy:
            return 0.0
        return self._policy.poll_s if leads else STANDBY_S

    async def _lead(self) -> bool:
        leads = await self._parts.store.lead()
        if leads is not self._leads:
            self._leads = leads
            self._parts.observer.note(names.LEADS if leads else names.STANDS_BY)
        return leads

    async def _fetch(self) -> int:
        room = self._policy.batch - self._lanes.rows
        if room <= 0:
            return 0
        held = self._held_types()
        rows = await self._parts.store.fetch(room, self._lanes.busy, held)
        self._lanes.begin(rows)
        return len(rows)

    async def _publish(self, row: OutboxRow) -> Outcome:
        outcome = await publish(self._parts.writer, row, self._parts.observer)
        match outcome:
            case Published():
                self._tell_published(row)
            case Refused(why=why):
                self._tell_refused(row, why)
            case Hold(why):
                self._hold(row, why)
        return outcome

    async def _settle(self) -> int:
        fates, ended = self._lanes.done()
        if fates:
            await self._parts.store.settle(fates, self._now())
        self._lanes.settled(fates, ended)
        return len(fates)

    # ------------------------------------------------ topics that take nothing

    def _held_types(self) -> Collection[str]:
        held = self._holding.held(self._parts.clock.monotonic())
        return [t for topic in held for t in self._types.get(topic, ())]

    def _hold(self, row: OutboxRow, why: str) -> None:
        topic = self._parts.writer.catalogue.topic(row.entry.event_type)
        if self._holding.hold(topic, self._parts.clock.monotonic(), why):
            self._parts.observer.note(names.HELD, topic=topic, why=why)

    # ------------------------------------------------ how it is

    def away(self) -> str | None:
        """A readiness check: None, or that the database gives no answer."""
        if self._leads is None and self._away.said() is None:
            return "not asked yet"
        return self._away.said()

    def stands_by(self) -> str | None:
        """A notice: another relay publishes."""
        return (
            "another relay publishes; this one stands by" if not self._leads else None
        )

    def holds(self) -> str | None:
        """A notice: which topics take nothing, and why."""
        said = self._holding.said(self._parts.clock.monotonic())
        return "; ".join(said.values()) or None

    def refused(self) -> str | None:
        """A notice: rows that wait for somebody."""
        backlog: Backlog = self._keeping.backlog
        if not backlog.refused:
            return None
        return (
            f"{backlog.refused} refused, {backlog.behind} wait behind them: "
            "bus outbox status"
        )

    def _tell_published(self, row: OutboxRow) -> None:
        observer, topic = self._parts.observer, self._topic(row)
        if self._holding.free(topic):
            observer.note(names.FREED, topic=topic)
        observer.measure(names.PUBLISHED, 1, topic)
        age_s = max(0.0, self._parts.clock.now() - row.added_at.timestamp())
        observer.measure(names.SECONDS, age_s)

    def _tell_refused(self, row: OutboxRow, why: str) -> None:
        entry = row.entry
        self._parts.observer.note(
            names.REFUSED_ROW,
            number=row.number,
            order=entry.order_id,
            event=entry.event_id,
            type=entry.event_type,
            why=why,
        )
        self._parts.observer.measure(names.REFUSALS, 1)

    def _topic(self, row: OutboxRow) -> str:
        return self._parts.writer.catalogue.topic(row.entry.event_type)

    # ------------------------------------------------ time

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._parts.clock.now(), UTC)

    async def _pause(self, pause_s: float) -> None:
        stopped = asyncio.ensure_future(self._stopping.wait())
        try:
            await self._wait([stopped], pause_s)
        finally:
            stopped.cancel()

    async def _wait(
        self, tasks: Collection["asyncio.Future[T]"], at_most_s: float
    ) -> None:
        """Return when all are done, or the time is over, on any clock."""
        timer = asyncio.ensure_future(self._parts.clock.sleep(at_most_s))
        every = asyncio.ensure_future(asyncio.wait(tasks))
        try:
            await asyncio.wait({timer, every}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            timer.cancel()
            every.cancel()


def _types_by_topic(writer: EventWriter) -> Mapping[str, Collection[str]]:
    found: dict[str, list[str]] = {}
    for event_type in writer.catalogue.event_types:
        found.setdefault(writer.catalogue.topic(event_type), []).append(event_type)
    return found
