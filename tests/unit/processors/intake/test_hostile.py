"""Whoever wants to do harm at the door gets an answer, and nothing else."""

import asyncio
import gzip
import json
import zlib
from pathlib import Path

import pytest

from processors.intake.door import DoorPlace
from processors.intake.serving import DoorBounds
from processors.sources import steps
from tests.support.door import ORDER, SECRET, Knocker, opened, signed, until
from tests.support.sources import added
from tests.support.worlds import Worlds

POST = b"POST /in/shop-eu HTTP/1.1\r\nHost: x\r\n"


def status(answer: bytes) -> int:
    """The status of the first answer in it."""
    return int(answer.split(b" ", 2)[1])


async def test_too_large_bodies(knock: Knocker) -> None:
    """Refused by what they say, or by what they are; nothing of them is kept."""
    await steps.update(knock.world, "shop-eu", {"max_body": 1_000})
    said = await knock.talk(POST + b"Content-Length: 1001\r\n\r\n")
    assert status(said) == 413
    chunk = b"190\r\n" + b"x" * 0x190 + b"\r\n"
    grows = await knock.talk(POST + b"Transfer-Encoding: chunked\r\n\r\n" + 3 * chunk)
    assert status(grows) == 413
    exact = b"x" * 1_000
    assert (await knock("/in/shop-eu", exact, signed(exact))).status == 200
    assert [raw.submission.body for raw in knock.kept()] == [exact]


async def test_bombs(knock: Knocker) -> None:
    """What is small only as long as it is packed."""
    await steps.update(knock.world, "shop-eu", {"max_body": 10_000})
    bomb = gzip.compress(b"0" * 5_000_000)
    assert len(bomb) < 10_000
    packed = {"Content-Encoding": "gzip"}
    assert (await knock("/in/shop-eu", bomb, signed(bomb) | packed)).status == 413


@pytest.mark.parametrize(
    ("body", "encoding", "expected"),
    [
        (b"no gzip at all", "gzip", 400),
        (gzip.compress(ORDER, mtime=0)[:-3], "gzip", 400),
        (gzip.compress(ORDER, mtime=0) + b"more", "gzip", 400),
        (zlib.compress(ORDER), "deflate", 415),
        (ORDER, "br", 415),
        (gzip.compress(gzip.compress(ORDER, mtime=0), mtime=0), "gzip, gzip", 415),
        (ORDER, "identity", 200),
    ],
)
async def test_odd_encodings(
    knock: Knocker, body: bytes, encoding: str, expected: int
) -> None:
    """Gzip once, whole; nothing else."""
    headers = signed(body) | {"Content-Encoding": encoding}
    assert (await knock("/in/shop-eu", body, headers)).status == expected


@pytest.mark.parametrize(
    "rest",
    [
        b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n-1\r\n{}\r\n0\r\n\r\n",
        b"Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n{}",
        b"Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
        b"Transfer-Encoding: chunked, gzip\r\n\r\n{}",
        b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
        b"Content-Length: -2\r\n\r\n{}",
        b"Content-Length: two\r\n\r\n{}",
        b"Content-Length: +2\r\n\r\n{}",
        b"X: \x00\r\nContent-Length: 2\r\n\r\n{}",
        b"X : y\r\nContent-Length: 2\r\n\r\n{}",
        b" folded: y\r\nContent-Length: 2\r\n\r\n{}",
    ],
)
async def test_bad_framing(knock: Knocker, rest: bytes) -> None:
    """Refused, and the connection ends: what follows is nobody's request."""
    smuggled = b"POST /in/shop-eu HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"
    answer = await knock.talk(POST + rest + smuggled)
    assert status(answer) in {400, 401}
    assert answer.count(b"HTTP/1.") == 1
    assert knock.kept() == []


async def test_floods_of_headers(knock: Knocker) -> None:
    """Too many, too long, or too much in all."""
    many = b"".join(b"X-%d: y\r\n" % n for n in range(200))
    assert status(await knock.talk(POST + many + b"\r\n")) == 431
    assert status(await knock.talk(POST + b"X: " + b"y" * 9_000 + b"\r\n\r\n")) == 431
    much = b"".join(b"X-%d: %s\r\n" % (n, b"y" * 4_000) for n in range(20))
    end = b"Connection: close\r\n\r\n"
    assert status(await knock.talk(POST + much + end)) == 431
    assert status(await knock.talk(b"POST /" + b"a" * 9_000 + b" HTTP/1.1\r\n")) == 431


async def test_nonsense_is_no_request(knock: Knocker) -> None:
    """And nothing of it comes back."""
    for text in (b"\x16\x03\x01\x02\x00\x01\x00", b"hush\r\n\r\n", b"GET\r\n\r\n"):
        answer = await knock.talk(text + b"\r\n\r\n")
        assert status(answer) == 400
        assert b"hush" not in answer


