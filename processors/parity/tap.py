"""A tap: stands before the partner, passes on what comes, and records it.

What came and what the partner answered is passed on before it is recorded; a recording
that fails is counted, and changes nothing for either of them.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit, urlunsplit

from bus.migration.recorded import ACCEPTED, Recorded
from bus.ports import Clock
from bus.sending import Answer, Post, Reply, Sender
from processors.listening.heard import CREDENTIALS
from processors.listening.passing import passed_on
from processors.receiver.connection import Connection, Request, answer_bytes
from processors.receiver.door import Door
from processors.receiver.limits import Limits

TIMEOUT_S: Final = 60.0
_HIDDEN: Final = "(hidden)"
_NOT_A_PATH, _NOT_A_POST, _NO_ANSWER = 400, 405, 502
_LIMITS: Final = Limits(
    head_bytes=128 << 10, body_bytes=32 << 20, request_s=300.0, busy_s=TIMEOUT_S + 30
)
"""Of a request: what is larger could be no line of a recording."""
_GOOD: Final = range(200, 300)


@dataclass(slots=True)
class Counted:
    """How many requests were passed on, and how many recordings failed, and why."""

    passed: int = 0
    lost: int = 0
    why: str = ""


class Tap:
    """Listens on one port; a request goes to `base`, and below it to its own path.

    Args:
        record: Keeps a line; may raise OSError.
        base: The partner's address, without what the path says.
    """

    def __init__(
        self,
        clock: Clock,
        sender: Sender,
        base: str,
        record: Callable[[Recorded], None],
    ) -> None:
        self.counted = Counted()
        self._clock = clock
        self._sender = sender
        self._base = base
        self._record = record
        self._door = Door(self._serve, _LIMITS)
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self, host: str, port: int) -> int:
        """Listen; returns the port. Raises OSError when it cannot be had."""
        return await self._door.open(host, port)

    async def close(self) -> None:
        """Take no more; what is under way comes to its end, and is recorded."""
        if self._tasks:
            await asyncio.wait(tuple(self._tasks), timeout=TIMEOUT_S)
        await self._door.close()

    def _serve(self, connection: Connection, request: Request) -> None:
        if request.method != "POST":
            headers = (("allow", "POST"),)
            connection.answer(answer_bytes(_NOT_A_POST, b"", headers))
            return
        if not request.url.startswith("/"):
            # Behind the partner's address it would name another host.
            why = b"expected a path that begins with /"
            connection.answer(answer_bytes(_NOT_A_PATH, why))
            return
        task = asyncio.get_running_loop().create_task(self._pass(connection, request))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _pass(self, connection: Connection, request: Request) -> None:
        at_ms = int(self._clock.now() * 1000)
        headers = tuple(passed_on(request.headers.items()))
        url = onward(self._base, request.url)
        reply = await self._sender.send(Post(url, headers, request.body, TIMEOUT_S))
        connection.answer(_answer(reply))
        self.counted.passed += 1
        columns = {"path": request.url}
        shown = _shown(request.headers)
        line = Recorded("", at_ms, request.body, shown, _outcome(reply), columns)
        try:
            self._record(line)
        except (OSError, ValueError) as error:
            self.counted.lost += 1
            self.counted.why = str(error)


def onward(base: str, came: str) -> str:
    """Where it goes: the partner's address as it is, and below it what the path says.

    Who posts to `/` means the address itself; the queries of both stay.
    """
    address, asked = urlsplit(base), urlsplit(f"http://tap{came}")
    path = address.path if asked.path == "/" else address.path.rstrip("/") + asked.path
    query = "&".join(filter(None, (address.query, asked.query)))
    return urlunsplit((address.scheme, address.netloc, path, query, ""))


def _answer(reply: Reply) -> bytes:
    """What the partner answered; 502 if it did not."""
    if not isinstance(reply, Answer):
        return answer_bytes(_NO_ANSWER)
    again = () if reply.retry_after is None else (("retry-after", reply.retry_after),)
    return answer_bytes(reply.status, reply.excerpt.encode(), again)


def _outcome(reply: Reply) -> str:
    if not isinstance(reply, Answer):
        return str(reply.kind)
    return ACCEPTED if reply.status in _GOOD else f"http {reply.status}"


def _shown(headers: Mapping[bytes, bytes]) -> dict[str, str]:
    """The headers, without what signs in to the partner."""
    return {
        name.decode("latin-1"): _HIDDEN
        if name in CREDENTIALS
        else value.decode("latin-1")
        for name, value in headers.items()
    }
