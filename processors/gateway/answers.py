"""Answers as they go out: status, headers, bytes."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import BaseModel

from processors.gateway.problems import MEDIA_TYPE, NOT_AUTHENTICATED, ProblemError
from processors.gateway.routes import Reply, Route, Stream

_NO_CONTENT = 204
NOT_MODIFIED = 304
LINE_END = b"\n"
"""Behind every document: `curl` leaves a prompt in the line that it ends in."""
PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "Server": "Orderbus",
    "X-Content-Type-Options": "nosniff",
}


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer, ready to be sent and to be sent again."""

    status: int
    body: bytes = field(repr=False)
    headers: Mapping[str, str]
    stream: Stream | None = None


def answered(route: Route, reply: Reply) -> Answered:
    """What a handler answered, by its row."""
    body, stream = b"", None
    match reply.content:
        case BaseModel():
            body = reply.content.model_dump_json(by_alias=True).encode() + LINE_END
        case bytes():
            body = reply.content
        case _:
            stream = reply.content
    headers = dict(_HEADERS)
    status = reply.status or route.status
    if status != _NO_CONTENT:
        headers["Content-Type"] = reply.media_type
    if len(route.media_types) > 1:
        headers["Vary"] = "Accept"
    if reply.etag:
        headers["ETag"] = reply.etag
    return Answered(status, body, headers | dict(reply.headers), stream)


def etag_of(content: bytes) -> str:
    """An ETag that is the same as long as the content is."""
    return f'"{hashlib.sha256(content).hexdigest()[:32]}"'


def unless_known(done: Answered, known: str) -> Answered:
    """The answer, or 304 without a body if `If-None-Match` says that it is known.

    RFC 9110, 13.1.2: compared weakly, since a proxy may have compressed it.
    """
    here = done.headers.get("ETag")
    listed = {tag.strip().removeprefix("W/") for tag in known.split(",")}
    if here is None or not ({here, "*"} & listed):
        return done
    headers = {k: v for k, v in done.headers.items() if k != "Content-Type"}
    return Answered(NOT_MODIFIED, b"", headers)


def refused(problem: ProblemError, request_id: str) -> Answered:
    """A problem as an answer."""
    headers = _HEADERS | {"Content-Type": MEDIA_TYPE}
    if problem.kind is NOT_AUTHENTICATED:
        headers["WWW-Authenticate"] = 'Bearer realm="orderbus"'
    body = problem.document(request_id) + LINE_END
    return Answered(problem.kind.status, body, headers | dict(problem.headers))
