"""The listener: takes requests, has them read, answered, kept, passed on and told."""

import asyncio

from bus.ports import Clock
from processors.listening.answers import Planned
from processors.listening.heard import Heard
from processors.listening.passing import Onward
from processors.listening.plan import UNSIGNED, Plan
from processors.listening.wanting import allowance, challenge_in, origin_of
from processors.receiver.acting import act
from processors.receiver.connection import Connection, Request, answer_bytes
from processors.receiver.door import Door

_OK, _NOT_A_POST = 200, 405
_TEXT = (("content-type", "text/plain"),)


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
        heard = self._plan.hear(request, self._clock.now())
        if heard.verdict is not None and not heard.verdict.good:
            self._answer(connection, heard, UNSIGNED)
        elif (challenge := challenge_in(heard)) is not None:
            self._plan.tell(heard.answered("200 challenge", _OK))
            connection.answer(answer_bytes(_OK, challenge, _TEXT))
        elif self._plan.onward is None:
            self._answer(connection, heard, self._plan.planned(heard.attempt))
        else:
            passing = self._pass_on(connection, heard, self._plan.onward)
            task = asyncio.get_running_loop().create_task(passing)
            self._passing.add(task)
            task.add_done_callback(self._passing.discard)

    async def _pass_on(
        self, connection: Connection, heard: Heard, onward: Onward
    ) -> None:
        self._answer(connection, *await self._plan.pass_on(heard, onward))

    def _answer(self, connection: Connection, heard: Heard, planned: Planned) -> None:
        self._plan.tell(heard.answered(planned.text, planned.status))
        behaviour = planned.behaviour
        what = (connection, behaviour, planned.status, "/redirected")
        if behaviour.latency_ms:
            loop = asyncio.get_running_loop()
            loop.call_later(behaviour.latency_ms / 1000, act, *what)
        else:
            act(*what)
