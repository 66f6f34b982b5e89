"""Answers that came before are looked up; what they mean stays the same."""

import asyncio
from dataclasses import dataclass, field
from typing import cast

from bus.adapters.http.deadlines import Deadlines
from bus.adapters.http.exchange import Connection, Result
from bus.adapters.http.origin import Origin
from bus.adapters.http.pool import Known
from bus.ports import Answer, NoAnswer

_OK = b"HTTP/1.1 200 OK\r\ndate: Sun\r\ncontent-length: 2\r\n\r\nhi"
_CLOSING = b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"


@dataclass
class _Wire:
    """A transport that takes everything and says whether it was hung up."""

    closed: bool = False
    written: list[bytes] = field(default_factory=list)

    def write(self, data: bytes) -> None:
        self.written.append(data)

    def close(self) -> None:
        self.closed = True

    abort = close

    def is_closing(self) -> bool:
        return self.closed

    def get_write_buffer_size(self) -> int:
        return 0

    def get_extra_info(self, name: str) -> None:
        """Nothing is known of it."""


@dataclass
class _Line:
    """A connection, what it is on, and what was heard."""

    origin: Origin = field(default_factory=lambda: Origin("x", 80, None))
    wire: _Wire = field(default_factory=_Wire)
    heard: list[Result] = field(default_factory=list)

    def __post_init__(self) -> None:
        loop = asyncio.get_running_loop()
        self.connection = Connection(loop, self.origin, Deadlines())
        self.connection.connection_made(cast("asyncio.Transport", self.wire))

    def asks(self, *chunks: bytes) -> Result:
        """Post, and get these bytes; what was heard, once."""
        before = len(self.heard)
        assert self.connection.exchange(b"POST", 1e9, self.heard.append)
        for chunk in chunks:
            self.connection.data_received(chunk)
        assert len(self.heard) == before + 1
        return self.heard[-1]


async def test_the_same_bytes_mean_the_same_on_any_connection() -> None:
    """Known from one, it is the very reply; the connection is kept as ever."""
    first = _Line()
    reply = first.asks(_OK)
    assert reply == Answer(200, None, "hi")
    assert list(first.origin.known) == [_OK]
    other = _Line(first.origin)
    assert other.asks(_OK) is reply
    assert other.asks(_OK[:9], _OK[9:]) == reply
    assert other.asks(_OK.replace(b"200", b"503")) == Answer(503, None, "hi")
    assert not other.wire.closed
    assert other.connection in other.origin.idle


async def test_a_part_is_no_answer_that_is_known() -> None:
    """What comes behind an informational answer, or in pieces, is parsed."""
    line = _Line()
    line.asks(_OK)
    informed = b"HTTP/1.1 103 Early\r\n\r\n"
    assert line.asks(informed, _OK) == Answer(200, None, "hi")
    assert line.asks(informed + _OK) == Answer(200, None, "hi")
    whole = b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%b" % (len(_OK), _OK)
    head, body = whole[: -len(_OK)], whole[-len(_OK) :]
    assert cast("Answer", line.asks(head, body)).excerpt.startswith("HTTP/1.1 200")
    assert not line.wire.closed


async def test_what_ends_a_connection_is_never_known() -> None:
    """An answer that closes, one too many, and one that is broken."""
    for bytes_ in (_CLOSING, _OK + _OK, _OK + b"x", b"nonsense\r\n\r\n"):
        line = _Line()
        reply = line.asks(bytes_)
        assert line.wire.closed
        assert not line.origin.known
        again = _Line(line.origin)
        assert again.asks(bytes_) == reply
        assert again.wire.closed
    assert isinstance(reply, NoAnswer)


def test_few_and_short_ones_are_kept() -> None:
    """An endpoint whose answers are all different, or long, costs no memory."""
    known = Known()
    for number in range(100):
        known.learn(b"%d" % number, Answer(200))
    known.learn(bytes(2_000), Answer(200))
    assert list(known) == [b"%d" % number for number in range(92, 100)]
