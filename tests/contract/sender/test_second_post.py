"""When a sender posts a second time of its own accord: hardly ever, and once.

A server may close a kept connection at the very moment it is used again. Then the
post is made once more; `docs/webhooks.md` says so to partners.
"""

import asyncio
from collections.abc import Callable

import pytest

from bus.ports import Answer, NoAnswerKind, Reply, Sender
from tests.contract.sender.worlds import kind, post
from tests.support.endpoint import Endpoint, Exchange, ok, says

HANG_UPS = pytest.mark.parametrize(
    "hang_up", [Exchange.close, Exchange.reset], ids=["closed", "reset"]
)


@HANG_UPS
async def test_kept_connection_that_ends_unanswered(
    sender: Sender, endpoint: Endpoint, hang_up: Callable[[Exchange], None]
) -> None:
    """It costs no attempt: the very same request goes out once more."""
    await _keep(sender, endpoint)
    endpoint.respond = lambda e: hang_up(e) if e.connection == 1 else ok(e)

    assert await sender.send(post(endpoint.url(), body=b"{1}")) == Answer(200)
    _, lost, answered = [(e.head, e.body) for e in endpoint.requests]
    assert lost == answered
    assert endpoint.connections == 2


@HANG_UPS
@pytest.mark.parametrize("stray", [b"", b"\r\n"])
async def test_an_answer_is_told_once(
    sender: Sender,
    endpoint: Endpoint,
    hang_up: Callable[[Exchange], None],
    stray: bytes,
) -> None:
    """An answer without a length says nothing of the connection's next post."""
    endpoint.respond = says(b"HTTP/1.1 204 No Content\r\n\r\n")
    assert await sender.send(post(endpoint.url())) == Answer(204)

    def end(exchange: Exchange) -> None:
        exchange.write_now(stray)
        hang_up(exchange)

    endpoint.respond = end

    assert kind(await sender.send(post(endpoint.url()))) is NoAnswerKind.RESET


@HANG_UPS
async def test_at_most_once(
    sender: Sender, endpoint: Endpoint, hang_up: Callable[[Exchange], None]
) -> None:
    """The second post is the last, however it ends."""
    await _keep(sender, endpoint)
    endpoint.respond = hang_up

    assert kind(await sender.send(post(endpoint.url()))) is NoAnswerKind.RESET
    assert len(endpoint.requests) == 1 + 2


@HANG_UPS
async def test_not_on_a_fresh_connection(
    sender: Sender, endpoint: Endpoint, hang_up: Callable[[Exchange], None]
) -> None:
    """Who hangs up on a connection made for the post has seen it."""
    endpoint.respond = hang_up

    assert kind(await sender.send(post(endpoint.url()))) is NoAnswerKind.RESET
    assert len(endpoint.requests) == 1


@HANG_UPS
@pytest.mark.parametrize(
    "part",
    [
        b"H",
        b"HTTP/1.1 200 OK\r\ncontent-le",
        b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc",
        b"HTTP/1.1 103 Early Hints\r\n\r\n",
    ],
)
async def test_not_after_the_first_byte(
    sender: Sender,
    endpoint: Endpoint,
    hang_up: Callable[[Exchange], None],
    part: bytes,
) -> None:
    """An endpoint that has begun to answer has seen the post."""
    await _keep(sender, endpoint)

    def begin(exchange: Exchange) -> None:
        exchange.write_now(part)
        hang_up(exchange)

    endpoint.respond = begin

    assert kind(await sender.send(post(endpoint.url()))) is NoAnswerKind.RESET
    assert len(endpoint.requests) == 1 + 1


async def test_not_after_the_timeout(sender: Sender, endpoint: Endpoint) -> None:
    """An endpoint that says nothing on a kept connection gets the post once."""
    await _keep(sender, endpoint)
    endpoint.respond = says()

    reply = await sender.send(post(endpoint.url(), timeout_s=0.1))

    assert kind(reply) is NoAnswerKind.TIMEOUT
    assert len(endpoint.requests) == 1 + 1


async def test_both_share_the_timeout(sender: Sender, endpoint: Endpoint) -> None:
    """The second post has what is left: it ends before one that begins with it."""
    await _keep(sender, endpoint)
    endpoint.respond = says()
    twice = asyncio.create_task(sender.send(post(endpoint.url(), timeout_s=0.8)))
    half = asyncio.create_task(sender.send(post(endpoint.url(), timeout_s=0.4)))
    await half

    next(e for e in endpoint.requests[1:] if e.connection == 1).close()
    later = asyncio.create_task(sender.send(post(endpoint.url(), timeout_s=0.8)))
    ended: list[asyncio.Task[Reply]] = []
    for task in (later, twice):
        task.add_done_callback(ended.append)
    await asyncio.wait({twice, later})

    assert ended == [twice, later]
    assert kind(twice.result()) is NoAnswerKind.TIMEOUT
    assert kind(await later) is NoAnswerKind.TIMEOUT
    assert len(endpoint.requests) == 1 + 2 + 1 + 1


async def _keep(sender: Sender, endpoint: Endpoint) -> None:
    """Have the sender keep a connection, the endpoint's first."""
    assert await sender.send(post(endpoint.url())) == Answer(200)
