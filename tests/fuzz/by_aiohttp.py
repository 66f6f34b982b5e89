"""What aiohttp's parsers make of an answer: the other opinions.

The one in C as the other sender has it, patient; the one in Python as it is.
"""

from typing import NamedTuple

from aiohttp import ClientPayloadError
from aiohttp.base_protocol import BaseProtocol
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.http_parser import HttpResponseParser, HttpResponseParserPy

from bus.adapters.http.patient import PatientParser
from bus.adapters.http.reply import MOST_BODY, MOST_HEAD, answer
from bus.ports import Reply
from tests.fuzz.unplugged import LOOP


class Opinion(NamedTuple):
    """A reply, and whether its connection can be used again."""

    reply: Reply
    keeps: bool


def opinion(content: bytes, *, of_python: bool = False) -> Opinion | None:
    """What aiohttp makes of bytes after which the server hangs up; None if nothing.

    `of_python` asks its parser in Python, which shares nothing with the one in C.
    """

    def make() -> HttpResponseParser:
        return (HttpResponseParserPy if of_python else HttpResponseParser)(
            BaseProtocol(LOOP),
            LOOP,
            MOST_HEAD + MOST_BODY,
            max_line_size=MOST_HEAD,
            max_field_size=MOST_HEAD,
            max_headers=MOST_HEAD,
            payload_exception=ClientPayloadError,
            read_until_eof=True,
            auto_decompress=False,
        )

    parser = make() if of_python else PatientParser(make)
    try:
        messages, upgraded, tail = parser.feed_data(content)
        finals = [m for m in messages if not 100 <= m[0].code < 200 or m[0].code == 101]
        if not finals:
            return None
        message, payload = finals[0]
        odd = isinstance(parser, PatientParser) and parser.odd
        closing = any(m.should_close for m, _ in messages)
        closes = upgraded or tail or finals[1:] or closing or odd
        keeps = payload.is_eof() and not closes
        if not payload.is_eof():
            parser.feed_eof()
        body = payload.read_nowait()
    except (ClientPayloadError, HttpProcessingError):
        return None
    raw = message.headers.get("Retry-After")
    after = None if raw is None else raw.encode("utf-8", "surrogateescape")
    return (
        Opinion(answer(message.code, after, body), keeps) if payload.is_eof() else None
    )
