"""What AMQP 1.0's conditions and outcomes mean to a delivery: one table for each."""

import asyncio
import re
import ssl
from collections.abc import Mapping
from enum import Enum, auto
from typing import NamedTuple

from bus.adapters.amqp1.codec import Garbled
from bus.adapters.amqp1.said import (
    ACCEPTED,
    MODIFIED,
    REJECTED,
    RELEASED,
    Fault,
    State,
)
from bus.adapters.amqp1.wire import Ended, NotLetIn
from bus.adapters.meters import FLOODED, Flooded
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
TOO_LARGE, UNAUTHORISED, BUSY = 413, 401, 429
SIZE_EXCEEDED = "amqp:link:message-size-exceeded"


class NotReached(Exception):  # noqa: N818 - it is what came of it
    """Nothing was connected to; `outcome` says why."""

    def __init__(self, outcome: Unreachable) -> None:
        super().__init__()
        self.outcome = outcome


class Sense(Enum):
    """What a condition says of a delivery."""

    REFUSED = auto()
    THROTTLED = auto()
    FAILED = auto()


class Meaning(NamedTuple):
    """What a condition says, and the status that HTTP has for the same."""

    sense: Sense
    status: int


CONDITIONS: Mapping[str, Meaning] = {
    "amqp:internal-error": Meaning(Sense.FAILED, 500),
    "amqp:not-found": Meaning(Sense.REFUSED, 404),
    "amqp:unauthorized-access": Meaning(Sense.REFUSED, 403),
    "amqp:decode-error": Meaning(Sense.REFUSED, 400),
    "amqp:resource-limit-exceeded": Meaning(Sense.THROTTLED, BUSY),
    "amqp:not-allowed": Meaning(Sense.REFUSED, 403),
    "amqp:invalid-field": Meaning(Sense.REFUSED, 400),
    "amqp:not-implemented": Meaning(Sense.REFUSED, 501),
    "amqp:resource-locked": Meaning(Sense.FAILED, 409),
    "amqp:precondition-failed": Meaning(Sense.REFUSED, 400),
    "amqp:resource-deleted": Meaning(Sense.REFUSED, 404),
    "amqp:illegal-state": Meaning(Sense.FAILED, 500),
    "amqp:frame-size-too-small": Meaning(Sense.REFUSED, TOO_LARGE),
    # The next four end a connection or session, whoever on it is to blame.
    "amqp:connection:forced": Meaning(Sense.FAILED, 503),
    "amqp:connection:framing-error": Meaning(Sense.FAILED, 500),
    "amqp:session:window-violation": Meaning(Sense.FAILED, 500),
    "amqp:session:errant-link": Meaning(Sense.FAILED, 500),
    "amqp:session:handle-in-use": Meaning(Sense.FAILED, 500),
    "amqp:session:unattached-handle": Meaning(Sense.FAILED, 500),
    "amqp:link:detach-forced": Meaning(Sense.FAILED, 503),
    "amqp:link:transfer-limit-exceeded": Meaning(Sense.THROTTLED, BUSY),
    SIZE_EXCEEDED: Meaning(Sense.REFUSED, TOO_LARGE),
    "amqp:link:stolen": Meaning(Sense.FAILED, 409),
    # Elsewhere nobody has judged the address.
    "amqp:connection:redirect": Meaning(Sense.REFUSED, 421),
    "amqp:link:redirect": Meaning(Sense.REFUSED, 421),
    # What Azure Service Bus says besides.
    "com.microsoft:server-busy": Meaning(Sense.THROTTLED, BUSY),
    "com.microsoft:timeout": Meaning(Sense.FAILED, 503),
    "com.microsoft:operation-cancelled": Meaning(Sense.FAILED, 503),
    "com.microsoft:auth-failed": Meaning(Sense.REFUSED, UNAUTHORISED),
    "com.microsoft:entity-disabled": Meaning(Sense.REFUSED, 403),
}
_OF_A_MESSAGE = Meaning(Sense.REFUSED, 400)
"""A condition that is not in the table, said of one message."""
_OF_ALL = Meaning(Sense.FAILED, 500)
"""And said of a link or connection, or not at all."""
_OF_ONE = frozenset(
    {
        *("amqp:decode-error", "amqp:invalid-field", "amqp:not-implemented"),
        *("amqp:precondition-failed", "amqp:frame-size-too-small", SIZE_EXCEEDED),
    }
)
"""They refuse a message; where all is ended for it, those beside it come again."""
_LARGER = re.compile(r"message size \d+ is larger than", re.IGNORECASE)
"""RabbitMQ's way of saying it."""

