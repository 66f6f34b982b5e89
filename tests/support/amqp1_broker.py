"""An AMQP 1.0 broker of a few lines, which answers as a test says.

What real ones do is tested with RabbitMQ and Artemis; here is what they seldom do.
"""

import asyncio
import struct
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Self, TypeAlias

from bus.adapters.amqp1.codec import (
    NULL,
    TRUE,
    Described,
    Reader,
    composite,
    list_,
    string,
    symbol,
    ubyte,
    uint,
    ulong,
)

ACCEPTED, REJECTED, RELEASED, MODIFIED = 0x24, 0x25, 0x26, 0x27
LINK, SESSION, CONNECTION = 0x16, 0x17, 0x18
_SASL, _PLAIN = b"AMQP\x03\x01\x00\x00", b"AMQP\x00\x01\x00\x00"


@dataclass(frozen=True)
class Settles:
    """What became of a message, and of `beyond` more; `settled`: it is forgotten."""

    state: bytes = composite(ACCEPTED)
    settled: bool = True
    beyond: int = 0


@dataclass(frozen=True)
class Ends:
    """A link, a session or the connection is ended."""

    what: int
    condition: str = ""
    text: str = ""


@dataclass(frozen=True)
class Hang:
    """Taken, and nothing is said."""


@dataclass(frozen=True)
class NoLogin:
    """Who connects next is not let in, with a code of SASL's."""

    code: int = 1


@dataclass(frozen=True)
class NoLink:
    """Who attaches next is refused."""

    condition: str
    text: str


Says: TypeAlias = Settles | Ends | Hang | NoLogin | NoLink


def error(condition: str, text: str = "") -> bytes:
    """An error, as what ends something or rejects a message has it."""
    return composite(0x1D, symbol(condition), string(text))


def rejected(condition: str, text: str = "") -> Settles:
    """A message is rejected, for a reason."""
    return Settles(composite(REJECTED, error(condition, text)))


