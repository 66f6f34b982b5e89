"""Both senders make the same of the same bytes: a table, and what hypothesis finds."""

import asyncio
import re
from collections.abc import AsyncIterator
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from bus.adapters.http.guard import Guard
from bus.adapters.http.reply import no_answer
from bus.ports import NoAnswerKind, Reply, Sender
from tests.contract.sender.answers import ANSWERS, EMPTY, OK
from tests.contract.sender.worlds import LOOPBACK, REAL, post
from tests.support.endpoint import Endpoint, Exchange
from tests.support.examples import examples

_EMPTY_ENCODING = re.compile(rb"transfer-encoding *: *\r?\n", re.IGNORECASE)


class Bed(NamedTuple):
    """Both senders and one endpoint."""

    senders: tuple[Sender, ...]
    endpoint: Endpoint

    async def replies(self, *chunks: bytes) -> list[Reply]:
        """What each sender makes of an answer after which the endpoint hangs up."""

        def respond(exchange: Exchange) -> None:
            for chunk in chunks:
                exchange.write(chunk)
            exchange.close()

        self.endpoint.respond = respond
        url = self.endpoint.url()
        return list(await asyncio.gather(*(s.send(post(url)) for s in self.senders)))

    async def replies_later(self, first: bytes, later: bytes) -> list[Reply]:
        """What each sender makes of an answer in two parts with a break between."""

        def respond(exchange: Exchange) -> None:
            def finish() -> None:
                exchange.write(later)
                exchange.close()

            exchange.write(first)
            asyncio.get_running_loop().call_later(0.02, finish)

        self.endpoint.respond = respond
        sent = post(self.endpoint.url(), timeout_s=0.5)
        return list(await asyncio.gather(*(s.send(sent) for s in self.senders)))

    async def compare(self, answer: bytes) -> None:
        """Both senders make the same of an answer, whether they know it or not."""
        by_aiohttp, by_lean = await self.replies(answer)
        assert by_aiohttp == by_lean
        assert await self.replies(answer) == [by_aiohttp, by_lean]


@pytest.fixture
async def bed() -> AsyncIterator[Bed]:
    """Both senders and one endpoint."""
    async with Endpoint() as endpoint:
        senders = tuple(
            REAL[name](Guard(allow=LOOPBACK), None) for name in ("aiohttp", "lean")
        )
        yield Bed(senders, endpoint)
        for sender in senders:
            await sender.close()


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda a: repr(a[:60]))
async def test_same_reply_to_the_table(bed: Bed, answer: bytes) -> None:
    """Well-formed, odd and hostile answers mean the same to both."""
    await bed.compare(answer)


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda a: repr(a[:60]))
async def test_same_reply_however_cut(bed: Bed, answer: bytes) -> None:
    """Where the network cuts the bytes does not matter to the lean sender."""
    _, whole = await bed.replies(answer)
    third = max(len(answer) // 3, 1)

    _, cut = await bed.replies(
        answer[:third], answer[third : 2 * third], answer[2 * third :]
    )

    assert cut == whole


_TOKEN = st.sampled_from(
    ["x", "content-length", "transfer-encoding", "retry-after", "connection", "a b"]
)
_VALUE = st.one_of(
    st.sampled_from(
        ["0", "3", "5", "chunked", "close", "keep-alive", "gzip", " ", "1;"]
    ),
    st.text(st.characters(min_codepoint=0x20, max_codepoint=0xFF), max_size=10),
)
_LINE = st.tuples(_TOKEN, st.sampled_from([": ", ":", " : "]), _VALUE).map(
    lambda parts: "".join(parts).encode("latin-1") + b"\r\n"
)
_STATUS = st.builds(
    lambda version, status, reason: f"HTTP/{version} {status}{reason}\r\n".encode(),
    st.sampled_from(["1.1", "1.0", "1.1", "1.1"]),
    st.integers(min_value=90, max_value=620),
    st.sampled_from(["", " ", " OK", " Not Found"]),
)
_BODY = st.one_of(
    st.binary(max_size=20),
    st.sampled_from([b"3\r\nabc\r\n0\r\n\r\n", b"0\r\n\r\n", b"5\r\nab"]),
)
_WHOLE = st.builds(
    lambda status, lines, body: status + b"".join(lines) + b"\r\n" + body,
    _STATUS,
    st.lists(_LINE, max_size=4),
    _BODY,
)


@given(answer=st.one_of(_WHOLE, st.binary(max_size=200)))
@example(answer=b"HTTP/1.1 200\r\n\r\n")
@settings(
    max_examples=examples(200),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
async def test_same_reply_to_anything(bed: Bed, answer: bytes) -> None:
    """Whatever comes over the wire, both make the same of it."""
    # The parser inside aiohttp is older and lets an empty one pass.
    assume(not _EMPTY_ENCODING.search(answer))
    await bed.compare(answer)


_CHUNKED = OK + b"transfer-encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    ("first", "later"),
    [
        (OK + b"content-len", b"gth: x\r\n\r\n"),
        (OK + b"content-length: 3\r\n\r\na", b"bc"),
        (_CHUNKED, b"5\r\nabcde\r\n0\r\n\r\n"),
        (b"HTTP/1.1 103 x\r\n\r\n", OK + EMPTY),
        (OK + EMPTY, b"HTTP/1.1 500 x\r\n" + EMPTY),
        (OK, b"\r\nuntil the end"),
    ],
)
async def test_same_reply_in_two_times(bed: Bed, first: bytes, later: bytes) -> None:
    """An answer that comes in two parts, some time apart, means the same to both."""
    one, other = await bed.replies_later(first, later)

    assert one == other


@pytest.mark.parametrize(
    ("later", "words"),
    [
        (b"ZZ garbage\r\n", "a chunk's size that is no number"),
        (b"5\r\nabcdefgh\r\n", "a chunk that is longer than its size"),
    ],
)
async def test_garbage_in_the_middle_of_a_body(
    bed: Bed, later: bytes, words: str
) -> None:
    """A body that turns out broken is no answer, at once."""
    replies = await bed.replies_later(_CHUNKED + b"1\r\na\r\n", later)

    assert replies == [no_answer(NoAnswerKind.PROTOCOL, words)] * 2
