"""One answer, read whole or as far as anybody needs, with its headers.

The senders keep of an answer what deliveries need, status and excerpt. A probe also
tells where a redirect points, and where an answer stopped.
"""

import asyncio
import ssl
from dataclasses import dataclass, field

import httptools

from bus.adapters.http.parser import new_parser, words
from bus.adapters.http.reply import (
    EXCERPT_BYTES,
    MOST_BODY,
    MOST_HEAD,
    excerpt,
    no_answer,
    why,
)
from bus.ports import NoAnswer, NoAnswerKind
from bus.probing import Exchanged

_MOST_HEADERS = 100
_READ = 65_536
_FINAL, _SWITCHING = 200, 101
_BODILESS = (204, 304)


@dataclass(slots=True)
class _Answer:
    """What httptools tells of an answer."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    start: bytes = b""
    size: int = 0
    received: int = 0
    headed: bool = False
    whole: bool = False
    keep: bool = False
    parser: httptools.HttpResponseParser | None = None

    def on_message_begin(self) -> None:
        """Forget an informational answer."""
        if not self.whole:
            self.headers.clear()

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep it, unless it is a trailer or one too many."""
        if not self.headed and len(self.headers) < _MOST_HEADERS:
            self.headers.setdefault(excerpt(name.strip()).lower(), excerpt(value))

    def on_headers_complete(self) -> None:
        """Learn the status."""
        if self.parser is None or self.whole:
            return
        self.status = self.parser.get_status_code()
        self.headed = self.status >= _FINAL or self.status == _SWITCHING

    def on_body(self, body: bytes) -> None:
        """Keep its start."""
        if len(self.start) < EXCERPT_BYTES:
            self.start += body[:EXCERPT_BYTES]
        self.size += len(body)

    def on_message_complete(self) -> None:
        """It is whole, unless it is an informational one."""
        if self.headed and self.parser is not None:
            self.whole = True
            self.keep = self.parser.should_keep_alive()

    @property
    def framed(self) -> bool:
        """Whether it says where it ends."""
        said = self.headers.keys() & {"content-length", "transfer-encoding"}
        return bool(said) or self.status in _BODILESS

    @property
    def enough(self) -> bool:
        """Whether no more is read: it is whole, or longer than anybody needs."""
        return self.whole or self.size > MOST_BODY or self.received > _MOST

    def told(self, took_s: float, failure: NoAnswer | None = None) -> Exchanged:
        """What there is to tell."""
        return Exchanged(
            status=self.status if self.headed else 0,
            headers=dict(self.headers) if self.headed else {},
            excerpt=excerpt(self.start),
            body_bytes=self.size,
            took_s=took_s,
            began=self.received > 0,
            whole=self.whole,
            kept=self.whole and self.keep and failure is None,
            failure=failure,
        )


_MOST = MOST_HEAD + MOST_BODY


async def converse(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    request: bytes,
    timeout_s: float,
) -> Exchanged:
    """Send a request and read its answer, within the time."""
    now = asyncio.get_running_loop().time
    began = now()
    answer = _Answer()
    failure: NoAnswer | None = None
    try:
        async with asyncio.timeout(timeout_s):
            writer.write(request)
            await writer.drain()
            failure = await _read(reader, answer)
    except TimeoutError:
        failure = no_answer(NoAnswerKind.TIMEOUT)
    except ssl.SSLError as error:
        # TLS 1.3: a client certificate that it does not want shows while reading.
        failure = no_answer(NoAnswerKind.TLS, why(error))
    except OSError as error:
        failure = no_answer(NoAnswerKind.RESET, why(error))
    finally:
        answer.parser = None  # they know each other
    return answer.told(now() - began, failure)


async def _read(reader: asyncio.StreamReader, answer: _Answer) -> NoAnswer | None:
    parser = answer.parser = new_parser(answer)
    while not answer.enough:
        data = await reader.read(_READ)
        if not data:
            answer.whole = answer.headed and not answer.framed
            return None if answer.whole else no_answer(NoAnswerKind.RESET)
        answer.received += len(data)
        try:
            parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            answer.whole = True
        except httptools.HttpParserError as error:
            if not answer.whole:
                return no_answer(NoAnswerKind.PROTOCOL, words(error))
        if not answer.headed and answer.received > MOST_HEAD:
            return no_answer(NoAnswerKind.PROTOCOL, "its head is too long")
    return None
