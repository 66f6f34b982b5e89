"""The listener: takes requests, has them read, answered, kept, passed on and told."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from bus.ports import Clock
from processors.listening.answers import Answers, Planned, answer_of
from processors.listening.heard import Heard
from processors.listening.keeping import Keep
from processors.listening.passing import Onward
from processors.listening.reading import Reading
from processors.listening.wanting import allowance, challenge_in, origin_of
from processors.receiver.acting import act
from processors.receiver.connection import Connection, Request, answer_bytes
from processors.receiver.door import Door
from processors.receiver.limits import Limits

LIMITS = Limits(
    head_bytes=64 * 1024,
    body_bytes=16 * 1024**2,
    request_s=20,
    idle_s=75,
    busy_s=120,
    connections=200,
    pipelined=64,
)
_UNSIGNED = answer_of(401)
_OK, _NOT_A_POST = 200, 405
_TEXT = (("content-type", "text/plain"),)
_BAD_GATEWAY = answer_of(502)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a listener does.

    Attributes:
        answers: What it answers; None with `onward`: what that one answers.
        keep: Where it keeps requests, if it does.
        onward: Who else gets them, if anybody.
        tell: Told of every request, once it is known what it is answered.
        refused: Told of what was beyond the limits, and 405 of what was no POST.
        greeted: Told who asked whether events are wanted, and heard yes.
    """

    reading: Reading
    tell: Callable[[Heard], None]
    refused: Callable[[int], None]
    greeted: Callable[[str], None] = lambda _: None
    answers: Answers | None = None
    keep: Keep | None = None
    onward: Onward | None = None
    limits: Limits = field(default=LIMITS)


class Listener:
    """Listens on one port, on every path alike."""

    def __init__(self, clock: Clock, plan: Plan) -> None:
        self._clock = clock
        self._plan = plan
        self._door = Door(self._serve, plan.limits, plan.refused)
        self._passing: set[asyncio.Task[None]] = set()

    async def start(self, host: str, port: int) -> int:
        """Listen; returns the port. Raises OSError when it cannot be had."""
        return await self._door.open(host, port)

    async def close(self) -> None:
        """Hang up on everybody; what is being passed on is given up."""
        await self._door.close()
        for task in tuple(self._passing):
            task.cancel()
        await asyncio.gather(*self._passing, return_exceptions=True)

    def _serve(self, connection: Connection, request: Request) -> None:
        if origin := origin_of(request):
            connection.answer(answer_bytes(_OK, b"", allowance(request)))
            self._plan.greeted(origin)
            return
        if request.method != "POST":
            headers = (("allow", "POST"),)
            connection.answer(answer_bytes(_NOT_A_POST, b"", headers))
            self._plan.refused(_NOT_A_POST)
            return
        heard = self._plan.reading.read(request, self._clock.now())
        if self._plan.keep is not None:
            heard = replace(heard, kept=self._plan.keep.write(heard))
        if heard.verdict is not None and not heard.verdict.good:
            self._answer(connection, heard, _UNSIGNED)
        elif (challenge := challenge_in(heard)) is not None:
            self._plan.tell(heard.answered("200 challenge", _OK))
            connection.answer(answer_bytes(_OK, challenge, _TEXT))
        elif self._plan.onward is None:
            self._answer(connection, heard, self._planned(heard.attempt))
        else:
            passing = self._pass_on(connection, heard, self._plan.onward)
            task = asyncio.get_running_loop().create_task(passing)
            self._passing.add(task)
            task.add_done_callback(self._passing.discard)

    def _planned(self, attempt: int) -> Planned:
        return (self._plan.answers or Answers()).to(attempt)

    async def _pass_on(
        self, connection: Connection, heard: Heard, onward: Onward
    ) -> None:
        passed, retry_after = await onward.send(heard.headers, heard.body)
        if self._plan.answers is not None:
            planned = self._planned(heard.attempt)
        elif passed.status is None:
            planned = _BAD_GATEWAY
        else:
            planned = answer_of(passed.status, retry_after)
        self._answer(connection, replace(heard, passed=passed), planned)

    def _answer(self, connection: Connection, heard: Heard, planned: Planned) -> None:
        self._plan.tell(heard.answered(planned.text, planned.status))
        behaviour = planned.behaviour
        what = (connection, behaviour, planned.status, "/redirected")
        if behaviour.latency_ms:
            loop = asyncio.get_running_loop()
            loop.call_later(behaviour.latency_ms / 1000, act, *what)
        else:
            act(*what)
