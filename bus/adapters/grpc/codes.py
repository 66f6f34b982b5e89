"""What gRPC's status codes mean to a delivery: one table, with no code left out."""

import re
from collections.abc import Mapping
from enum import Enum, auto
from typing import NamedTuple

import grpc

from bus.adapters.grpc.hints import Hints
from bus.adapters.grpc.unreached import UNKNOWN, Call, unreached
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

# So say servers in C, Go and Java of a message that is larger than they take.
_OVERSIZE = re.compile(r"larger than max|exceeds maximum size", re.IGNORECASE)

_WORDS = {
    NoAnswerKind.TIMEOUT: "no receipt in time",
    NoAnswerKind.CONNECT: "cannot connect",
    NoAnswerKind.TLS: "no TLS connection",
    NoAnswerKind.RESET: "closed before there was a receipt",
    NoAnswerKind.PROTOCOL: "not a gRPC answer",
}


def judge(
    code: grpc.StatusCode, details: str, hints: Hints, call: Call = UNKNOWN
) -> Outcome:
    """Return what a call's status means.

    `details` is the endpoint's own text, or the library's where nobody was reached;
    of the latter nothing is told but its kind, as it names addresses.
    """
    sense, status = MEANINGS[code]
    kind = unreached(code, details, call)
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
