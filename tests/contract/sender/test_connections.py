"""When a sender keeps, replaces and closes connections."""

import asyncio
import socket

import pytest

from bus.adapters.http.aiohttp_sender import AiohttpSender
from bus.adapters.http.guard import Guard
from bus.adapters.http.lean import LeanSender
from bus.ports import Answer, NoAnswerKind, Sender
from tests.contract.sender.worlds import LOOPBACK, kind, post
from tests.support.endpoint import Endpoint, Exchange, ok, says
from tests.support.pace import patience


async def test_connection_is_kept(sender: Sender, endpoint: Endpoint) -> None:
    """Posts one after the other share a connection."""
    for _ in range(5):
        assert await sender.send(post(endpoint.url())) == Answer(200)

    assert endpoint.connections == 1


async def test_unlimited_connections(sender: Sender, endpoint: Endpoint) -> None:
    """As many posts as asked are under way at once, to one endpoint too."""
    held: list[Exchange] = []

    def hold(exchange: Exchange) -> None:
        held.append(exchange)
        if len(held) == 150:
            for one in held:
                ok(one)

    endpoint.respond = hold

    replies = await asyncio.gather(
        *(sender.send(post(endpoint.url())) for _ in range(150))
    )

    assert replies == [Answer(200)] * 150


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 0\r\n\r\n",
        b"HTTP/1.0 200 OK\r\ncontent-length: 0\r\n\r\n",
    ],
)
async def test_connection_close_is_honoured(
    sender: Sender, endpoint: Endpoint, answer: bytes
) -> None:
    """A connection the endpoint will close is not used again."""
    endpoint.respond = says(answer)

    for _ in range(2):
        assert await sender.send(post(endpoint.url())) == Answer(200)

    assert endpoint.connections == 2


async def test_idle_connections_closed_by_endpoint(
    sender: Sender, endpoint: Endpoint
) -> None:
    """Connections the endpoint closed while idle are not used again."""
    assert await sender.send(post(endpoint.url())) == Answer(200)
    endpoint.hang_up()
    await endpoint.left()

    assert await sender.send(post(endpoint.url())) == Answer(200)
    assert endpoint.connections == 2


@pytest.mark.parametrize("name", ["aiohttp", "lean"])
async def test_idle_connections_are_closed(name: str, endpoint: Endpoint) -> None:
    """A connection nobody uses is closed after a while."""
    guard = Guard(allow=LOOPBACK)
    sender: Sender = (
        LeanSender(guard, idle_s=0.05)
        if name == "lean"
        else AiohttpSender(guard, idle_s=0.05)
    )

    assert await sender.send(post(endpoint.url())) == Answer(200)
    async with asyncio.timeout(patience(10)):
        await endpoint.left()

    assert await sender.send(post(endpoint.url())) == Answer(200)
    assert endpoint.connections == 2
    await sender.close()


async def test_close_ends_what_is_under_way(sender: Sender, endpoint: Endpoint) -> None:
    """Closing hangs up on exchanges under way; they get no answer."""
    endpoint.respond = says()
    sent = asyncio.create_task(sender.send(post(endpoint.url(), timeout_s=30)))
    async with asyncio.timeout(patience(10)):
        await endpoint.asked()

        await sender.close()

        assert kind(await sent) is NoAnswerKind.RESET


async def test_refused_connection(sender: Sender) -> None:
    """A port nobody listens on cannot be connected to."""
    with socket.socket() as taken:  # bound, but not listening
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/?token=secret"

        reply = await sender.send(post(url))

    assert kind(reply) is NoAnswerKind.CONNECT
    assert "secret" not in str(reply)