SIGNING_IN: Mapping[int, Outcome] = {
    1: Refused(UNAUTHORISED, "SASL name or password are wrong"),
    2: Failed(503, None, "SASL its way of signing in is out of order"),
    3: Failed(503, None, "SASL its way of signing in is out of order for good"),
    4: Failed(503, None, "SASL its way of signing in is out of order for now"),
}
"""By the code of SASL's outcome (part 5)."""
_NO_WAY = Refused(UNAUTHORISED, "SASL it offers no way of signing in that we have")
OUTCOMES: Mapping[int, Outcome] = {
    ACCEPTED: Accepted(200),
    # RabbitMQ says so of a full queue, too; it comes again, and may be taken then.
    REJECTED: Failed(500, None, "REJECTED without a reason"),
    RELEASED: Failed(503, None, "RELEASED it was not taken"),
    MODIFIED: Failed(500, None, "MODIFIED it could not be delivered"),
}
"""What a receiver says of a message, where it says no more than that."""
_NOT_HERE = Refused(400, "MODIFIED it is not to be sent here again")
_NO_OUTCOME = Failed(500, None, "it was settled without an outcome")
NO_CREDIT = Throttled(BUSY, None, "NO_CREDIT the receiver takes no messages for now")

_WORDS = {
    NoAnswerKind.TIMEOUT: "no outcome in time",
    NoAnswerKind.CONNECT: "cannot connect",
    NoAnswerKind.TLS: "no TLS connection",
    NoAnswerKind.RESET: "closed before there was an outcome",
    NoAnswerKind.PROTOCOL: "not an AMQP 1.0 peer",
}
_KINDS: Mapping[type[BaseException], NoAnswerKind] = {
    TimeoutError: NoAnswerKind.TIMEOUT,
    ssl.SSLError: NoAnswerKind.TLS,
    ConnectionRefusedError: NoAnswerKind.CONNECT,
    ConnectionError: NoAnswerKind.RESET,
    OSError: NoAnswerKind.CONNECT,
    EOFError: NoAnswerKind.RESET,
    Garbled: NoAnswerKind.PROTOCOL,
}


def settled(state: State | None, *, over: bool) -> Outcome | None:
    """What a receiver says of a message; None: it has not decided yet.

    `over` says that it will say no more.
    """
    match state:
        case State(code=code, fault=Fault() as fault) if code == REJECTED:
            return judge(fault, _OF_A_MESSAGE)
        case State(code=code, elsewhere=True) if code == MODIFIED:
            return _NOT_HERE
        case State(code=code) if code in OUTCOMES:
            return OUTCOMES[code]
        case _:
            return _NO_OUTCOME if over else None


def soon(outcome: Outcome) -> Outcome:
    """What it means that is said of a message before all of it was sent.

    It may be refused so early, but not taken.
    """
    if not isinstance(outcome, Accepted):
        return outcome
    kind = NoAnswerKind.PROTOCOL
    text = f"{_WORDS[kind]}: it accepted a message before all of it was sent"
    return Unreachable(kind, text)


def judge(fault: Fault, other: Meaning = _OF_ALL) -> Outcome:
    """What a condition means; `other` where it is not in the table."""
    sense, status = CONDITIONS.get(fault.condition, other)
    detail = one_line(f"{fault.condition} {fault.text}".strip())[:_LONGEST_DETAIL]
    if _LARGER.search(fault.text):
        sense, status = CONDITIONS[SIZE_EXCEEDED]
    match sense:
        case Sense.REFUSED:
            return Refused(status, detail)
        case Sense.THROTTLED:
            return Throttled(status, None, detail)
        case Sense.FAILED:
            return Failed(status, None, detail)


def outcome_of(error: BaseException | None, *, blamed: bool = True) -> Outcome:
    """What the end of a connection means; `blamed`: to what may have caused it."""
    match error:
        case Flooded():
            return FLOODED
        case Ended(fault=Fault() as fault) if blamed or fault.condition not in _OF_ONE:
            return judge(fault)
        case Ended() | None | asyncio.CancelledError():
            return unreachable(NoAnswerKind.RESET)
        case NotReached(outcome=outcome):
            return outcome
        case NotLetIn(code=code):
            return _NO_WAY if code is None else SIGNING_IN.get(code, SIGNING_IN[3])
        case _:
            kinds = (_KINDS[one] for one in type(error).__mro__ if one in _KINDS)
            found = unreachable(next(kinds, NoAnswerKind.PROTOCOL))
            said = f": {error}" if isinstance(error, Garbled) and error.args else ""
            return Unreachable(found.kind, found.detail + said)


def too_large(error: BaseException | None) -> bool:
    """Whether all is ended for a message that was too large."""
    fault = error.fault if isinstance(error, Ended) else None
    return fault is not None and (
        fault.condition == SIZE_EXCEEDED or bool(_LARGER.search(fault.text))
    )


def unreachable(kind: NoAnswerKind) -> Unreachable:
    """Nobody was reached, in a sentence."""
    return Unreachable(kind, _WORDS[kind])
