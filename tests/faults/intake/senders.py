"""A scripted sender of each channel: tries, waits, queues and punishes as it would.

It has so many connections, as the delivery service of a channel has: what it cannot
send at once waits for one, and of what waits there is so much at most.
"""

import asyncio
from collections import Counter, deque
from dataclasses import dataclass, field
from random import Random
from typing import NamedTuple

from tests.faults.intake.balancer import Balancer
from tests.faults.intake.letters import Letter
from tests.faults.intake.manners import Manners
from tests.support.bus import CLOCK

_TRIES_BEFORE_QUEUE = 3
_WAITING, _UNDER_WAY = 2_000, 20_000


class Answer(NamedTuple):
    """What a sender was answered, and how long that took, whoever was asked.

    Before that it waited for one of its own connections, for `waited_s`.
    """

    at: float
    status: int
    took_s: float
    well: bool = True
    waited_s: float = 0.0


@dataclass
class Sender:
    """Sends what one channel has."""

    name: str
    manners: Manners
    balancer: Balancer
    rng: Random
    answers: list[Answer] = field(default_factory=list)
    punished: Counter[str] = field(default_factory=Counter)
    given_up: list[Letter] = field(default_factory=list)
    accepted: int = 0
    repeated: int = 0
    _waiting: int = 0
    _queue: deque[Letter] = field(default_factory=deque)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _queued: asyncio.Task[None] | None = None

    def __post_init__(self) -> None:
        """Begin to count."""
        self._penalty = self.manners.penalty()
        self._connections = asyncio.Semaphore(self.manners.connections)

    @property
    def has_room(self) -> bool:
        """Whether it takes another letter: too many may wait already."""
        waiting = self._waiting + len(self._queue)
        return waiting < _WAITING and self.under_way < _UNDER_WAY

    def send(self, letter: Letter) -> None:
        """Send it, in its own time."""
        if self._queue:
            self._queue.append(letter)
            return
        task = asyncio.create_task(self._deliver(letter))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    @property
    def under_way(self) -> int:
        """How many are not done with."""
        return len(self._tasks) + len(self._queue)

    async def close(self) -> None:
        """Send no more; what is under way is given up."""
        tasks = [*self._tasks, *([self._queued] if self._queued else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _deliver(self, letter: Letter) -> None:
        tries = 0
        while not await self._try(letter):
            tries += 1
            if self.manners.queues and tries > _TRIES_BEFORE_QUEUE:
                self._behind(letter)
                return
            wait_s = self.manners.wait_s(tries)
            if wait_s is None:
                self.punished[self.manners.after] += 1
                self.given_up.append(letter)
                return
            await CLOCK.sleep(wait_s)
        self.accepted += 1
        if self.rng.random() < self.manners.twice:
            self.repeated += 1
            await self._try(letter)

    async def _try(self, letter: Letter) -> bool:
        began = CLOCK.monotonic()
        self._waiting += 1
        try:
            await self._connections.acquire()
        finally:
            self._waiting -= 1
        try:
            return await self._ask(letter, CLOCK.monotonic() - began)
        finally:
            self._connections.release()

    async def _ask(self, letter: Letter, waited_s: float) -> bool:
        now = CLOCK.now()
        heard = await self.balancer.post(
            f"/in/{letter.source}",
            letter.body,
            letter.signed(now),
            self.manners.timeout_s,
        )
        well = self.manners.is_good(heard.status, heard.body)
        self.answers.append(Answer(now, heard.status, heard.took_s, well, waited_s))
        if punishment := self._penalty.heard(now, well=well):
            self.punished[punishment] += 1
        return well

    # ------------------------------------------------ a queue that its head holds up

    def _behind(self, letter: Letter) -> None:
        self._queue.append(letter)
        if self._queued is None or self._queued.done():
            self._queued = asyncio.create_task(self._clear())

    async def _clear(self) -> None:
        """The head until it is taken, then the next; then all is as it was."""
        tries = _TRIES_BEFORE_QUEUE
        while self._queue:
            tries += 1
            wait_s = self.manners.wait_s(tries)
            assert wait_s is not None
            await CLOCK.sleep(wait_s)
            while self._queue and await self._try(self._queue[0]):
                self._queue.popleft()
                self.accepted += 1
                tries = _TRIES_BEFORE_QUEUE
