"""Answers of the door as they go out; nothing in them tells more than it has to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

from aiohttp import web

from bus.intake.channels.answers import Said

_HEADERS = {
    "Cache-Control": "no-store",
    "Server": "Orderbus",
    "X-Content-Type-Options": "nosniff",
}


@dataclass(frozen=True, slots=True)
class Given:
    """An answer. `close`: nothing more is read from the connection."""

    status: int
    body: bytes = b""
    media_type: str = "text/plain"
    headers: Mapping[str, str] = field(default_factory=dict)
    close: bool = False


class TurnedAwayError(Exception):
    """What is not taken, with its answer."""

    def __init__(self, given: Given) -> None:
        super().__init__(given.status)
        self.given = given


NOT_FOUND = Given(404, b"not found\n")
LONG_HEAD = Given(431, b"the head is too long\n", close=True)
NO_HTTP = Given(400, b"this is no HTTP request\n", close=True)
BROKEN_BODY = Given(400, b"the body breaks off\n", close=True)
NO_GZIP = Given(400, b"the body is not what gzip makes\n", close=True)
BAD_ENCODING = Given(415, b"send the body as it is, or with gzip\n", close=True)
TOO_SLOW = Given(408, b"the body took too long\n", close=True)
BUG = Given(500, b"something is wrong here; try again\n")


def too_large(most: int) -> Given:
    """A body that is larger than a source may send."""
    return Given(413, f"a body may have {most} bytes\n".encode(), close=True)


def said(
    what: Said,
    words: Mapping[str, str],
    headers: Mapping[str, str] | None = None,
    *,
    close: bool = False,
) -> Given:
    """What a channel says, `words` in the places that its body has for them."""
    more = dict(headers or {})
    if what.retry_after_s is not None:
        more["Retry-After"] = str(what.retry_after_s)
    body = what.body
    for name, word in words.items():
        place = f"{{{name}}}"
        if place in body:
            body = body.replace(
                place, escape(word) if "xml" in what.media_type else word
            )
    return Given(what.status, body.encode(), what.media_type, more, close)


def response(given: Given) -> web.Response:
    """The answer for the connection."""
    made = web.Response(
        status=given.status, body=given.body, headers={**_HEADERS, **given.headers}
    )
    if given.body:
        made.content_type = given.media_type
    if given.close:
        made.force_close()
    return made
