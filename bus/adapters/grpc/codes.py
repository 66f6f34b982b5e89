"""What gRPC's status codes mean to a delivery: one table, with no code left out."""

import re
from collections.abc import Mapping
from enum import Enum, auto
from typing import NamedTuple

import grpc

from bus.adapters.grpc.hints import Hints
from bus.delivery.delivery import (
    Accepted,
    Failed,
    Outcome,
    Refused,
    Throttled,
    Unreachable,
)
from bus.delivery.subscription import one_line
from bus.ports import NoAnswerKind

_LONGEST_DETAIL = 200
TOO_LARGE = 413
"""HTTP's status for what an endpoint will never take, as it is too much."""


class Sense(Enum):
    """What a code says of a delivery."""

    ACCEPTED = auto()
    REFUSED = auto()
    THROTTLED = auto()
    FAILED = auto()
    UNREACHABLE = auto()


class Meaning(NamedTuple):
    """What a code says, and the status that HTTP has for it (google.rpc.Code)."""

    sense: Sense
    status: int


MEANINGS: Mapping[grpc.StatusCode, Meaning] = {
    grpc.StatusCode.OK: Meaning(Sense.ACCEPTED, 200),
    grpc.StatusCode.ALREADY_EXISTS: Meaning(Sense.ACCEPTED, 200),
    grpc.StatusCode.INVALID_ARGUMENT: Meaning(Sense.REFUSED, 400),
    grpc.StatusCode.FAILED_PRECONDITION: Meaning(Sense.REFUSED, 400),
    grpc.StatusCode.OUT_OF_RANGE: Meaning(Sense.REFUSED, 400),
    grpc.StatusCode.UNAUTHENTICATED: Meaning(Sense.REFUSED, 401),
    grpc.StatusCode.PERMISSION_DENIED: Meaning(Sense.REFUSED, 403),
    grpc.StatusCode.NOT_FOUND: Meaning(Sense.REFUSED, 404),
    grpc.StatusCode.UNIMPLEMENTED: Meaning(Sense.REFUSED, 501),
    grpc.StatusCode.RESOURCE_EXHAUSTED: Meaning(Sense.THROTTLED, 429),
    grpc.StatusCode.ABORTED: Meaning(Sense.FAILED, 409),
    grpc.StatusCode.INTERNAL: Meaning(Sense.FAILED, 500),
    grpc.StatusCode.UNKNOWN: Meaning(Sense.FAILED, 500),
    grpc.StatusCode.DATA_LOSS: Meaning(Sense.FAILED, 500),
    # Unless the library itself says so: then nobody was reached.
    grpc.StatusCode.UNAVAILABLE: Meaning(Sense.FAILED, 503),
    grpc.StatusCode.DEADLINE_EXCEEDED: Meaning(Sense.UNREACHABLE, 504),
    grpc.StatusCode.CANCELLED: Meaning(Sense.UNREACHABLE, 499),
}

# What the library says with UNAVAILABLE where no server did: there is no other sign.
_NOBODY = re.compile(
    r"failed to connect|socket closed|connection reset|broken pipe|goaway|endpoint"
    r"|transport|stream removed|keepalive|empty address|handshake|connect(ion)? "
    r"(refused|timed? ?out|attempt)|no route|unreachable|peer is not",
    re.IGNORECASE,
)
_TLS = re.compile(r"handshak|ssl|tls|certificate|verification", re.IGNORECASE)
_HTTP2 = re.compile(r"http/?2|settings frame|protocol error", re.IGNORECASE)
_DROPPED = re.compile(
    r"socket closed|reset|broken pipe|goaway|transport|removed|keepalive", re.IGNORECASE
)
# So say servers in C, Go and Java of a message that is larger than they take.
_OVERSIZE = re.compile(r"larger than max|exceeds maximum size", re.IGNORECASE)
_OUR_LIMIT = "CLIENT: Received message larger"

_WORDS = {
    NoAnswerKind.TIMEOUT: "no receipt in time",
    NoAnswerKind.CONNECT: "cannot connect",
    NoAnswerKind.TLS: "no TLS connection",
    NoAnswerKind.RESET: "closed before there was a receipt",
    NoAnswerKind.PROTOCOL: "not a gRPC answer",
}


def judge(code: grpc.StatusCode, details: str, hints: Hints) -> Outcome:
    """Return what a call's status means.

    `details` is the endpoint's own text, or the library's where nobody was reached;
    of the latter nothing is told but its kind, as it names addresses.
    """
    sense, status = MEANINGS[code]
    kind = _unreached(code, details)
    if kind is not None:
        return unreachable(kind)
    detail = told(code.name, details)
    match sense:
        case Sense.ACCEPTED:
            return Accepted(status)
        case Sense.THROTTLED if _OVERSIZE.search(details):
            return Refused(TOO_LARGE, detail)
        case Sense.THROTTLED:
            return Throttled(status, hints.retry_after_s, detail)
        case Sense.FAILED:
            return Failed(status, hints.retry_after_s, detail)
        case _:
            return Refused(status, detail)


def unreachable(kind: NoAnswerKind) -> Unreachable:
    """Nobody was reached, in a sentence."""
    return Unreachable(kind, _WORDS[kind])


def told(name: str, text: str) -> str:
    """A code's name and what came with it, as one short line."""
    return one_line(f"{name} {text}".strip())[:_LONGEST_DETAIL]


def _unreached(code: grpc.StatusCode, details: str) -> NoAnswerKind | None:
    """Why there is no answer, if there is none."""
    if _OUR_LIMIT in details:
        return NoAnswerKind.PROTOCOL
    if code is grpc.StatusCode.DEADLINE_EXCEEDED:
        return NoAnswerKind.TIMEOUT
    if code is grpc.StatusCode.CANCELLED:
        return NoAnswerKind.RESET
    if code is not grpc.StatusCode.UNAVAILABLE or not _NOBODY.search(details):
        return None
    for pattern, kind in (
        (_HTTP2, NoAnswerKind.PROTOCOL),
        (_TLS, NoAnswerKind.TLS),
    ):
        if pattern.search(details):
            return kind
    connecting = details.lower().startswith("failed to connect")
    dropped = _DROPPED.search(details) and not connecting
    return NoAnswerKind.RESET if dropped else NoAnswerKind.CONNECT
