"""One round over the folder of a source: what is whole is taken, then put away."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from bus.errors import FolderError, OrderbusError
from bus.intake.acknowledging.answers import OrderAnswer
from bus.intake.channels.definition import Channel
from bus.intake.collecting.entries import Entry
from bus.intake.collecting.packed import (
    TooLongError,
    inner_name,
    is_packed,
    unpacked,
)
from bus.intake.collecting.whole import Seen, Settling
from bus.intake.raw import place_text
from bus.intake.sources import Source
from bus.ports import Clock, Observer
from processors.collecting.answers import Answers
from processors.collecting.owing import Owed, answers_orders, owed, owed_for_order
from processors.collecting.ports import Folder, Held
from processors.collecting.taking import (
    Busy,
    Outcome,
    Parcel,
    Refused,
    Repeat,
    Taken,
    Taker,
    most_bytes,
    too_large,
)
from processors.collecting.verdicts import OUT, beside, folder_of, verdict
from processors.telemetry import intake_names as names


class Meant(NamedTuple):
    """Whose files these are."""

    source: Source
    channel: Channel


@dataclass(frozen=True, slots=True)
class Tools:
    """What all rounds of a process share; files are large, so each waits its turn.

    Without `answers` no order is answered.
    """

    taker: Taker
    clock: Clock
    observer: Observer
    turns: asyncio.Semaphore
    answers: Answers | None = None


class Rounds:
    """Goes over one folder, again and again; remembers how its files looked."""

    def __init__(self, folder: Folder, tools: Tools, settle_s: float) -> None:
        self._folder = folder
        self._taker = tools.taker
        self._clock = tools.clock
        self._observer = tools.observer
        self._turns = tools.turns
        self._answers = tools.answers
        self._settling = Settling(settle_s)

    async def go(self, meant: Meant, wanted: Callable[[], bool]) -> int:
        """Take what is whole, the oldest first, while it is `wanted`; how many.

        Raises:
            FolderError: the folder cannot be used.
            OrderbusError: Kafka cannot be; what is not taken stays where it is.
        """
        listing = await self._folder.look()
        count = 0
        for seen in self._settling.whole(listing, self._clock.monotonic()):
            if not wanted():
                break
            async with self._turns:
                count += await self._one(meant, seen)
        return count

    async def answer(self, meant: Meant) -> int:
        """Lay out the 855s of orders that were answered since; how many.

        Raises:
            FolderError: the folder cannot be used.
            OrderbusError: the answers, or their orders, cannot be read.
        """
        if self._answers is None or not answers_orders(*meant):
            return 0
        if not await self._folder.is_there():
            return 0  # others may have it
        count = 0
        try:
            waiting = await self._answers.waiting(meant.source.id)
        except OrderbusError as error:
            raise FolderError(
                f"answers to its orders cannot be read: {error}"
            ) from None
        for answer in waiting:
            found = await owed_for_order(self._taker.reader, *meant, answer)
            if found is not None:
                await self._folder.put(OUT, found.suffix, found.content)
                count += 1
            self._note_answer(answer, found)
            await self._answers.given(answer)
        return count

    def _note_answer(self, answer: OrderAnswer, found: Owed | None) -> None:
        file = "" if found is None else f"{OUT}/{found.suffix}"
        self._observer.note(
            names.ANSWERED if found else names.UNANSWERABLE,
            source=answer.source,
            order=answer.order,
            at=place_text(answer.place),
            file=file,
        )

    async def _one(self, meant: Meant, seen: Seen) -> bool:
        """Take a file, if nobody else has it; whether it was put away."""
        held = await self._folder.hold(seen)
        if held is None:
            return False
        try:
            outcome = await self._outcome(meant, seen, held)
            if outcome is None or isinstance(outcome, Busy):
                return False
            await self._acknowledge(meant, seen, outcome)
            await self._put_away(meant, seen, held, outcome)
        finally:
            await held.let_go()
        return True

    async def _outcome(self, meant: Meant, seen: Seen, held: Held) -> Outcome | None:
        """What came of it; None: it was not whole after all."""
        most = most_bytes(meant.source, meant.channel)
        if held.size > most:
            return Refused(too_large(most, held.size))
        body = await held.read(most + 1)
        if body is None or len(body) != held.size:
            return None
        try:
            body = await whole(seen.name, body, most)
        except (TooLongError, ValueError) as error:
            return Refused(str(error) or too_large(most))
        headers = meant.source.file_headers
        parcel = Parcel(seen.name, body, headers, stamp=held.stamp)
        return await self._taker.take(meant.source, meant.channel, parcel)

    async def _acknowledge(self, meant: Meant, seen: Seen, outcome: Outcome) -> None:
        """Lay out what its sender is owed; for a file sent again, too."""
        match outcome:
            case Taken(place=place) | Repeat(of=Entry(place=place)):
                reader = self._taker.reader
                found = await owed(reader, meant.source, meant.channel, place)
            case _:
                return
        if found is not None:
            name = f"{inner_name(seen.name)}{found.suffix}"
            await self._folder.put(OUT, name, found.content)

    async def _put_away(
        self, meant: Meant, seen: Seen, held: Held, outcome: Outcome
    ) -> None:
        where = folder_of(outcome)
        told = beside(meant.source.id, seen.name, held.size, outcome, self._clock.now())
        name = await held.put_away(where, told)
        self._observer.note(
            names.FILE,
            source=meant.source.id,
            file=seen.name,
            bytes=held.size,
            moved_to=f"{where}/{name}",
            **verdict(outcome),
        )
        outcome_word = str(verdict(outcome)["outcome"])
        self._observer.measure(names.FILES, 1, outcome_word)


async def whole(name: str, content: bytes, most: int) -> bytes:
    """A file as its sender wrote it, unpacked where its name says that it is packed.

    Raises:
        TooLongError: it has more than `most` bytes.
        ValueError: it cannot be unpacked; says why.
    """
    if not is_packed(name):
        return content
    return await asyncio.to_thread(unpacked, content, most)


def why_of(error: OrderbusError) -> str:
    """Why a round ended, in a line."""
    kind = "" if isinstance(error, FolderError) else "Kafka takes nothing: "
    return f"{kind}{str(error).replace(chr(10), '; ')}"
