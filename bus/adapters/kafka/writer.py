"""A producer in a process of its own (see `writing_apart`), which may end at any time.

What a partner's Kafka answers can end the process that librdkafka is in; so each
client has one, and no other delivery is in it.
"""

import asyncio
import errno
import json
import marshal
import os
import signal
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TypeAlias

from bus.adapters.kafka.config import Connection
from bus.adapters.kafka.processes import environment, started_by
from bus.adapters.kafka.verdicts import graver, judge
from bus.adapters.kafka.writing_apart import ABOUT_ALL, FATAL, REFUSED
from bus.delivery.delivery import Accepted, Outcome, Unreachable
from bus.ports import NoAnswerKind
from bus.record import Headers, Message

Place: TypeAlias = tuple[str, int]
_Answer: TypeAlias = tuple[str | None, Sequence[Place]]
_Said: TypeAlias = str | bytes | int | float | Headers | None

PROGRAM = Path(__file__).with_name("writing_apart.py")
"""What its process runs."""
_LINGER_MS = 1.0
_LONGEST_LINE = 1_048_576
_SILENT_S = 10.0
"""So long after its time is a process given up that has not said what came of one."""
_FEW_ARENAS = {"MALLOC_ARENA_MAX": "2"}
"""Of glibc's: each thread would set 64 MB of its address space aside."""
_CLOSED = "_DESTROY"
_SENSELESS = Unreachable(NoAnswerKind.PROTOCOL, "the cluster names too many brokers")
_OWN: Mapping[str, object] = {
    # A producer is told little; what its servers may make it hold.
    "receive.message.max.bytes": "8388608",
    "log_level": "0",
}


