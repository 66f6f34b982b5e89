"""What AMQP's reply codes mean to a delivery: one table, with no code left out."""

import re
from collections.abc import Mapping
from enum import Enum, auto
from typing import NamedTuple

from bus.delivery.delivery import Failed, Outcome, Refused, Throttled, Unreachable
from bus.delivery.subscription import one_line
from bus.ports import NoAnswerKind

_LONGEST_DETAIL = 200
TOO_LARGE, UNAUTHORISED, BUSY = 413, 401, 429
NO_ROUTE, PRECONDITION_FAILED, NOT_ALLOWED = 312, 406, 530


class Sense(Enum):
    """What a code says of a delivery."""

    REFUSED = auto()
    THROTTLED = auto()
    FAILED = auto()
    UNREACHABLE = auto()


class Meaning(NamedTuple):
    """What a code says, its name, and the status that HTTP has for the same."""

    name: str
    sense: Sense
    status: int


MEANINGS: Mapping[int, Meaning] = {
    200: Meaning("REPLY_SUCCESS", Sense.UNREACHABLE, 0),
    311: Meaning("CONTENT_TOO_LARGE", Sense.REFUSED, TOO_LARGE),
    NO_ROUTE: Meaning("NO_ROUTE", Sense.REFUSED, 404),
    313: Meaning("NO_CONSUMERS", Sense.FAILED, 503),
    320: Meaning("CONNECTION_FORCED", Sense.FAILED, 503),
    402: Meaning("INVALID_PATH", Sense.REFUSED, 404),
    403: Meaning("ACCESS_REFUSED", Sense.REFUSED, 403),
    404: Meaning("NOT_FOUND", Sense.REFUSED, 404),
    405: Meaning("RESOURCE_LOCKED", Sense.FAILED, 409),
    PRECONDITION_FAILED: Meaning("PRECONDITION_FAILED", Sense.REFUSED, 400),
    # Those end a connection with all that is under way on it, whoever is to blame.
    501: Meaning("FRAME_ERROR", Sense.FAILED, 500),
    502: Meaning("SYNTAX_ERROR", Sense.FAILED, 500),
    503: Meaning("COMMAND_INVALID", Sense.FAILED, 500),
    504: Meaning("CHANNEL_ERROR", Sense.FAILED, 500),
    505: Meaning("UNEXPECTED_FRAME", Sense.FAILED, 500),
    506: Meaning("RESOURCE_ERROR", Sense.THROTTLED, BUSY),
    NOT_ALLOWED: Meaning("NOT_ALLOWED", Sense.REFUSED, 403),
    540: Meaning("NOT_IMPLEMENTED", Sense.REFUSED, 501),
    541: Meaning("INTERNAL_ERROR", Sense.FAILED, 500),
}

# NOT_ALLOWED is also what is said where there are too many connections just now.
_LIMIT = re.compile(r"limit .*reached|reached the maximum", re.IGNORECASE)
_SIZES = re.compile(r"message size (\d+) is larger than .*?(\d+)", re.IGNORECASE)

_WORDS = {
    NoAnswerKind.TIMEOUT: "no confirmation in time",
    NoAnswerKind.CONNECT: "cannot connect",
    NoAnswerKind.TLS: "no TLS connection",
    NoAnswerKind.RESET: "closed before there was a confirmation",
    NoAnswerKind.PROTOCOL: "not an AMQP 0-9-1 broker",
}


def judge(code: int, text: str, size: int) -> Outcome:
    """Return what a reply code means for a message of `size` bytes.

    `text` is the broker's own. A channel is closed for a message that is too large,
    and what was under way beside it is not to blame.
    """
    name, sense, status = MEANINGS.get(code, MEANINGS[541])
    detail = told(name, text)
    if code == PRECONDITION_FAILED and (sizes := _SIZES.search(text)):
        if size <= int(sizes[2]):
            return unreachable(NoAnswerKind.RESET)
        return Refused(TOO_LARGE, detail)
    if code == NOT_ALLOWED and _LIMIT.search(text):
        return Throttled(BUSY, None, detail)
    return _judged(sense, status, detail)


def _judged(sense: Sense, status: int, detail: str) -> Outcome:
    match sense:
        case Sense.REFUSED:
            return Refused(status, detail)
        case Sense.THROTTLED:
            return Throttled(status, None, detail)
        case Sense.FAILED:
            return Failed(status, None, detail)
        case Sense.UNREACHABLE:
            return unreachable(NoAnswerKind.RESET)


def unreachable(kind: NoAnswerKind) -> Unreachable:
    """Nobody was reached, in a sentence."""
    return Unreachable(kind, _WORDS[kind])


def told(name: str, text: str) -> str:
    """A code's name and what came with it, as one short line."""
    said = text.removeprefix(name).removeprefix(name.replace("_", "-"))
    return one_line(f"{name} {said.lstrip(' -')}".strip())[:_LONGEST_DETAIL]
