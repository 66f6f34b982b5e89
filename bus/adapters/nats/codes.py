"""What JetStream's answers and a server's complaints mean: one table for each."""

import re
from collections.abc import Mapping, Sequence
from enum import Enum, auto
from typing import NamedTuple

from bus.delivery.delivery import Failed, Outcome, Refused, Throttled, Unreachable
from bus.delivery.subscription import one_line
from bus.ports import NoAnswerKind

_LONGEST_DETAIL = 200
TOO_LARGE, BUSY = 413, 429


class Sense(Enum):
    """What an answer says of a delivery."""

    REFUSED = auto()
    THROTTLED = auto()
    FAILED = auto()
    UNREACHABLE = auto()


class Meaning(NamedTuple):
    """What an answer says, and the status that HTTP has for the same."""

    sense: Sense
    status: int


ERRORS: Mapping[int, Meaning] = {
    10002: Meaning(Sense.THROTTLED, BUSY),  # resource limits exceeded for account
    10008: Meaning(Sense.FAILED, 503),  # system temporarily unavailable
    10023: Meaning(Sense.THROTTLED, BUSY),  # insufficient resources
    10028: Meaning(Sense.THROTTLED, BUSY),  # resource limits exceeded for server
    10039: Meaning(Sense.REFUSED, 403),  # not enabled for account
    10047: Meaning(Sense.THROTTLED, BUSY),  # insufficient storage resources
    10054: Meaning(Sense.REFUSED, TOO_LARGE),  # larger than the stream takes
    10074: Meaning(Sense.FAILED, 503),  # no replicas for now
    10076: Meaning(Sense.REFUSED, 501),  # not enabled
    10077: Meaning(Sense.THROTTLED, BUSY),  # the stream is full and discards new
    10109: Meaning(Sense.REFUSED, 403),  # the stream is sealed
    10158: Meaning(Sense.FAILED, 409),  # the same id is being written
}
"""JetStream's own error codes that a publisher may hear; others by their `code`."""

COMPLAINTS: Sequence[tuple[str, Meaning]] = (
    ("maximum payload", Meaning(Sense.REFUSED, TOO_LARGE)),
    ("permissions violation", Meaning(Sense.REFUSED, 403)),
    ("authorization violation", Meaning(Sense.REFUSED, 401)),
    ("authorization failed", Meaning(Sense.REFUSED, 401)),
    ("authentication", Meaning(Sense.REFUSED, 401)),
    ("connections exceeded", Meaning(Sense.THROTTLED, BUSY)),
    ("maximum account", Meaning(Sense.THROTTLED, BUSY)),
    ("invalid subject", Meaning(Sense.REFUSED, 400)),
    ("invalid publish subject", Meaning(Sense.REFUSED, 400)),
    ("maximum control line", Meaning(Sense.REFUSED, 400)),
    ("server shutdown", Meaning(Sense.FAILED, 503)),
    ("slow consumer", Meaning(Sense.FAILED, 503)),
)
"""What a server says before it hangs up, by words of it; the first that fits."""

_SECURE = re.compile("secure connection|tls required", re.IGNORECASE)
_STREAM_WORDS = {
    NoAnswerKind.TIMEOUT: "no acknowledgement in time",
    NoAnswerKind.CONNECT: "cannot connect",
    NoAnswerKind.TLS: "no TLS connection",
    NoAnswerKind.RESET: "closed before there was an acknowledgement",
    NoAnswerKind.PROTOCOL: "not an answer of NATS JetStream",
}
NO_STREAM = Refused(404, "NO_STREAM no stream takes this subject")


def judge(error: Mapping[str, object]) -> Outcome:
    """Return what the `error` of a stream's acknowledgement means."""
    number, code = error.get("err_code"), error.get("code")
    text = str(error.get("description", ""))
    status = code if isinstance(code, int) else 500
    known = ERRORS.get(number) if isinstance(number, int) else None
    shown = number if isinstance(number, int) else status
    return _outcome(known or _by_status(status), f"{shown} {text}")


def complained(text: str) -> Outcome | None:
    """Return what a server's complaint means; None: nothing that we know."""
    said = text.removeprefix("nats: ").strip("' \r\n")
    for words, meaning in COMPLAINTS:
        if words in said.lower():
            return _outcome(meaning, said)
    return unreachable(NoAnswerKind.TLS) if _SECURE.search(said) else None


def unreachable(kind: NoAnswerKind) -> Unreachable:
    """Nobody was reached, in a sentence."""
    return Unreachable(kind, _STREAM_WORDS[kind])


def strange(what: str) -> Unreachable:
    """What was heard is no answer; `what` says what was wrong with it."""
    kind = NoAnswerKind.PROTOCOL
    return Unreachable(kind, f"{_STREAM_WORDS[kind]}: {what}")


def _by_status(code: int) -> Meaning:
    """What an error code that is not in the table says, by HTTP's status of it."""
    if code == BUSY:
        return Meaning(Sense.THROTTLED, BUSY)
    if 400 <= code <= 499 and code not in {408, 409}:  # noqa: PLR2004 - HTTP's statuses
        return Meaning(Sense.REFUSED, code)
    return Meaning(Sense.FAILED, code if 400 <= code <= 599 else 500)  # noqa: PLR2004 - likewise


def _outcome(meaning: Meaning, text: str) -> Outcome:
    detail = one_line(text.strip())[:_LONGEST_DETAIL]
    match meaning.sense:
        case Sense.REFUSED:
            return Refused(meaning.status, detail)
        case Sense.THROTTLED:
            return Throttled(meaning.status, None, detail)
        case Sense.FAILED:
            return Failed(meaning.status, None, detail)
        case Sense.UNREACHABLE:
            return unreachable(NoAnswerKind.RESET)
