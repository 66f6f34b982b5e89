"""Whatever an endpoint says, a probe takes note of it and raises nothing."""

import asyncio
from typing import cast

from hypothesis import given, settings
from hypothesis import strategies as st

from bus.adapters.http.answering import converse
from bus.probing import Exchanged
from tests.support.examples import examples

PIECES = st.sampled_from(
    [
        b"HTTP/1.1 200 OK\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n",
        b"HTTP/1.0 500\r\n",
        b"HTTP/1.1 999 \xff\r\n",
        b"content-length: 3\r\n",
        b"content-length: -1\r\n",
        b"transfer-encoding: chunked\r\n",
        b"connection: upgrade\r\nupgrade: x\r\n",
        b"\x1b[2J: \x00\r\n",
        b"\r\n",
        b"3\r\nabc\r\n",
        b"0\r\n\r\n",
        b"abc",
    ]
)


class Pipe:
    """Where requests go, as far as they matter here."""

    def write(self, data: bytes) -> None:
        """Take it."""

    async def drain(self) -> None:
        """Nothing waits."""


async def told(pieces: list[bytes]) -> Exchanged:
    """What is told of an answer that comes in these pieces and ends."""
    reader = asyncio.StreamReader()
    for piece in pieces:
        reader.feed_data(piece)
    reader.feed_eof()
    pipe = cast("asyncio.StreamWriter", Pipe())
    return await converse(reader, pipe, b"POST / HTTP/1.1\r\n\r\n", 30)


@given(st.lists(st.one_of(PIECES, st.binary(max_size=40)), max_size=12))
@settings(max_examples=examples(300), deadline=None)
def test_any_answer(pieces: list[bytes]) -> None:
    """It is whole or a failure says why; all texts are printable."""
    seen = asyncio.run(told(pieces))
    assert seen.whole or seen.failure is not None
    assert not (seen.kept and seen.failure)
    assert seen.excerpt.isprintable()
    for name, value in seen.headers.items():
        assert name.isprintable()
        assert value.isprintable()
    assert 0 <= seen.status <= 999
