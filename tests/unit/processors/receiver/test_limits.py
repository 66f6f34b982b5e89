"""A receiver with limits is not for everybody to fill or to hold."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from processors.receiver.connection import Connection, Request, answer_bytes
from processors.receiver.door import Door
from processors.receiver.limits import Limits
from tests.support.pace import patience

LIMITS = Limits(head_bytes=500, body_bytes=1_000, connections=3)
HEAD = b"POST / HTTP/1.1\r\nhost: x\r\n"
WHOLE = HEAD + b"content-length: 0\r\n\r\n"


class Served:
    """What a door handed on, and what it refused."""

    def __init__(self) -> None:
        self.requests: list[tuple[Connection, Request]] = []
        self.refused: list[int] = []
        self.answers = True
        self.came = asyncio.Event()

    def serve(self, connection: Connection, request: Request) -> None:
        """Answer, unless told to wait."""
        self.requests.append((connection, request))
        self.came.set()
        if self.answers:
            connection.answer(answer_bytes(200))


Opened = Callable[[Limits], Awaitable[Door]]


@pytest.fixture
def served() -> Served:
    """Nothing yet."""
    return Served()


@pytest.fixture
async def opened(served: Served) -> AsyncIterator[Opened]:
    """Opens doors."""
    doors: list[Door] = []

    async def open_(limits: Limits = LIMITS) -> Door:
        door = Door(served.serve, limits, served.refused.append)
        await door.open()
        doors.append(door)
        return door

    yield open_
    for door in doors:
        await door.close()


async def said(door: Door, content: bytes) -> bytes:
    """All that comes back until the door hangs up."""
    reader, writer = await asyncio.open_connection("127.0.0.1", door.port)
    writer.write(content)
    try:
        async with asyncio.timeout(patience(20)):
            return await reader.read()
    except ConnectionResetError:
        return b"reset"
    finally:
        writer.close()


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (HEAD + b"x: " + b"y" * 600 + b"\r\n\r\n", 431),
        (b"POST /" + b"x" * 600 + b" HTTP/1.1\r\n\r\n", 431),
        (HEAD + b"".join(b"x%d: y\r\n" % n for n in range(200)) + b"\r\n", 431),
        (HEAD + b"content-length: 2000\r\n\r\n" + b"x" * 1_500, 413),
        (HEAD + b"transfer-encoding: chunked\r\n\r\n7d0\r\n" + b"x" * 2_000, 413),
        (b"\x00\xff\r\n\r\n", 400),
    ],
    ids=["header", "target", "many headers", "length", "chunks", "no HTTP"],
)
async def test_too_much_is_answered_and_hung_up_on(
    opened: Opened, served: Served, content: bytes, status: int
) -> None:
    """With the status that says what was too much; nobody serves it."""
    answer = await said(await opened(LIMITS), content)
    assert answer.startswith(b"HTTP/1.1 %d " % status) or answer == b"reset"
    assert served.refused == [status]
    assert served.requests == []


async def test_each_request_has_the_whole_of_it(opened: Opened, served: Served) -> None:
    """Limits count a request, not a connection."""
    door = await opened(LIMITS)
    one = HEAD + b"content-length: 900\r\n\r\n" + b"x" * 900
    last = HEAD + b"connection: close\r\ncontent-length: 2000\r\n\r\n" + b"x" * 1_100
    answer = await said(door, one * 3 + last)
    assert answer.count(b"HTTP/1.1 200 ") == 3
    assert len(served.requests) == 3


@pytest.mark.parametrize(
    "sent", [b"", HEAD, HEAD + b"content-length: 9\r\n\r\nx", WHOLE]
)
async def test_the_slow_are_hung_up_on(opened: Opened, sent: bytes) -> None:
    """Who says nothing, half a head, half a body, or no second request."""
    door = await opened(Limits(request_s=0, idle_s=0))
    answer = await said(door, sent)
    assert answer.removeprefix(answer_bytes(200)) in {b"", b"reset"}


async def test_who_waits_for_our_answer_is_not_slow(
    opened: Opened, served: Served
) -> None:
    """It is our own time that counts then, and it has an end, too."""
    served.answers = False
    door = await opened(Limits(request_s=600, idle_s=600, busy_s=0))
    assert await said(door, WHOLE) in {b"", b"reset"}
    assert len(served.requests) == 1
    connection, _ = served.requests[0]
    connection.answer(b"nobody is there")  # and that is no error


async def test_so_many_at_once(opened: Opened, served: Served) -> None:
    """For one more, who was silent longest goes, whom we are to answer at last."""
    door = await opened(LIMITS)
    kept = [await asyncio.open_connection("127.0.0.1", door.port) for _ in range(3)]
    for reader, writer in kept:
        writer.write(WHOLE)
        assert await reader.readline() == b"HTTP/1.1 200 OK\r\n"
    served.answers = False
    kept[0][1].write(WHOLE)
    async with asyncio.timeout(patience(20)):
        while len(served.requests) < 4:
            served.came.clear()
            await served.came.wait()
    served.answers = True
    reader, writer = await asyncio.open_connection("127.0.0.1", door.port)
    writer.write(WHOLE)
    assert await reader.readline() == b"HTTP/1.1 200 OK\r\n"
    writer.close()
    assert served.refused == [0]
    async with asyncio.timeout(patience(20)):
        with contextlib.suppress(ConnectionResetError):
            await kept[1][0].read()  # ends: it is hung up on
        served.requests[3][0].answer(answer_bytes(204))
        await kept[0][0].readuntil(b" 204 ")
    for _, writer in kept:
        writer.close()


async def test_so_many_together(opened: Opened, served: Served) -> None:
    """Who sends a flood on one connection is told so and hung up on."""
    door = await opened(Limits(pipelined=5))
    answer = await said(door, WHOLE * 50)
    assert answer == b"reset" or b"HTTP/1.1 429 " in answer
    assert len(served.requests) == 5
    assert served.refused == [429]


@pytest.mark.parametrize("end", [b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"\x00"])
async def test_other_protocols(opened: Opened, served: Served, end: bytes) -> None:
    """An upgrade is not taken up, and what is no HTTP/1.1 after it is refused."""
    upgrade = HEAD + b"connection: upgrade\r\nupgrade: h2c\r\n\r\n"
    answer = await said(await opened(LIMITS), upgrade + WHOLE + end)
    assert answer.count(b"HTTP/1.1 200 ") == 2
    assert b"HTTP/1.1 400 " in answer
    assert len(served.requests) == 2


async def test_thousands_of_pipelined_requests(opened: Opened, served: Served) -> None:
    """All are answered, one after the other, however deep they wait."""
    served.answers = False
    door = await opened(LIMITS)
    reader, writer = await asyncio.open_connection("127.0.0.1", door.port)
    writer.write(WHOLE * 3_000)
    async with asyncio.timeout(patience(20)):
        await served.came.wait()
        served.answers = True
        served.requests[0][0].answer(answer_bytes(200))
        await reader.readexactly(3_000 * len(answer_bytes(200)))
    writer.close()
    assert len(served.requests) == 3_000
