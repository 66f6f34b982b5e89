"""What must hold of the lean sender whatever a server answers.

An input is a byte that says how connections end, then answers with `NEXT` between
them, each of them cut into segments at `CUT`. `PAD` stands for many bytes, so that
short inputs reach the sender's limits.
"""

import re
from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple, TypeAlias

from bus.adapters.http.exchange import Connection, Result
from bus.adapters.http.origin import Origin
from bus.adapters.http.reply import MOST_BODY, MOST_HEAD
from bus.ports import Answer, NoAnswer, NoAnswerKind
from tests.fuzz.by_aiohttp import opinion
from tests.fuzz.unplugged import DEADLINES, LOOP, Unplugged

CUT, NEXT, PAD, PADDED = b"\x1d", b"\x1c", b"\x1e", 20_000
_MOST_ANSWERS, _MOST_PADS, _LONGEST_TEXT = 3, 8, 200
# Why an answer that aiohttp accepts may be none to the sender.
_EXCUSES = {
    "a parser newer than the one in aiohttp": rb"transfer-encoding *:\s*[\r\n]",
    "not framed anew by a trailer": rb"\n0(?s:.*)\ntransfer-encoding *:",
    "folded as in RFC 9112 section 5.2": rb"transfer-encoding:[^\n]*\n[ \t]",
    "forbidden by RFC 9110 section 5.5, in trailers too": rb"\n0(?s:.*)\0",
}


_Ending: TypeAlias = Callable[[Connection], None]


def _hang_up(connection: Connection, error: Exception | None = None) -> None:
    connection.connection_lost(error)


# What becomes of an answer that is not whole; None: it may be whole by this end.
ENDINGS: Sequence[tuple[_Ending, NoAnswerKind | None]] = (
    (_hang_up, None),
    (partial(_hang_up, error=OSError()), NoAnswerKind.RESET),
    (Connection.expire, NoAnswerKind.TIMEOUT),
)


class Told(NamedTuple):
    """What the sender made of an answer.

    `needed` are the bytes of it that told, None if it took the connection's end.
    `reused`: the connection had been used before; `kept`: it can be used again.
    """

    result: Result
    needed: int | None
    reused: bool
    kept: bool


def check(data: bytes) -> None:
    """Raise if an input makes the sender break a promise."""
    ending, kind = ENDINGS[data[0] % len(ENDINGS) if data else 0]
    server = _Server(ending)
    content = data[1:].replace(PAD, b"a" * PADDED, _MOST_PADS)
    for answer in content.split(NEXT, _MOST_ANSWERS - 1):
        segments = [segment for segment in answer.split(CUT) if segment]
        whole = b"".join(segments)
        told = server.answer(segments)
        alone = _Server().answer([whole] if whole else [])
        _sound(told)
        if told.result is None:
            assert told.reused, "no second try for a new connection"
            assert not whole, "no second try once something came"
        elif len(whole) <= MOST_HEAD:
            _same(told, alone, kind)
            _agrees(whole, alone)


def _sound(told: Told) -> None:
    """Its texts are short and printable, and only a whole answer keeps connections."""
    assert told.needed is not None or not told.kept
    if isinstance(told.result, Answer):
        for text in (told.result.retry_after or "", told.result.excerpt):
            assert len(text) <= _LONGEST_TEXT
            assert text.isprintable()


def _same(told: Told, alone: Told, kind: NoAnswerKind | None) -> None:
    """Neither cuts nor what came before matter, and no ending makes an answer."""
    assert (told.needed is None) == (alone.needed is None)
    if told.needed is not None or kind is None:
        assert told.result == alone.result
    else:
        assert isinstance(told.result, NoAnswer)
        assert told.result.kind is kind
    assert alone.kept or not told.kept


def _agrees(whole: bytes, alone: Told) -> None:
    """The sender and aiohttp make the same of it; no more connections are kept."""
    theirs = opinion(whole)
    assert not alone.kept or (theirs is not None and theirs.keeps)
    assert theirs is not None or isinstance(alone.result, NoAnswer)
    if theirs is not None and theirs.reply != alone.result:
        assert isinstance(alone.result, NoAnswer), theirs
        assert any(re.search(b"(?i)" + e, whole) for e in _EXCUSES.values()), theirs
    python = opinion(whole, of_python=True)
    if python is not None and isinstance(alone.result, Answer):
        assert isinstance(python.reply, Answer)
        assert python.reply.status == alone.result.status


class _Server:
    """The far side of connections to one origin, whose end comes as told."""

    def __init__(self, ending: _Ending = _hang_up) -> None:
        self._ending = ending
        self._origin = Origin("partner.example", 80, None)

    def answer(self, segments: Sequence[bytes]) -> Told:
        """Answer a request."""
        kept = self._origin.take()
        connection = kept or Connection(LOOP, self._origin, DEADLINES)
        if kept is None:
            connection.connection_made(Unplugged())
        results: list[Result] = []
        connection.exchange(b"", 1.0, results.append)
        received, needed = 0, None
        for segment in segments:
            connection.data_received(segment)
            received += len(segment)
            if results and needed is None:
                needed = received
            assert results or received <= MOST_HEAD + MOST_BODY, "no end of it"
            if not connection.alive:
                break
        if needed is None:
            self._ending(connection)
        alive = connection.alive
        if not alive and connection in self._origin.open:
            connection.connection_lost(None)
        (result,) = results
        return Told(result, needed, kept is not None, alive)
