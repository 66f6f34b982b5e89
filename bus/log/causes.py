"""Why a delivery was not accepted in time, and whose cause that is.

Each has a number that is stored: it never changes its meaning. What a version does not
know is `OTHER`, and ours: what nobody can explain is nobody else's.
"""

from collections.abc import Mapping
from enum import IntEnum, StrEnum
from typing import NamedTuple

from bus.log.rows import AttemptRow

LATE_US = 300_000_000
"""A delivery is late once it has waited for so long."""


class Party(StrEnum):
    """Whose cause it is; what somebody wanted so is nobody's, and excused."""

    RECEIVER = "receiver"
    SENDER = "sender"
    WISH = "wish"


class Cause(IntEnum):
    """Why; `NONE` is nothing to say."""

    NONE = 0
    SERVER_ERROR = 1
    REFUSED = 2
    THROTTLED = 3
    TIMEOUT = 4
    CONNECT = 5
    DNS = 6
    TLS = 7
    RESET = 8
    PROTOCOL = 9
    FORBIDDEN = 10
    GONE = 11
    BREAKER = 12
    BUSY = 13
    DEAR = 14
    LATE = 20
    INTERNAL = 21
    UNRENDERABLE = 22
    UNWRITABLE = 23
    UNSIGNED = 24
    OTHER = 25
    PAUSED = 30
    UNPROVEN = 31
    REMOVED = 32

    @property
    def word(self) -> str:
        """As it is shown."""
        return self.name.lower()

    @property
    def party(self) -> Party:
        """Whose it is."""
        if self >= Cause.PAUSED:
            return Party.WISH
        return Party.SENDER if self >= Cause.LATE else Party.RECEIVER


MEANINGS: Mapping[Cause, str] = {
    Cause.SERVER_ERROR: "its endpoint answered 5xx, or asked for another try",
    Cause.REFUSED: "its endpoint answered 3xx or 4xx",
    Cause.THROTTLED: "its endpoint asked to slow down",
    Cause.TIMEOUT: "its endpoint did not answer in time",
    Cause.CONNECT: "its endpoint took no connection",
    Cause.DNS: "its endpoint's name was not found",
    Cause.TLS: "no TLS with its endpoint",
    Cause.RESET: "its endpoint broke the connection",
    Cause.PROTOCOL: "what its endpoint answered is no HTTP",
    Cause.FORBIDDEN: "its endpoint's address may not be posted to",
    Cause.GONE: "its endpoint answered 410 and was disabled",
    Cause.BREAKER: "not tried: its endpoint failed too often",
    Cause.BUSY: "not tried: its concurrency and rate were used up",
    Cause.DEAR: "its filter takes too many steps",
    Cause.LATE: "it waited with the bus",
    Cause.INTERNAL: "a bug of the bus",
    Cause.UNRENDERABLE: "its body could not be made",
    Cause.UNWRITABLE: "the bus could not write it down",
    Cause.UNSIGNED: "there was no secret to sign it with",
    Cause.OTHER: "the bus does not say why",
    Cause.PAUSED: "paused",
    Cause.UNPROVEN: "its endpoint had yet to say that it wants events",
    Cause.REMOVED: "the subscription was removed",
}


class Standing(NamedTuple):
    """How a delivery stands that has not ended.

    `attempts` is the number of its last call, `cause` why it is not accepted yet, and
    `overdue` why it was not when its time was over; `LATE`: nothing was said before.
    """

    attempts: int = 0
    cause: Cause = Cause.NONE
    overdue: Cause = Cause.NONE


NOTHING = Standing()


def cause_numbered(number: int) -> Cause:
    """The cause that was stored; a newer version may have stored what we do not know.

    So may whoever else writes.
    """
    try:
        return Cause(number)
    except ValueError:
        return Cause.OTHER


def is_overdue(attempt: AttemptRow) -> bool:
    """Whether its delivery had waited too long when it began; not if nobody knows."""
    return 0 < attempt.arrived_us < attempt.started_us - LATE_US


def cause_of(attempt: AttemptRow) -> Cause:
    """Why what an attempt, or a hop without one, was for is not accepted."""
    if attempt.outcome == "accepted":
        return Cause.NONE
    if not attempt.number:
        return _hop(attempt)
    if attempt.outcome == "unreachable":
        return _KINDS.get(attempt.detail.partition(":")[0], Cause.OTHER)
    if attempt.status == _GONE:
        return Cause.GONE
    return _OUTCOMES.get(attempt.outcome, Cause.OTHER)


def _hop(attempt: AttemptRow) -> Cause:
    """Of a dead letter its reason; one that grew too old is as it stood."""
    route, _, reason = attempt.route.partition(":")
    if route == "dead_letter":
        return _REASONS.get(reason, Cause.OTHER)
    return _HOPS.get(attempt.detail, Cause.OTHER)  # a library that is missing, too


def standing(attempt: AttemptRow) -> Standing:
    """How an attempt alone leaves its delivery."""
    overdue = Cause.LATE if is_overdue(attempt) else Cause.NONE
    return Standing(attempt.number, cause_of(attempt), overdue)


def followed(before: Standing, after: Standing) -> Standing:
    """How a delivery stands that stood as `before`.

    Steps may be taken together first, and follow then what was before them; but for
    those of which `hangs_on_before` says that this decides.
    """
    hop_after_call = not after.attempts and before.attempts
    stays = after.cause is Cause.NONE or hop_after_call
    overdue = before.overdue or after.overdue
    if overdue is Cause.LATE and not before.overdue:
        overdue = before.cause or Cause.LATE
    return Standing(
        after.attempts or before.attempts,
        before.cause if stays else after.cause,
        overdue,
    )


def hangs_on_before(steps: Standing, after: Standing) -> bool:
    """Whether what was before some steps decides what the next one makes of them.

    They began with hops, whose cause counts for nothing once a call was made: so
    where one was before them, it is that call's cause by which the delivery is late.
    """
    by_hops = steps.cause is not Cause.NONE and not steps.attempts
    is_late = after.overdue is not Cause.NONE and steps.overdue is Cause.NONE
    says_nothing = bool(after.attempts) and after.cause is Cause.NONE
    return by_hops and (is_late or says_nothing)


_GONE = 410
_OUTCOMES = {
    "refused": Cause.REFUSED,
    "throttled": Cause.THROTTLED,
    "failed": Cause.SERVER_ERROR,
}
_KINDS = {
    **{
        cause.word: cause
        for cause in (
            *(Cause.TIMEOUT, Cause.CONNECT, Cause.DNS, Cause.TLS),
            *(Cause.RESET, Cause.PROTOCOL, Cause.FORBIDDEN, Cause.UNRENDERABLE),
        )
    },
    "bug": Cause.INTERNAL,
}
_REASONS = {
    "refused": Cause.REFUSED,
    "gone": Cause.GONE,
    "exhausted": Cause.NONE,
    "too_old": Cause.NONE,
    "forbidden": Cause.FORBIDDEN,
    "unrenderable": Cause.UNRENDERABLE,
    "removed": Cause.REMOVED,
    "undecided": Cause.DEAR,
    "unwritable": Cause.UNWRITABLE,
    "bug": Cause.INTERNAL,
}
_HOPS = {
    "breaker": Cause.BREAKER,
    "busy": Cause.BUSY,
    "crowded": Cause.BUSY,
    "expressions": Cause.DEAR,
    "paused": Cause.PAUSED,
    "unproven": Cause.UNPROVEN,
    "removing": Cause.REMOVED,
    "disabled": Cause.GONE,
    "no signing secret that lasts": Cause.UNSIGNED,
}
