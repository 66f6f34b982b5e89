"""An AMQP 0-9-1 broker of a few lines, which answers as a test says.

What a real one does is tested with RabbitMQ; here is what it seldom does.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Self, TypeAlias

from pamqp import base, commands, frame, header
from pamqp.body import ContentBody
from pamqp.common import FieldTable
from pamqp.heartbeat import Heartbeat

_CAPABILITIES: FieldTable = {"publisher_confirms": True, "basic.nack": True}


@dataclass(frozen=True)
class Ack:
    """Confirmed."""


@dataclass(frozen=True)
class Nack:
    """Not taken."""


@dataclass(frozen=True)
class Hang:
    """Taken, and nothing is said; `blocked` tells that the broker is out of memory."""

    blocked: bool = False


@dataclass(frozen=True)
class Back:
    """Returned, as `mandatory` asks for."""

    code: int
    text: str


@dataclass(frozen=True)
class Close:
    """The channel is closed, or the whole connection."""

    code: int
    text: str
    connection: bool = False


@dataclass(frozen=True)
class NoLogin:
    """Who connects next is not let in; `code` is what the broker says."""

    code: int
    text: str


Says: TypeAlias = Ack | Nack | Hang | Back | Close | NoLogin


@dataclass(frozen=True)
class Message:
    """What was published."""

    body: bytes
    properties: commands.Basic.Properties
    exchange: str
    key: str
    connection: int

    @property
    def headers(self) -> Mapping[str, str]:
        """Its headers, all of them texts."""
        return {
            name: str(value) for name, value in (self.properties.headers or {}).items()
        }


@dataclass
class ScriptedBroker:
    """`async with` serves it; `then` says what it answers."""

    port: int = 0
    frame_max: int = 131_072
    messages: list[Message] = field(default_factory=list)
    connections: int = 0

    def __post_init__(self) -> None:
        """Nothing is queued."""
        self._next: deque[Says] = deque()
        self._asked = asyncio.Event()
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._writers: set[asyncio.StreamWriter] = set()

    def then(self, *says: Says) -> None:
        """The next messages are answered so, one each; all others confirmed."""
        self._next.extend(says)

    async def asked(self, messages: int = 1) -> None:
        """Wait until there were so many messages."""
        while len(self.messages) < messages:
            self._asked.clear()
            await self._asked.wait()

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
            await _Session(self, self.connections, reader, writer).serve()
        except (OSError, EOFError):
            pass
        finally:
            self._writers.discard(writer)
            writer.transport.abort()

    def came(self, message: Message) -> Says:
        """Remember a message; what is to be said to it."""
        self.messages.append(message)
        self._asked.set()
        return self._next.popleft() if self._next else Ack()

    def at_login(self) -> NoLogin | None:
        """Why the next one is not let in."""
        if self._next and isinstance(self._next[0], NoLogin):
            says = self._next.popleft()
            return says if isinstance(says, NoLogin) else None
        return None


@dataclass
class _Session:
    """One connection."""

    broker: ScriptedBroker
    number: int
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    tag: int = 0

    async def serve(self) -> None:
        """Talk until somebody hangs up."""
        await self.reader.readexactly(8)
        self._say(0, commands.Connection.Start(server_properties=_PROPERTIES))
        frames = self._frames()
        await anext(frames)
        if (refused := self.broker.at_login()) is not None:
            self._say(0, commands.Connection.Close(refused.code, refused.text, 10, 11))
            await self.reader.read()
            return
        self._say(0, commands.Connection.Tune(2047, self.broker.frame_max, 60))
        async for channel, got in frames:
            match got:
                case commands.Basic.Publish():
                    await self._published(channel, got, frames)
                case commands.Connection.Close():
                    self._say(0, commands.Connection.CloseOk())
                    return
                case Heartbeat() | commands.Connection.TuneOk():
                    pass
                case base.Frame() if type(got) in _ANSWERS:
                    if isinstance(got, commands.Confirm.Select):
                        self.tag = 0
                    self._say(channel, _ANSWERS[type(got)]())

    async def _published(
        self,
        channel: int,
        publish: commands.Basic.Publish,
        frames: AsyncIterator[tuple[int, object]],
    ) -> None:
        _, head = await anext(frames)
        assert isinstance(head, header.ContentHeader)
        body = b""
        while len(body) < head.body_size:
            _, piece = await anext(frames)
            assert isinstance(piece, ContentBody)
            body += piece.value
        self.tag += 1
        key = publish.routing_key
        message = Message(body, head.properties, publish.exchange, key, self.number)
        self._answer(channel, message, self.broker.came(message))

    def _answer(self, channel: int, message: Message, says: Says) -> None:
        match says:
            case Ack():
                self._say(channel, commands.Basic.Ack(self.tag))
            case Nack():
                self._say(channel, commands.Basic.Nack(self.tag))
            case Hang(blocked=True):
                self._say(0, commands.Connection.Blocked("low on memory"))
            case Back(code=code, text=text):
                where = message.exchange, message.key
                self._say(channel, commands.Basic.Return(code, text, *where))
                size = len(message.body)
                self._say(channel, header.ContentHeader(0, size, message.properties))
                self._say(channel, ContentBody(message.body))
                self._say(channel, commands.Basic.Ack(self.tag))
            case Close(code=code, text=text, connection=True):
                self._say(0, commands.Connection.Close(code, text, 60, 40))
            case Close(code=code, text=text):
                self._say(channel, commands.Channel.Close(code, text, 60, 40))
            case Hang() | NoLogin():
                pass

    async def _frames(self) -> AsyncIterator[tuple[int, object]]:
        while True:
            head = await self.reader.readexactly(7)
            size = int.from_bytes(head[3:7], "big")
            rest = await self.reader.readexactly(size + 1)
            _, channel, got = frame.unmarshal(head + rest)
            yield channel, got

    def _say(
        self, channel: int, what: base.Frame | header.ContentHeader | ContentBody
    ) -> None:
        self.writer.write(frame.marshal(what, channel))


_PROPERTIES: FieldTable = {"product": "Scripted", "capabilities": _CAPABILITIES}
_ANSWERS: Mapping[type, type] = {
    commands.Connection.Open: commands.Connection.OpenOk,
    commands.Channel.Open: commands.Channel.OpenOk,
    commands.Confirm.Select: commands.Confirm.SelectOk,
    commands.Channel.Close: commands.Channel.CloseOk,
}
