"""What a sender makes of good, cut, slow and senseless answers."""

import asyncio

import pytest

from bus.adapters.http.guard import Guard
from bus.adapters.http.lean import LeanSender
from bus.ports import Answer, NoAnswerKind, Sender
from tests.contract.sender.worlds import LOOPBACK, kind, post
from tests.support.endpoint import Endpoint, says


async def test_informational_answers_are_skipped(
    sender: Sender, endpoint: Endpoint
) -> None:
    """100, 102 and 103 come before the answer and are not it."""
    endpoint.respond = says(
        b"HTTP/1.1 100 Continue\r\n\r\n",
        b"HTTP/1.1 102 Processing\r\nretry-after: 9\r\n\r\n",
        b"HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n",
        b"HTTP/1.1 201 Created\r\ncontent-length: 2\r\n\r\nhi",
    )

    for _ in range(2):
        assert await sender.send(post(endpoint.url())) == Answer(201, None, "hi")

    assert endpoint.connections == 1


async def test_huge_answer_is_cut(sender: Sender, endpoint: Endpoint) -> None:
    """Of a 10 MB answer the status counts; the connection is dropped."""
    endpoint.respond = says(
        b"HTTP/1.1 200 OK\r\ncontent-length: 10000000\r\n\r\n" + b"x" * 200_000
    )

    reply = await sender.send(post(endpoint.url(), timeout_s=10))

    assert reply == Answer(200, None, "x" * 200)
    assert await sender.send(post(endpoint.url())) == reply
    assert endpoint.connections == 2


async def test_endless_chunks_are_cut(sender: Sender, endpoint: Endpoint) -> None:
    """An answer without end is cut likewise."""
    endpoint.respond = says(
        b"HTTP/1.1 500 x\r\ntransfer-encoding: chunked\r\n\r\n",
        b"8000\r\n" + b"y" * 0x8000 + b"\r\n",
        b"8000\r\n" + b"y" * 0x8000 + b"\r\n",
        b"8000\r\n" + b"y" * 0x8000 + b"\r\n",
    )

    assert await sender.send(post(endpoint.url())) == Answer(500, None, "y" * 200)


@pytest.mark.parametrize(
    "endless",
    [
        b"0\r\nt: " + b"a" * 150_000,
        b"0\r\n" + b"t: v\r\n" * 25_000,
        b"1;" + b"a" * 150_000,
    ],
    ids=["trailer", "trailers", "extension"],
)
async def test_endless_overhead_is_cut(endpoint: Endpoint, endless: bytes) -> None:
    """What belongs to no body has an end, too.

    aiohttp refuses endless trailers, and waits for the end of an extension.
    """
    chunked = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
    endpoint.respond = says(chunked, endless)
    sender = LeanSender(Guard(allow=LOOPBACK))

    assert await sender.send(post(endpoint.url())) == Answer(200)

    await sender.close()


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nx: " + b"a" * 200_000,
        b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 100_000,
        b"HTTP/1.1 200 " + b"a" * 200_000,
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00",
        b"HTTP/1.1 two hundred\r\n\r\n",
        b"HTTP/3.0 200 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab",
        b"HTTP/1.1 099 x\r\ncontent-length: 0\r\n\r\n",
        b"HTTP/1.1 999 x\r\ncontent-length: 0\r\n\r\n",
    ],
)
async def test_what_is_not_http_is_no_answer(
    sender: Sender, endpoint: Endpoint, answer: bytes
) -> None:
    """Garbage and heads beyond all measure give no answer, at once."""
    endpoint.respond = says(answer)

    reply = await sender.send(post(endpoint.url(), timeout_s=20))

    assert kind(reply) is NoAnswerKind.PROTOCOL


@pytest.mark.parametrize(
    "part",
    [
        b"",
        b"HTTP/1.1 20",
        b"HTTP/1.1 200 OK\r\ncontent-le",
        b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nabc",
        b"HTTP/1.1 100 Continue\r\n\r\n",
    ],
)
async def test_cut_answer_is_no_answer(
    sender: Sender, endpoint: Endpoint, part: bytes
) -> None:
    """An answer that ends before its end, whatever its status, is none."""
    endpoint.respond = says(part, close=True)

    assert kind(await sender.send(post(endpoint.url()))) is NoAnswerKind.RESET


@pytest.mark.parametrize(
    "part",
    [
        b"HTTP/1.1 200",
        b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc",
        b"HTTP/1.1 200 OK\r\n\r\nabc",
        b"HTTP/1.1 103 x\r\n\r\n",
    ],
)
async def test_stalled_answer_times_out(
    sender: Sender, endpoint: Endpoint, part: bytes
) -> None:
    """The timeout covers the answer to its end."""
    endpoint.respond = says(part)

    reply = await sender.send(post(endpoint.url(), timeout_s=0.1))

    assert kind(reply) is NoAnswerKind.TIMEOUT


async def test_never_early(sender: Sender, endpoint: Endpoint) -> None:
    """A timeout is never shorter than asked."""
    endpoint.respond = says()
    now = asyncio.get_running_loop().time
    started = now()

    await sender.send(post(endpoint.url(), timeout_s=0.08))

    assert now() - started >= 0.079


async def test_answer_ended_by_close(sender: Sender, endpoint: Endpoint) -> None:
    """Without length and chunks the end of the connection ends the answer."""
    endpoint.respond = says(b"HTTP/1.0 202 OK\r\n\r\nqueued", close=True)

    assert await sender.send(post(endpoint.url())) == Answer(202, None, "queued")
