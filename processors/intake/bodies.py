"""A body read from a connection: bounded, in time, unpacked no further than allowed."""

import asyncio
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from aiohttp import HttpVersion11, web

from processors.intake.answering import (
    BAD_ENCODING,
    BROKEN_BODY,
    NO_GZIP,
    TOO_SLOW,
    Given,
    TurnedAwayError,
    too_large,
)

_GZIP = 16 + zlib.MAX_WBITS
_OF_ONE = 4


class Memory:
    """How many bytes of bodies are held at once: of all, of one a quarter as many."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._held: Counter[str] = Counter()
        self._total = 0

    @contextmanager
    def holding(self, source: str) -> Iterator["Share"]:
        """What one request holds; given back in the end."""
        share = Share(self, source)
        try:
            yield share
        finally:
            self._total -= share.held
            self._held[source] -= share.held
            if not self._held[source]:
                del self._held[source]

    def take(self, source: str, size: int) -> bool:
        """Whether there is so much room for a source."""
        mine = self._held[source] + size
        if self._total + size > self._most or mine > self._most // _OF_ONE:
            return False
        self._held[source] = mine
        self._total += size
        return True


class Share:
    """What one request holds."""

    __slots__ = ("_memory", "_source", "held")

    def __init__(self, memory: Memory, source: str) -> None:
        self._memory = memory
        self._source = source
        self.held = 0

    def take(self, size: int) -> bool:
        """Whether there is room for so much more."""
        if not self._memory.take(self._source, size):
            return False
        self.held += size
        return True


async def read_body(
    request: web.BaseRequest,
    most: int,
    within_s: float,
    share: Share,
    full: Callable[[], Given],
) -> bytes:
    """The bytes of the body, as they came; `full` makes the answer without room.

    Raises:
        TurnedAwayError: it is too large, too slow, breaks off; or there is no room.
    """
    if (request.content_length or 0) > most:
        raise TurnedAwayError(too_large(most))
    if request.headers.get("Expect", "").lower() == "100-continue":
        _ask_for_it(request)
    body = bytearray()
    try:
        async with asyncio.timeout(within_s):
            async for chunk in request.content.iter_any():
                if len(body) + len(chunk) > most:
                    raise TurnedAwayError(too_large(most))
                if not share.take(len(chunk)):
                    raise TurnedAwayError(full())
                body += chunk
    except TimeoutError:
        raise TurnedAwayError(TOO_SLOW) from None
    except (web.RequestPayloadError, OSError):  # or the client has left
        raise TurnedAwayError(BROKEN_BODY) from None
    return bytes(body)


def _ask_for_it(request: web.BaseRequest) -> None:
    if request.version >= HttpVersion11 and request.transport is not None:
        request.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")


def encoding_of(request: web.BaseRequest) -> str:
    """How the body is packed: gzip, or empty.

    Raises:
        TurnedAwayError: in another way.
    """
    given = [
        one.strip().lower() for one in request.headers.getall("Content-Encoding", ())
    ]
    packed = [one for one in given if one not in {"", "identity"}]
    if not packed:
        return ""
    if packed != ["gzip"]:
        raise TurnedAwayError(BAD_ENCODING)
    return "gzip"


def unpacked(body: bytes, most: int) -> bytes:
    """What a gzip body holds, as long as that is not too much.

    Raises:
        TurnedAwayError: it is, or it is none.
    """
    stream = zlib.decompressobj(_GZIP)
    try:
        content = stream.decompress(body, most + 1)
    except zlib.error:
        raise TurnedAwayError(NO_GZIP) from None
    if len(content) > most:
        raise TurnedAwayError(too_large(most))
    if not stream.eof or stream.unused_data:
        raise TurnedAwayError(BROKEN_BODY)
    return content
