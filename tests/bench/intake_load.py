"""Senders of intake: a process of its own that posts what channels send, signed.

Reads a JSON object a line from standard input, a `Letters` each, and writes a `Done`
back when all is answered. All bodies are made and signed before the first is sent.
"""

import asyncio
import sys
from collections.abc import Iterator, Sequence
from itertools import islice

import uvloop
from pydantic import BaseModel

from bus.adapters.http.guard import Guard
from bus.adapters.http.lean import LeanSender
from bus.ports import Answer, Post
from processors.clock import SystemClock
from tests.bench.events import Done, Load, due_times, percentiles_of
from tests.bench.load import lines
from tests.faults.intake.letters import MAKERS, Letter

CLOCK = SystemClock()
_AHEAD_S = 0.05
_SHORTEST_SLEEP_S = 0.001
_GOOD = 300


class Letters(BaseModel):
    """So many letters of a channel, `rate` a second (0: as fast as they are answered).

    `first` is the number of the first order: no two loads may share one. At most so
    many are `under_way`.
    """

    url: str
    channel: str
    rate: float
    count: int
    first: int
    under_way: int = 5_000


class Told(Done):
    """What became of a load, and how many events it has to end as."""

    owed: int = 0
    bytes: int = 0


class IntakeLoad:
    """Posts a load when each is due, whether earlier ones were answered or not."""

    def __init__(self) -> None:
        self._answered_ms: list[float] = []
        self._failed, self._why = 0, ""

    async def run(self, letters: Letters) -> Told:
        """Send it, and wait for the answers."""
        made = list(islice(MAKERS[letters.channel](letters.first), letters.count))
        posts = list(_posts(letters, made))
        self._answered_ms, self._failed, self._why, late = [], 0, "", 0.0
        sender = LeanSender(Guard(allow=["127.0.0.0/8"], https_only=False))
        slots = asyncio.Semaphore(letters.under_way)
        start = CLOCK.now() + _AHEAD_S
        load = Load(rate=letters.rate, count=letters.count)
        async with asyncio.TaskGroup() as group:
            for post, due in zip(posts, due_times(load, start), strict=True):
                await slots.acquire()
                meant = due if letters.rate else CLOCK.now()
                late = max(late, await _until(meant))
                sent = group.create_task(self._send(sender, post, meant))
                sent.add_done_callback(lambda _: slots.release())
        seconds = CLOCK.now() - start
        await sender.close()
        return Told(
            sent=letters.count,
            failed=self._failed,
            why=self._why,
            seconds=seconds,
            late_ms=late * 1e3,
            answered_ms=percentiles_of(self._answered_ms),
            owed=sum(len(letter.owed) for letter in made),
            bytes=sum(len(letter.body) for letter in made),
        )

    async def _send(self, sender: LeanSender, post: Post, due: float) -> None:
        reply = await sender.send(post)
        self._answered_ms.append((CLOCK.now() - due) * 1e3)
        if not (isinstance(reply, Answer) and reply.status < _GOOD):
            self._failed, self._why = self._failed + 1, str(reply)[:500]


def _posts(letters: Letters, made: Sequence[Letter]) -> Iterator[Post]:
    for letter in made:
        url = f"{letters.url}/in/{letter.source}"
        headers = {"content-type": "application/json", **letter.signed(CLOCK.now())}
        yield Post(url, tuple(headers.items()), letter.body, 30)


async def _until(due: float) -> float:
    """Wait for a time, epoch seconds; return how late it is by then."""
    while (early := due - CLOCK.now()) > 0:
        await CLOCK.sleep(max(early, _SHORTEST_SLEEP_S))
    return -early


async def _serve() -> None:
    load = IntakeLoad()
    async for line in lines():
        told = await load.run(Letters.model_validate_json(line))
        sys.stdout.write(told.model_dump_json() + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    uvloop.run(_serve())
