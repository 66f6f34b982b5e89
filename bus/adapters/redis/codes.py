"""What Redis' errors mean: by the word that each begins with, in one table."""

from collections.abc import Mapping
from enum import Enum, auto
from typing import NamedTuple

from bus.delivery.delivery import Failed, Outcome, Refused, Throttled, Unreachable
from bus.delivery.subscription import one_line
from bus.ports import NoAnswerKind

_LONGEST_DETAIL, _LONGEST_ID = 200, 40


class Sense(Enum):
    """What an error says of a delivery."""

    REFUSED = auto()
    THROTTLED = auto()
    FAILED = auto()


class Meaning(NamedTuple):
    """What an error says, and the status that HTTP has for the same."""

    sense: Sense
    status: int


ERRORS: Mapping[str, Meaning] = {
    "ASK": Meaning(Sense.REFUSED, 421),  # a cluster, and the stream is elsewhere
    "BUSY": Meaning(Sense.FAILED, 503),  # a script runs
    "CLUSTERDOWN": Meaning(Sense.FAILED, 503),
    "CROSSSLOT": Meaning(Sense.REFUSED, 421),
    "DENIED": Meaning(Sense.REFUSED, 403),  # protected mode
    "LOADING": Meaning(Sense.FAILED, 503),  # it has just been started
    "MASTERDOWN": Meaning(Sense.FAILED, 503),
    "MISCONF": Meaning(Sense.FAILED, 503),  # it cannot write to its disk
    "MOVED": Meaning(Sense.REFUSED, 421),
    "NOAUTH": Meaning(Sense.REFUSED, 401),
    "NOPERM": Meaning(Sense.REFUSED, 403),
    "NOREPLICAS": Meaning(Sense.FAILED, 503),
    "OOM": Meaning(Sense.THROTTLED, 429),  # its memory is used up
    "READONLY": Meaning(Sense.FAILED, 503),  # a replica, for now
    "TRYAGAIN": Meaning(Sense.FAILED, 503),
    "WRONGPASS": Meaning(Sense.REFUSED, 401),
    "WRONGTYPE": Meaning(Sense.REFUSED, 409),  # the key is there and is no stream
}
"""By the first word of an error; all others are `ERR`, or unknown: failed."""

_TEXTS: tuple[tuple[str, Meaning], ...] = (
    ("max number of clients", Meaning(Sense.THROTTLED, 429)),
    ("without any password", Meaning(Sense.REFUSED, 401)),
    ("but no password", Meaning(Sense.REFUSED, 401)),
    ("unauthenticated", Meaning(Sense.REFUSED, 401)),  # to a command of many words
    ("invalid password", Meaning(Sense.REFUSED, 401)),
    ("wrong number of arguments for 'auth'", Meaning(Sense.REFUSED, 401)),
    ("unknown command", Meaning(Sense.REFUSED, 501)),
    ("db index is out of range", Meaning(Sense.REFUSED, 400)),
    ("invalid bulk length", Meaning(Sense.REFUSED, 413)),
)
"""By words of an `ERR`; the first that fits."""
_OTHER = Meaning(Sense.FAILED, 500)
_WORDS = {
    NoAnswerKind.TIMEOUT: "no answer in time",
    NoAnswerKind.CONNECT: "cannot connect",
    NoAnswerKind.TLS: "no TLS connection",
    NoAnswerKind.RESET: "closed before there was an answer",
    NoAnswerKind.PROTOCOL: "not an answer of Redis",
}


def judge(code: str, text: str) -> Outcome:
    """Return what an error means."""
    shown = text if text.startswith(code) else f"{code} {text}"
    shown = shown.strip() or "an error without a word"
    detail = one_line(shown)[:_LONGEST_DETAIL]
    sense, status = ERRORS.get(code) or _by_text(text)
    match sense:
        case Sense.REFUSED:
            return Refused(status, detail)
        case Sense.THROTTLED:
            return Throttled(status, None, detail)
        case Sense.FAILED:
            return Failed(status, None, detail)


def unreachable(kind: NoAnswerKind) -> Unreachable:
    """Nobody was reached, in a sentence."""
    return Unreachable(kind, _WORDS[kind])


def strange(said: bytes) -> Unreachable:
    """What was answered is no id of an entry's."""
    shown = one_line(said[:_LONGEST_ID].decode("utf-8", "replace"))
    kind = NoAnswerKind.PROTOCOL
    what = f"{_WORDS[kind]}: {shown!r}, expected an id, digits-digits"
    return Unreachable(kind, what)


def _by_text(text: str) -> Meaning:
    lower = text.lower()
    return next((meaning for words, meaning in _TEXTS if words in lower), _OTHER)
