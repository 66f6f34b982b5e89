"""What both senders say in the same words, and what they check before posting."""

import os
import re
import ssl
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version

from bus.ports import Answer, NoAnswer, NoAnswerKind, Reply

MOST_BODY = 65_536
"""Bytes of an answer's body that are read; a longer one is cut and hung up on."""
MOST_HEAD = 65_536
"""Bytes of an answer's head, informational answers included."""
_EXCERPT = 200
EXCERPT_BYTES = 4 * _EXCERPT
"""Bytes of a body that an excerpt is made of."""
_LONGEST_DETAIL = 200
_BARE = {status: Answer(status) for status in range(100, 600)}
"""What nearly all answers are: a status alone; made once, as they never change."""
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_FORBIDDEN_IN_VALUE = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_PLAIN_NAMES = frozenset(
    {
        "content-type",
        "traceparent",
        "tracestate",
        "user-agent",
        "webhook-id",
        "webhook-signature",
        "webhook-timestamp",
    }
)
_OURS = frozenset({"host", "content-length", "transfer-encoding", "connection"})


def user_agent() -> str:
    """`Orderbus/<version>`."""
    try:
        return f"Orderbus/{version('orderbus')}"
    except PackageNotFoundError:
        return "Orderbus"


def excerpt(body: bytes) -> str:
    """The start of a body, at most 200 characters, all of them printable."""
    text = body[:EXCERPT_BYTES].decode("utf-8", "replace")[:_EXCERPT]
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else " " for c in text).strip()


def answer(status: int, retry_after: bytes | None, body: bytes) -> Reply:
    """An answer, unless its status is none of HTTP's."""
    bare = _BARE.get(status)
    if bare is None:
        return no_answer(NoAnswerKind.PROTOCOL, f"status {status}")
    if retry_after is None and not body:
        return bare
    return Answer(
        status,
        None if retry_after is None else excerpt(retry_after.strip()),
        excerpt(body) if body else "",
    )


def refused_header(headers: Sequence[tuple[str, str]]) -> str | None:
    """Why these headers may not be sent, or None. Never repeats a value.

    The names that every webhook has are known to be good, the rest is looked at.
    """
    if _PLAIN_NAMES.issuperset([name for name, _ in headers]) and (
        "".join([value for _, value in headers]).isprintable()
    ):
        return None
    for name, value in headers:
        if not _NAME.fullmatch(name):
            return "a header's name is not a token"
        if _FORBIDDEN_IN_VALUE.search(value):
            return f"header {name} has a control character in its value"
        if name.lower() in _OURS:
            return f"header {name} is the sender's own"
    return None


_TEXTS = {
    NoAnswerKind.TIMEOUT: "no complete answer in time",
    NoAnswerKind.CONNECT: "cannot connect",
    NoAnswerKind.DNS: "the host name cannot be resolved",
    NoAnswerKind.TLS: "no TLS connection",
    NoAnswerKind.RESET: "closed before the answer was complete",
    NoAnswerKind.PROTOCOL: "not an HTTP/1.1 answer",
    NoAnswerKind.FORBIDDEN: "not an allowed destination",
}


def no_answer(kind: NoAnswerKind, why: str = "") -> NoAnswer:
    """No answer, in a sentence. `why` must hold nothing of the request."""
    text = f"{_TEXTS[kind]}: {why}" if why else _TEXTS[kind]
    return NoAnswer(kind, excerpt(text.encode())[:_LONGEST_DETAIL])


def unsent(refusal: str) -> NoAnswer:
    """A post that was never made, because of its own headers."""
    return NoAnswer(NoAnswerKind.PROTOCOL, f"not sent: {refusal}")


def why(error: BaseException) -> str:
    """What may be told of an error: the system's own words, never `str(error)`.

    The texts of third-party errors hold URLs and headers.
    """
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, ssl.SSLError):
            # aiohttp's own subclasses have neither, but a cause that has.
            text = getattr(seen, "verify_message", None) or getattr(
                seen, "reason", None
            )
            if text:
                return str(text).replace("_", " ").lower()
        elif isinstance(seen, OSError) and seen.errno is not None and seen.errno > 0:
            return os.strerror(seen.errno).lower()
        seen = seen.__cause__ or seen.__context__
    return ""
