"""What an old sender, or its files, may hold: limits, and words for what is wrong."""

import asyncio
from urllib.parse import urlsplit

import pytest

from bus.adapters.memory import MemoryClock
from bus.errors import ConfigurationError
from bus.migration.recorded import Recorded, UnreadError, sent_of
from bus.migration.terms import Reading, parse_terms
from bus.sending import Answer
from processors.parity.page import clean, pretty
from processors.parity.tap import Tap
from tests.unit.processors.parity.test_recording import Partner

HEAD = b"host: x\r\ncontent-length: 2\r\n\r\n{}"


async def said(tap: Tap, request: bytes) -> bytes:
    """The head of what the tap answers."""
    port = await tap.start("127.0.0.1", 0)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(request)
        return await reader.readuntil(b"\r\n")
    finally:
        writer.close()
        await tap.close()


@pytest.mark.parametrize("target", [b"m://x/path", b"*", b"http://else.example/x"])
async def test_only_a_path_is_passed_on(target: bytes) -> None:
    """Behind the partner's address anything else would be another host."""
    partner = Partner()
    tap = Tap(MemoryClock(), partner, "https://shop.co", lambda _: None)
    answer = await said(tap, b"POST " + target + b" HTTP/1.1\r\n" + HEAD)
    assert answer.startswith(b"HTTP/1.1 400")
    assert partner.posts == []


async def test_a_header_that_repeats_is_whole() -> None:
    """For the partner, and in the recording."""
    partner, kept = Partner(Answer(200)), list[Recorded]()
    tap = Tap(MemoryClock(), partner, "https://shop.co", kept.append)
    twice = b"POST /a HTTP/1.1\r\nX-A: 1\r\nx-a: 2\r\n" + HEAD
    assert (await said(tap, twice)).startswith(b"HTTP/1.1 200")
    assert dict(partner.posts[0].headers)["x-a"] == "1, 2"
    assert kept[0].headers["x-a"] == "1, 2"
    assert urlsplit(partner.posts[0].url).hostname == "shop.co"


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"POST /a HTTP/1.1\r\n" + b"x-a: 1234567\r\n" * 20_000 + HEAD, b"431"),
        (
            b"POST /a HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n2100000\r\n"
            + b"x" * 0x2100000,
            b"413",
        ),
    ],
    ids=["headers", "body"],
)
async def test_a_request_has_an_end(request_: bytes, status: bytes) -> None:
    """What could be no line of a recording is not held in memory."""
    tap = Tap(MemoryClock(), Partner(), "https://shop.co", lambda _: None)
    assert (await said(tap, request_)).startswith(b"HTTP/1.1 " + status)


@pytest.mark.parametrize(
    "body", [b'{"type": NaN}', b'{"type": 1, "type": 2}', b"[" * 5_000, b"<a>"]
)
def test_a_body_that_cannot_be_read_is_told_as_one(body: bytes) -> None:
    """Not as one that does not say its type."""
    recorded = Recorded("old:1", 0, body, {})
    with pytest.raises(UnreadError, match="its body cannot be read: "):
        sent_of(recorded, Reading())


@pytest.mark.parametrize("text", ["[1, 2]", "words", "7"])
def test_terms_are_names_with_values(text: str) -> None:
    """Anything else is said in words of the reader's."""
    with pytest.raises(ConfigurationError, match="terms: expected names with values"):
        parse_terms(text)


def test_a_page_has_nothing_that_moves_a_cursor() -> None:
    """Nor does it fail by a body that is all brackets."""
    gone = "\N{REPLACEMENT CHARACTER}"
    assert clean("a\x1b[2J\u202eb\n\tc") == f"a{gone}[2J{gone}b\n\tc"
    assert clean(7) == 7
    assert pretty("[" * 4_000) == "[" * 4_000