@dataclass
class Amqp1Broker:
    """`async with` serves it; `then` says what it answers.

    `credit` None gives as much as is asked for; a number is all that it ever gives.
    """

    port: int = 0
    max_frame: int = 65_536
    max_message: int = 0
    window: int = 100
    credit: int | None = None
    idle_ms: int = 0
    mechanisms: Sequence[str] = ("PLAIN", "EXTERNAL", "ANONYMOUS")
    messages: list[bytes] = field(default_factory=list)
    said: list[bytes] = field(default_factory=list)
    """How those who came signed in: mechanism and response."""
    frames: int = 0
    """How many transfers came."""
    largest: int = 0
    beats: int = 0
    connections: int = 0

    def __post_init__(self) -> None:
        """Nothing is queued."""
        self.next: deque[Says] = deque()
        self._asked = asyncio.Event()
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._writers: set[asyncio.StreamWriter] = set()

    def then(self, *says: Says) -> None:
        """The next messages are answered so, one each; all others accepted."""
        self.next.extend(says)

    async def asked(self, messages: int = 1) -> None:
        """Wait until there were so many messages."""
        while len(self.messages) < messages:
            self._asked.clear()
            await self._asked.wait()

    def came(self, message: bytes) -> Says:
        """Remember a message; what is to be said to it."""
        self.messages.append(message)
        self._asked.set()
        return self.next.popleft() if self.next else Settles()

    async def __aenter__(self) -> Self:
        """Listen."""
        self._server = await asyncio.start_server(self._take, "127.0.0.1", self.port)
        self.port = int(self._server.sockets[0].getsockname()[1])
        return self

    async def __aexit__(self, *_: object) -> None:
        """Hang up on everybody."""
        assert self._server is not None
        self._server.close()
        writers = list(self._writers)
        for writer in writers:
            writer.transport.abort()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        closed = (writer.wait_closed() for writer in writers)
        await asyncio.gather(*closed, return_exceptions=True)
        await self._server.wait_closed()

    async def _take(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        self._writers.add(writer)
        self.connections += 1
        try:
            await _Session(self, reader, writer).serve()
        except (OSError, EOFError):
            pass
        finally:
            self._writers.discard(writer)
            writer.transport.abort()


@dataclass
class _Session:
    """One connection."""

    broker: Amqp1Broker
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    partial: bytes = b""
    taken: int = 0
    frames: int = 0
    number: int = 0

    async def serve(self) -> None:
        """Talk until somebody hangs up."""
        if not await self._let_in():
            await self.reader.read()
            return
        await self.reader.readexactly(8)
        self.writer.write(_PLAIN)
        while True:
            code, fields, payload = await self._frame()
            if code == 0x18:
                self._say(composite(0x18))
                return
            self._heard(code, fields, payload)

    async def _let_in(self) -> bool:
        await self.reader.readexactly(8)
        self.writer.write(_SASL)
        names = b"".join(string(name)[1:] for name in self.broker.mechanisms)
        head = struct.pack(
            ">BBBB", 0xE0, len(names) + 2, len(self.broker.mechanisms), 0xA3
        )
        self._say(composite(0x40, head + names), kind=1)
        _, fields, _ = await self._frame()
        self.broker.said.append(f"{fields[0]} ".encode() + bytes(fields[1] or b""))  # type: ignore[call-overload]
        code = 0
        if self.broker.next and isinstance(says := self.broker.next[0], NoLogin):
            self.broker.next.popleft()
            code = says.code
        self._say(composite(0x44, ubyte(code)), kind=1)
        return not code

    def _heard(self, code: int, fields: Sequence[object], payload: bytes) -> None:
        broker = self.broker
        match code:
            case 0x10:
                idle = uint(broker.idle_ms) if broker.idle_ms else NULL
                self._say(
                    composite(
                        *(0x10, string("scripted"), NULL, uint(broker.max_frame)),
                        *(NULL, idle),
                    )
                )
            case 0x11:
                windows = uint(broker.window), uint(broker.window)
                self._say(composite(0x11, b"\x60\x00\x00", uint(0), *windows))
            case 0x12:
                self._attached(str(fields[0]))
            case 0x14:
                broker.frames += 1
                self.frames += 1
                self._transferred(fields, payload)
            case _:
                pass

    def _attached(self, name: str) -> None:
        says = self.broker.next[0] if self.broker.next else None
        refused = isinstance(says, NoLink)
        source, target = list_([]), NULL if refused else composite(0x29, string("in"))
        source = composite(0x28)
        largest = ulong(self.broker.max_message)
        self._say(
            composite(
                *(0x12, string(name), uint(0), TRUE, NULL, NULL, source, target),
                *(NULL, NULL, NULL, largest),
            )
        )
        if isinstance(says, NoLink):
            self.broker.next.popleft()
            self._say(composite(0x16, uint(0), TRUE, error(says.condition, says.text)))
        else:
            self._flow()

    def _flow(self) -> None:
        """Give credit, and as much of a window as there ever is."""
        credit = 100 if self.broker.credit is None else self.broker.credit
        left = credit if self.broker.credit is None else credit - self.taken
        window = uint(self.frames), uint(self.broker.window), uint(0), uint(100)
        self._say(composite(0x13, *window, uint(0), uint(self.taken), uint(left)))

    def _transferred(self, fields: Sequence[object], payload: bytes) -> None:
        if not self.partial:
            self.number = int(str(fields[1]))
        self.partial += payload
        if len(fields) > 5 and fields[5]:
            self._flow()
            return
        message, self.partial = self.partial, b""
        self.taken += 1
        self._answer(self.number, self.broker.came(message))
        self._flow()

    def _answer(self, number: int, says: Says) -> None:
        match says:
            case Settles(state, settled, beyond):
                told = TRUE if settled else NULL
                upto = uint(number + beyond)
                self._say(composite(0x15, TRUE, uint(number), upto, told, state))
            case Ends(what=what, condition=condition, text=text):
                why = error(condition, text) if condition else NULL
                places = (uint(0), TRUE, why) if what == LINK else (why,)
                self._say(composite(what, *places))
            case _:
                pass

    async def _frame(self) -> tuple[int, Sequence[object], bytes]:
        while True:
            head = await self.reader.readexactly(8)
            size = int.from_bytes(head[:4], "big")
            self.broker.largest = max(self.broker.largest, size)
            body = await self.reader.readexactly(size - 8)
            if not body:
                self.broker.beats += 1
                continue
            reader = Reader(body)
            said = reader.value()
            assert isinstance(said, Described)
            assert isinstance(said.descriptor, int)
            assert isinstance(said.value, list)
            return said.descriptor, said.value, reader.rest

    def _say(self, body: bytes, kind: int = 0) -> None:
        self.writer.write(struct.pack(">IBBH", len(body) + 8, 2, kind, 0) + body)