class KafkaWriter:
    """Writes to one cluster. It is of no further use once it is over.

    librdkafka gives up after `timeout_s`, and says so: what we gave up might still be
    written, after what came later.
    """

    def __init__(self, settings: Mapping[str, str], timeout_s: float) -> None:
        self._settings = {
            **Connection(settings).producer(_LINGER_MS, timeout_s),
            **_OWN,
        }
        self._timeout_s = timeout_s
        self._trouble = ""
        self._waiting: dict[int, tuple[asyncio.Future[_Answer], float]] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._frames: list[bytes] = []
        self._late = 0
        self._asked = 0
        self._process: Process | None = None
        self._running: asyncio.Task[None] | None = None
        self._there = asyncio.Event()
        self._over: Outcome | None = None
        self._fatal = False

    @property
    def over(self) -> bool:
        """Whether its process has ended, or writes nothing any more."""
        return self._over is not None or self._fatal

    async def write(self, message: Message) -> Outcome:
        """Write a record; accepted once all replicas have it."""
        what = "write", message.topic, message.key, message.value, message.headers
        error, _ = await self._ask(*what)
        if error is not None:
            return self._judged(error)
        self._trouble = ""
        return Accepted(200)

    async def brokers(self, topic: str, timeout_s: float) -> Sequence[Place] | Outcome:
        """Where the cluster says that its brokers are; or why nobody said so."""
        error, brokers = await self._ask("brokers", topic, timeout_s)
        return brokers if error is None else self._judged(error)

    async def close(self) -> None:
        """End it at once; what is not acknowledged then is not delivered."""
        self._end(judge(_CLOSED, ""))
        if self._running is not None:
            await asyncio.wait([self._running])

    def _judged(self, error: str) -> Outcome:
        if error == _CLOSED and self._over is not None:
            return self._over
        return judge(error, self._trouble)

    async def _ask(self, what: str, *of: _Said) -> _Answer:
        if self._running is None and not self._over:
            self._running = asyncio.create_task(self._run())
        await self._there.wait()
        if self._process is None or self._over:
            return _CLOSED, ()
        loop = asyncio.get_running_loop()
        self._asked += 1
        frame = _framed((what, self._asked, *of))
        future: asyncio.Future[_Answer] = loop.create_future()
        self._waiting[self._asked] = future, loop.time() + self._timeout_s
        if not self._frames:
            loop.call_soon(self._hand_over)  # what comes together goes together
        self._frames.append(frame)
        if self._timer is None:
            self._timer = loop.call_later(self._timeout_s, self._look)
        return await future

    def _hand_over(self) -> None:
        if self._process is not None:
            _say(self._process, b"".join(self._frames))
        self._frames.clear()

    def _look(self) -> None:
        """Give the process up once it has not said in time what came of one."""
        self._timer = None
        if not self._waiting:
            return
        loop = asyncio.get_running_loop()
        number, (_, until) = next(iter(self._waiting.items()))  # the first of them
        if until > loop.time():
            self._timer = loop.call_at(until, self._look)
        elif number != self._late:
            # The second time is ours, too: had we stood still for the whole first one,
            # its answer might be there, and only not be read yet.
            self._late = number
            self._timer = loop.call_later(_SILENT_S, self._look)
        else:
            self._end(Unreachable(NoAnswerKind.TIMEOUT, "its client says nothing"))

    async def _run(self) -> None:
        """From the start of the process to its end."""
        try:
            process = self._process = await asyncio.create_subprocess_exec(
                *started_by(PROGRAM),
                stdin=PIPE,
                stdout=PIPE,
                stderr=DEVNULL,
                env=_FEW_ARENAS | environment(),
                limit=_LONGEST_LINE,
                start_new_session=True,
            )
        except (OSError, RuntimeError) as error:  # no file, process or thread is left
            self._end(_unstarted(error))
            return
        finally:
            self._there.set()
        if self._over:  # closed meanwhile
            process.kill()
        else:
            _say(process, _framed(self._settings))
        await self._listen(process)
        self._end(_why(await process.wait()))

    async def _listen(self, process: Process) -> None:
        try:
            while process.stdout is not None and (
                line := await process.stdout.readline()
            ):
                for number, error, brokers in json.loads(line):
                    self._heard(number, error, brokers)
        except (KeyError, TypeError, ValueError):  # longer than any's, or not by ours
            self._end(_SENSELESS)

    def _heard(self, number: int, error: str | None, brokers: list[Place]) -> None:
        if number <= ABOUT_ALL:
            self._trouble = graver(self._trouble, error or "")
            self._fatal |= number == FATAL
            return
        future, _ = self._waiting.pop(number)
        if not future.done():
            future.set_result((error, brokers))

    def _end(self, why: Outcome) -> None:
        """It is over; whoever waits hears why."""
        if self._over is None:
            self._over = why
        self._there.set()
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        for future, _ in self._waiting.values():
            if not future.done():
                future.set_result((_CLOSED, ()))
        self._waiting.clear()


def _unstarted(error: OSError | RuntimeError) -> Outcome:
    told = str(error)
    if isinstance(error, OSError):
        # uvloop makes up a number, -1, where it gets no two ends of a pipe.
        known = (error.errno or 0) > 0
        told = str(error.strerror) if known else os.strerror(errno.EMFILE)
    why = f"its client cannot be started: {told}"
    return Unreachable(NoAnswerKind.CONNECT, why)


def _why(status: int) -> Outcome:
    """What the end of a process means to what was under way."""
    if status == REFUSED:
        return Unreachable(NoAnswerKind.TLS, "its certificates cannot be used")
    how = _signal(-status) if status < 0 else f"exit code {status}"
    return Unreachable(NoAnswerKind.RESET, f"its Kafka client ended ({how})")


def _signal(number: int) -> str:
    known = {one.value: one.name for one in signal.Signals}
    return known.get(number, f"signal {number}")  # some of real time have no name


def _framed(what: tuple[_Said, ...] | dict[str, object]) -> bytes:
    body = marshal.dumps(what)
    return len(body).to_bytes(4) + body


def _say(process: Process, frames: bytes) -> None:
    """Tell it something; what came of that is heard from its output, or its end."""
    # An event loop may raise what it likes where nobody reads any more.
    with suppress(OSError, RuntimeError):
        if process.stdin is not None:
            process.stdin.write(frames)