async def test_slow_senders_are_hung_up_on(worlds: Worlds, tmp_path: Path) -> None:
    """A head, or a body, that never comes holds a connection for a moment only."""
    bounds, place = DoorBounds(body_s=0.2), DoorPlace(idle_s=0.2)
    async with opened(worlds, tmp_path, bounds, place) as knock:
        async with asyncio.timeout(20):
            assert await knock.talk(b"POST /in/shop-eu HTTP/1.1\r\nHos") == b""
            slow = await knock.talk(POST + b"Content-Length: 100\r\n\r\n{")
        assert status(slow) == 408
        assert knock.serving.in_flight == 0


async def test_who_leaves_leaves_nothing(knock: Knocker) -> None:
    """A body that breaks off is not kept, and its memory is given back."""
    host, port = knock.door.url.removeprefix("http://").split(":")
    _, writer = await asyncio.open_connection(host, int(port))
    writer.write(POST + b"Content-Length: 100\r\n\r\n{")
    await writer.drain()
    await until(lambda: knock.serving.in_flight)
    writer.close()
    async with asyncio.timeout(20):
        await knock.serving.idle()
    assert knock.kept() == []


async def test_two_signatures_are_none(knock: Knocker) -> None:
    """Which of them would count is nobody's guess."""
    good = signed(ORDER)["X-Shopify-Hmac-SHA256"].encode()
    for pair in ((good, b"AAAA"), (b"AAAA", good), (good, good)):
        lines = b"".join(b"X-Shopify-Hmac-SHA256: %s\r\n" % one for one in pair)
        rest = b"Content-Length: %d\r\nConnection: close\r\n\r\n" % len(ORDER)
        assert status(await knock.talk(POST + lines + rest + ORDER)) == 401
    assert knock.kept() == []


async def test_an_old_body_is_verified_as_ever(knock: Knocker) -> None:
    """Where no time is signed deduplication knows it; a secret that is over ends it."""
    old = signed(ORDER)
    assert (await knock("/in/shop-eu", ORDER, old)).status == 200
    assert (await knock("/in/shop-eu", ORDER, old)).status == 200
    first, second = knock.kept()
    assert first.submission.body == second.submission.body
    assert first.id != second.id
    await steps.rotate(knock.world, "shop-eu", 0, text="the-next-secret")
    assert (await knock("/in/shop-eu", ORDER, old)).status == 401


async def test_no_answer_tells_a_secret(knock: Knocker) -> None:
    """Neither ours nor what was sent."""
    for got in (
        await knock("/in/shop-eu", b"hush", {"X-Shopify-Hmac-SHA256": "aHVzaA=="}),
        await knock("/in/hush", b"hush"),
        await knock("/in/shop-eu", b"hush", {"Content-Encoding": "hush"}),
    ):
        assert b"hush" not in got.body
        assert SECRET.encode() not in got.body
        assert "aiohttp" not in str(got.headers)
    assert SECRET not in str(knock.observer.notes)


async def test_one_source_does_not_starve_another(
    worlds: Worlds, tmp_path: Path
) -> None:
    """A source's share of the memory is its own; others have theirs."""
    bounds = DoorBounds(memory_bytes=400_000)
    async with opened(worlds, tmp_path, bounds) as knock:
        host, port = knock.door.url.removeprefix("http://").split(":")
        writers = []
        for _ in range(3):  # 90,000 of the 100,000 bytes that one source may hold
            _, writer = await asyncio.open_connection(host, int(port))
            writer.write(POST + b"Content-Length: 60000\r\n\r\n" + b"x" * 30_000)
            await writer.drain()
            writers.append(writer)
        await until(lambda: knock.serving.in_flight == 3)
        got = await knock.shopify(b"y" * 30_000)
        assert got.status in {200, 503}
        await added(knock.world, id="other", secret=SECRET)
        body = b"z" * 50_000
        assert (await knock("/in/other", body, signed(body))).status == 200
        for writer in writers:
            writer.close()


async def test_a_secret_that_it_signs_with_is_not_kept(knock: Knocker) -> None:
    """Somebody pasted it into a note; the signature is over what came."""
    body = json.dumps({"id": 1, "note": SECRET}).encode()
    assert (await knock.shopify(body)).status == 200
    (raw,) = knock.kept()
    assert SECRET.encode() not in raw.submission.body
    assert raw.redacted == {"shared-secret": 1}


async def test_what_is_not_gzip_is_told_so(knock: Knocker) -> None:
    """Not that it breaks off."""
    headers = {**signed(ORDER), "Content-Encoding": "gzip"}
    got = await knock(body=ORDER, headers=headers)
    assert (got.status, got.body) == (400, b"the body is not what gzip makes\n")
