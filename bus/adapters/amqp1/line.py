"""A link that sends: messages in the order they were handed over, many under way.

Whoever sends waits for what its receiver says of the message. Nothing is written but
what receiver and session have room for (part 2: link credit, session windows).
"""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from bus.adapters.amqp1.codec import Garbled
from bus.adapters.amqp1.codes import (
    outcome_of,
    settled,
    soon,
    too_large,
    unreachable,
)
from bus.adapters.amqp1.frames import disposition, flow, transfers
from bus.adapters.amqp1.said import Attach, Begin, Disposition, Flow
from bus.adapters.amqp1.wire import WINDOW, Ended, Wire
from bus.adapters.meters import Meter
from bus.delivery.delivery import Outcome
from bus.ports import NoAnswerKind

_FRAMES = 64
_MANY = 2**31
"""After so many messages there is a new connection: numbers come round after twice."""


@dataclass(slots=True, eq=False)
class Sending:
    """A message on its way. `begun`: some of it has been written; `whole`: all."""

    message: bytes
    size: int
    answer: "asyncio.Future[Outcome]"
    begun: bool = False
    whole: bool = False


class Line:
    """A connection with one link.

    Args:
        wire: Open, its link attached.
        meter: Counts what comes over it.
    """

    def __init__(
        self, wire: Wire, meter: Meter, begun: Begin, attached: Attach
    ) -> None:
        self.most_bytes = attached.max_message_size
        """So large a message does the receiver take; 0: it does not say."""
        self._wire = wire
        self._meter = meter
        self._handle = attached.handle
        self._window = begun.incoming_window
        self._credit = 0
        self._sent = 0
        self._frames = 0
        self._queue: deque[Sending] = deque()
        self._unsettled: dict[int, Sending] = {}
        self._changed = asyncio.Event()
        self._over = False
        self._life = asyncio.create_task(self._live())

    @property
    def is_open(self) -> bool:
        """Whether more can be sent."""
        return not self._over and self._sent < _MANY

    @property
    def has_credit(self) -> bool:
        """Whether the receiver takes another message now."""
        return self._credit > 0

    def begin(self, message: bytes) -> Sending:
        """Hand a message over; its `answer` comes, or is cancelled by who waits."""
        answer: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        sending = Sending(message, len(message), answer)
        if self._over:
            answer.set_result(unreachable(NoAnswerKind.RESET))
            return sending
        self._queue.append(sending)
        self._changed.set()
        return sending

    async def close(self) -> None:
        """Close it; whoever waits hears that it is."""
        self._over = True
        self._life.cancel()
        await asyncio.wait([self._life])
        self._answer_all(None)
        await self._wire.end()

    # --- its life

    async def _live(self) -> None:
        tasks = [self._read(), self._write(), self._wire.beat()]
        running = [asyncio.ensure_future(one) for one in tasks]
        failure: BaseException | None = None
        try:
            ended, _ = await asyncio.wait(running, return_when="FIRST_COMPLETED")
            failures = [one.exception() for one in ended]
            said = [one for one in failures if isinstance(one, Ended)]
            failure = next(iter(said or failures))
        finally:
            self._over = True
            for task in running:
                task.cancel()
            self._answer_all(failure)
            await asyncio.gather(*running, return_exceptions=True)
            await self._wire.end()

    def _answer_all(self, failure: BaseException | None) -> None:
        """What its end means to each that waits."""
        under_way = list(self._unsettled.values())
        largest = max((one.size for one in under_way), default=0)
        for one in (*under_way, *self._queue):
            if not one.answer.done():
                alone = under_way == [one]
                blamed = alone or (too_large(failure) and one.size == largest)
                one.answer.set_result(outcome_of(failure, blamed=blamed))

    # --- writing

    async def _write(self) -> None:
        while True:
            await self._until(lambda: bool(self._queue) and self._credit > 0)
            sending = self._queue.popleft()
            if not sending.answer.done():
                await self._transfer(sending)
                await self._wire.drain()

    async def _transfer(self, sending: Sending) -> None:
        number = self._sent
        self._sent += 1
        self._credit -= 1
        self._unsettled[number] = sending
        sending.begun = True
        self._meter.asked()
        message, sending.message = sending.message, b""
        for said, piece in transfers(number, message, self._wire.most):
            await self._until(lambda: self._window > 0)
            self._window -= 1
            self._frames += 1
            self._wire.say(said, piece)
            if self._frames % _FRAMES == 0:  # others have their turn
                await self._wire.drain()
                await asyncio.sleep(0)  # noqa: TID251 - a turn of the loop, no time
        sending.whole = True

    async def _until(self, ready: Callable[[], bool]) -> None:
        while not ready():
            self._changed.clear()
            await self._changed.wait()

    # --- reading

    async def _read(self) -> None:
        while True:
            said, _ = await self._wire.hear()
            match said:
                case Flow():
                    self._flowed(said)
                case Disposition(by_receiver=True):
                    self._disposed(said)
                case _:
                    pass  # of what we do not do; nothing is asked of us by it

    def _flowed(self, said: Flow) -> None:
        gone = _apart(self._frames, said.next_incoming)
        self._window = said.incoming_window - gone
        if said.handle == self._handle:
            self._credit = said.credit - _apart(self._sent, said.delivered or 0)
            if said.drain and self._credit > 0:
                self._sent += self._credit
                self._credit = 0
        if said.echo or said.drain:
            self._tell()
        self._changed.set()

    def _tell(self) -> None:
        """Say how far we are."""
        told = flow(0, WINDOW, self._frames, count=self._sent, credit=self._credit)
        self._wire.say(told)

    def _disposed(self, said: Disposition) -> None:
        outcome = settled(said.state, over=said.settled)
        if outcome is None:
            return  # it is not yet decided
        early = False
        for number in self._of(said):
            sending = self._unsettled.pop(number)
            self._meter.answered()
            if not said.settled:
                self._wire.say(disposition(number, receiver=False))
            early = early or not sending.whole
            if not sending.answer.done():
                sending.answer.set_result(outcome if sending.whole else soon(outcome))
        if early:  # the rest of it has no place to go: what waits takes a new link
            raise Ended(None)

    def _of(self, said: Disposition) -> list[int]:
        """Those it is about; of a range, however long, only what is under way.

        Raises:
            Garbled: it settles what was never sent.
        """
        if said.last >= self._sent:
            raise Garbled("settles what was never sent")
        if said.first == said.last:
            return [said.first] if said.first in self._unsettled else []
        return [one for one in self._unsettled if said.first <= one <= said.last]


def _apart(ours: int, theirs: int) -> int:
    """How far we are ahead of what a peer knows, at most by its whole window."""
    return (ours - theirs + _MANY) % (2 * _MANY) - _MANY
