"""Servers that speak as far as somebody has to, and then say whatever a test gives.

Each is some twenty lines: what real servers do is tested with real ones.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import grpc
import grpc.aio

from bus.adapters.amqp1.codec import NULL, TRUE, composite, string, symbol, ubyte, uint
from bus.adapters.amqp1.frames import SASL_FRAME, frame
from bus.adapters.grpc.lanes import SERVICE
from bus.sending import Ask, Got, NoAnswer
from tests.support.relay import Speak

INFO = b'{"version":"2.10.0","proto":1,"headers":true,"max_payload":1048576}'
_READ = 65_536


class Saying:
    """Fulfils `bus.sending.Asker`: all that is asked is answered so."""

    def __init__(self, got: Got | NoAnswer) -> None:
        self._got = got

    async def ask(self, ask: Ask) -> Got | NoAnswer:
        """See `Asker`."""
        del ask
        return self._got

    async def close(self) -> None:
        """Nothing is open."""


def raw(answer: bytes) -> Speak:
    """Whatever is said, it is answered so, and hung up."""

    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(_READ)
        writer.write(answer)
        writer.close()

    return speak


def greeting(answer: bytes) -> Speak:
    """It speaks first, as NATS does."""

    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        del reader
        writer.write(answer)
        writer.close()

    return speak


def http(body: bytes, status: bytes = b"200 OK") -> Speak:
    """A whole answer of HTTP's with this body."""
    head = b"HTTP/1.1 %s\r\nretry-after: %s\r\ncontent-length: %d\r\n\r\n"
    shown = bytes(c for c in body[:40] if 0x20 <= c < 0x7F)
    return raw(head % (status, shown, len(body)) + body)


def nats(answer: bytes, info: bytes = INFO, then: bytes = b"") -> Speak:
    """A server of NATS; whatever is published is answered with this message.

    Or with this line, and then it only listens.
    """

    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"INFO %s\r\n" % info)
        inbox = b"1"
        while line := await reader.readline():
            verb, *words = line.split()
            if verb == b"PING":
                writer.write(b"PONG\r\n")
            elif verb == b"SUB":
                inbox = words[-1]
            elif verb in {b"PUB", b"HPUB"}:
                await reader.readexactly(int(words[-1]) + 2)
                said = (words[1], inbox, len(answer), answer)
                if then:
                    writer.write(then + b"\r\n")
                    continue
                writer.write(b"MSG %s %s %d\r\n%s\r\n" % said)
                break
        writer.close()

    return speak


def redis(answer: bytes, signing_in: bytes = b"+OK\r\n") -> Speak:
    """A server of Redis that hangs up once it has answered an XADD so."""

    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while (head := await reader.readline())[:1] == b"*":
            words = []
            for _ in range(int(head[1:])):
                size = int((await reader.readline())[1:])
                words.append((await reader.readexactly(size + 2))[:-2])
            adds = words[0] == b"XADD"
            writer.write(answer if adds else signing_in)
            if adds:
                break
        writer.close()

    return speak


def amqp(payload: bytes) -> Speak:
    """A broker of AMQP 0-9-1 whose first frame has this payload."""
    return raw(b"\x01\0\0" + len(payload).to_bytes(4, "big") + payload + b"\xce")


def amqp1(*said: bytes, hang_up: bool = True) -> Speak:
    """A peer of AMQP 1.0 that has room for one frame; once it came, it says this."""
    ends = composite(0x28), composite(0x29, string("orders"))
    room = uint(0), uint(1), uint(0), uint(100)
    told = (
        composite(0x10, string("srv"), NULL, uint(512), NULL, uint(0)),
        composite(0x11, b"\x60\0\0", uint(0), uint(1), uint(100)),
        composite(0x12, string("x"), uint(0), TRUE, ubyte(0), ubyte(0), *ends),
    )

    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(8)
        writer.write(b"AMQP\x03\x01\0\0")
        writer.write(frame(composite(0x40, symbol("ANONYMOUS")), kind=SASL_FRAME))
        await _heard(reader)
        writer.write(frame(composite(0x44, ubyte(0)), kind=SASL_FRAME))
        await reader.readexactly(8)
        writer.write(b"AMQP\0\x01\0\0")
        for one in told:
            await _heard(reader)
            writer.write(frame(one))
        writer.write(frame(composite(0x13, *room, uint(0), uint(0), uint(10))))
        await _heard(reader)
        writer.write(b"".join(said))
        if not hang_up:
            await reader.read()
        writer.close()

    return speak


async def _heard(reader: asyncio.StreamReader) -> None:
    size = int.from_bytes(await reader.readexactly(4), "big")
    await reader.readexactly(size - 4)


@asynccontextmanager
async def grpc_saying(*messages: bytes) -> AsyncIterator[int]:
    """A port where each call ends with OK, after these messages; mostly it is one.

    Over the wire a call with one answer is like one with a stream of them.
    """

    async def stream(request: bytes, context: object) -> AsyncIterator[bytes]:
        del request, context
        for one in messages:
            yield one

    def handled(*names: str) -> dict[str, grpc.RpcMethodHandler]:
        return {name: grpc.unary_stream_rpc_method_handler(stream) for name in names}

    server = grpc.aio.server(options=(("grpc.so_reuseport", 0),))
    made = grpc.method_handlers_generic_handler
    services: Sequence[grpc.GenericRpcHandler] = (
        made(SERVICE, handled("Deliver", "DeliverBatch")),
        made("grpc.health.v1.Health", handled("Check")),
    )
    server.add_generic_rpc_handlers(services)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    try:
        yield port
    finally:
        await server.stop(None)
