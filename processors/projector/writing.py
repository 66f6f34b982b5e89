"""Brings batches into the log: each row once, whatever the database does meanwhile."""

import asyncio
from collections.abc import Collection, Sequence
from typing import TypeAlias

from bus.errors import (
    ConfigurationError,
    LogOvertakenError,
    LogRefusedError,
    LogUnavailableError,
)
from bus.log.positions import NOWHERE
from bus.log.rows import (
    AckRow,
    AttemptRow,
    AuditRow,
    EventRow,
    Position,
    QuarantineRow,
    Row,
)
from bus.log.store import LogStore
from bus.ports import Clock, Observer
from processors.projector.away import Away
from processors.projector.reading import Portion
from processors.telemetry import log_names as names

Batch: TypeAlias = Sequence[Portion]

_TOLD_EVERY_S = 60.0
_SMALL = 200
_KINDS: dict[type[Row], str] = {
    EventRow: "event",
    AttemptRow: "attempt",
    AckRow: "ack",
    QuarantineRow: "quarantine",
    AuditRow: "audit",
}


class RewoundError(Exception):
    """The log stands before what was written, or in another topic: read it again."""


class Writing:
    """Writes batch after batch; waits for a database that is away, for hours if need.

    `still` is set while nothing is under way in the database, else `in_flight` are
    the rows that it was given.
    """

    def __init__(
        self, store: LogStore, clock: Clock, observer: Observer, away: Away
    ) -> None:
        self._store = store
        self._clock = clock
        self._observer = observer
        self._away = away
        self._told_at = float("-inf")
        self.in_flight = 0
        self.still = asyncio.Event()
        self.still.set()

    async def write(self, batch: Batch) -> None:
        """Write a batch, but for partitions that go meanwhile.

        Raises:
            RewoundError: Somebody cleared the log, or restored an older one.
        """
        todo = [batch]
        while todo:
            some = [p for p in todo.pop() if p.reading.open]
            if some:
                todo.extend(await self._try(some))

    async def _try(self, some: Batch) -> Sequence[Batch]:
        """Write it at once, or return what is to be tried instead, last part first."""
        try:
            await self._write(some)
        except LogOvertakenError as error:
            return await self._overtaken(some, error)
        except LogRefusedError as error:
            return await self._refused(some, error)
        except (LogUnavailableError, ConfigurationError) as error:
            await self._away.wait(str(error))
            return _smaller(some)
        except Exception as error:  # noqa: BLE001 - a bug: nothing is lost by waiting
            await self._away.wait(repr(error), error)
            return [some]
        self._away.back()
        return ()

    async def _write(self, some: Batch) -> None:
        began = self._clock.monotonic()
        now_us = round(self._clock.now() * 1e6)
        rows = [row for portion in some for row in portion.rows]
        self.in_flight = len(rows)
        self.still.clear()
        try:
            await self._store.write(rows, [p.advance() for p in some], now_us)
        finally:
            self.in_flight = 0
            self.still.set()
        for portion in some:
            portion.written()
        self._observer.measure(names.WRITE_SECONDS, self._clock.monotonic() - began)
        for kind, count in _counts(rows).items():
            self._observer.measure(names.ROWS, count, kind)

    # ------------------------------------------------ overtaken

    async def _overtaken(self, some: Batch, why: LogOvertakenError) -> Sequence[Batch]:
        """Look where the log stands, and leave out what it has."""
        try:
            found = await self._store.positions([p.reading.tp for p in some])
        except (LogUnavailableError, ConfigurationError) as error:
            await self._away.wait(str(error))
            return [some]
        left = [_beyond(p, found.get(p.reading.tp)) for p in some]
        self._tell_overtaken(left, why)
        return [left]

    def _tell_overtaken(self, some: Batch, error: LogOvertakenError) -> None:
        if self._clock.monotonic() - self._told_at >= _TOLD_EVERY_S:
            self._told_at = self._clock.monotonic()
            self._observer.note(names.OVERTAKEN, why=str(error), partitions=len(some))

    # ------------------------------------------------ refused

    async def _refused(self, some: Batch, error: LogRefusedError) -> Sequence[Batch]:
        """Halve it, until the row is found that is not taken; that one is left out."""
        rows = sum(len(portion.rows) for portion in some)
        if rows == 0:
            await self._away.wait(str(error))
            return [some]
        if rows > 1:
            first, second = _halved(some, rows // 2)
            return [second, first]
        (row,) = (row for portion in some for row in portion.rows)
        self._observer.note(names.ROW_REFUSED, record=str(row.at), why=str(error))
        self._observer.measure(names.SKIPPED, 1, "refused")
        for portion in some:
            portion.rows = ()
        return [some]


def _beyond(portion: Portion, stands: Position | None) -> Portion:
    """What of a portion the log has not yet."""
    reading = portion.reading
    if reading.anew:
        reading.stored = stands
        return portion
    known = reading.before
    if stands is None and known == NOWHERE:
        return portion
    if stands is None or stands.next_offset < known or _another(portion, stands):
        where = "nowhere" if stands is None else f"at {stands.next_offset}"
        topic, partition = reading.tp
        raise RewoundError(f"{topic}/{partition} stands {where}, not at {known}")
    reading.stored = stands
    reading.skip(stands.next_offset)
    portion.rows = [r for r in portion.rows if r.at.offset >= stands.next_offset]
    portion.after = max(portion.after, stands.next_offset)
    portion.read_to_us = max(portion.read_to_us, stands.read_to_us)
    portion.topic_id = portion.topic_id or stands.topic_id
    return portion


def _another(portion: Portion, stands: Position) -> bool:
    ids = {portion.topic_id, stands.topic_id, ""}
    return len(ids) > 2  # noqa: PLR2004 - two that are known


def _smaller(some: Batch) -> Sequence[Batch]:
    """The same in two halves, if it is large: what is slow may get done bit by bit."""
    rows = sum(len(portion.rows) for portion in some)
    if rows <= _SMALL:
        return [some]
    first, second = _halved(some, rows // 2)
    return [second, first]


def _halved(some: Batch, at: int) -> tuple[Batch, Batch]:
    """Two batches, the first one with `at` rows; no partition goes too far in it."""
    first, second = [], []
    left = at
    for portion in some:
        if len(portion.rows) <= left:
            first.append(portion)
            left -= len(portion.rows)
            continue
        if left:
            rows, portion.rows = portion.rows[:left], portion.rows[left:]
            stored = portion.reading.stored
            read_to_us = stored.read_to_us if stored else 0
            after = rows[-1].at.offset + 1
            part = Portion(portion.reading, rows, after, read_to_us, portion.topic_id)
            first.append(part)
            left = 0
        second.append(portion)
    return first, second


def _counts(rows: Collection[Row]) -> dict[str, int]:
    found: dict[str, int] = {}
    for row in rows:
        kind = _KINDS[type(row)]
        found[kind] = found.get(kind, 0) + 1
    return found
