"""What statuses of Google's APIs mean: one table, by names of google.rpc.Code."""

from collections.abc import Mapping
from enum import Enum, auto
from typing import NamedTuple

from bus.contracts.jsontext import read_json
from bus.delivery.delivery import Failed, Outcome, Refused, Throttled, Unreachable
from bus.delivery.schedule import parse_retry_after
from bus.delivery.subscription import one_line
from bus.errors import DecodeError
from bus.sending import Got, NoAnswerKind

_LONGEST_DETAIL = 200
UNAUTHENTICATED = 401
TOO_LARGE = 413
_STATUSES = range(100, 600)
"""Those that HTTP has."""


class Sense(Enum):
    """What a status says of a delivery."""

    REFUSED = auto()
    THROTTLED = auto()
    FAILED = auto()


class Meaning(NamedTuple):
    """What a status says, and HTTP's for the same."""

    sense: Sense
    status: int


MEANINGS: Mapping[str, Meaning] = {
    "INVALID_ARGUMENT": Meaning(Sense.REFUSED, 400),
    "FAILED_PRECONDITION": Meaning(Sense.REFUSED, 400),
    "OUT_OF_RANGE": Meaning(Sense.REFUSED, 400),
    "UNAUTHENTICATED": Meaning(Sense.REFUSED, 401),
    "PERMISSION_DENIED": Meaning(Sense.REFUSED, 403),
    "NOT_FOUND": Meaning(Sense.REFUSED, 404),
    "ALREADY_EXISTS": Meaning(Sense.REFUSED, 409),
    "UNIMPLEMENTED": Meaning(Sense.REFUSED, 501),
    "RESOURCE_EXHAUSTED": Meaning(Sense.THROTTLED, 429),
    "ABORTED": Meaning(Sense.FAILED, 409),
    "CANCELLED": Meaning(Sense.FAILED, 499),
    "INTERNAL": Meaning(Sense.FAILED, 500),
    "UNKNOWN": Meaning(Sense.FAILED, 500),
    "DATA_LOSS": Meaning(Sense.FAILED, 500),
    "UNAVAILABLE": Meaning(Sense.FAILED, 503),
    "DEADLINE_EXCEEDED": Meaning(Sense.FAILED, 504),
}
"""All that a publisher may hear; what is not here counts by HTTP's status."""


class Fault(NamedTuple):
    """An error as it was answered."""

    status: int
    name: str
    message: str
    retry_after: str | None = None

    @property
    def meaning(self) -> Meaning:
        """What it says."""
        return MEANINGS.get(self.name) or _by_status(self.status)


def read_fault(got: Got) -> Fault:
    """What an answer that is no 2xx says; whatever cannot be read was not said."""
    name, message = "", ""
    try:
        said = read_json(got.body)
    except DecodeError:
        said = None
    match said:
        case {"error": dict() as error}:
            name = str(error.get("status") or "")
            message = str(error.get("message") or "")
        case {"error": str(name), "error_description": str(message)}:  # OAuth's own
            pass
        case _:
            pass
    return Fault(got.status, name, message, got.headers.get("retry-after"))


def judge(fault: Fault, now_s: float) -> Outcome:
    """Return what an error means."""
    if fault.status not in _STATUSES:
        return strange(f"status {fault.status}")
    sense, status = fault.meaning
    detail = one_line(f"{fault.name} {fault.message}".strip())[:_LONGEST_DETAIL]
    after_s = parse_retry_after(fault.retry_after, now_s)
    match sense:
        case Sense.REFUSED:
            return Refused(status, detail)
        case Sense.THROTTLED:
            return Throttled(status, after_s, detail)
        case Sense.FAILED:
            return Failed(status, after_s, detail)


def strange(what: str) -> Unreachable:
    """What was heard is no answer; `what` says what was wrong with it."""
    text = f"not an answer of Google Pub/Sub: {what}"
    return Unreachable(NoAnswerKind.PROTOCOL, text)


def _by_status(status: int) -> Meaning:
    if status == 429:  # noqa: PLR2004 - HTTP's
        return Meaning(Sense.THROTTLED, status)
    if 300 <= status <= 499 and status not in {408, 409}:  # noqa: PLR2004 - HTTP's
        return Meaning(Sense.REFUSED, status)
    return Meaning(Sense.FAILED, status)
