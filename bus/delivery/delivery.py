"""A delivery: one event for one subscription; what an attempt of it came to.

Outcomes say what happened. Routes say what follows. Both are values, so that a
`match` over them can be checked for completeness.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, TypeAlias

from bus.event import Event
from bus.record import Record


class Origin(NamedTuple):
    """The source record a delivery began with.

    `timestamp_ms` starts its age: when the record arrived, or when the delivery was
    asked for again. `created_ms` is the record's own timestamp where that is another.
    `topic_id` is as in `Record`.
    """

    topic: str
    partition: int
    offset: int
    timestamp_ms: int
    created_ms: int | None = None
    topic_id: str = ""

    @property
    def own_ms(self) -> int:
        """The timestamp that the source record bears."""
        return self.timestamp_ms if self.created_ms is None else self.created_ms

    def from_now(self, now_ms: int) -> "Origin":
        """The same place with an age that starts now."""
        return self._replace(timestamp_ms=now_ms, created_ms=self.own_ms)


def origin_of(record: Record, now_ms: int) -> Origin:
    """Where a delivery of a source record begins, and when its age does.

    Age counts from arrival. A timestamp of the producer's may be years off, so with
    it age counts from the moment somebody first looks, which is `now_ms`.
    """
    origin = Origin(*record[:4], topic_id=record.topic_id)
    return origin.from_now(now_ms) if record.created else origin


@dataclass(slots=True)
class Delivery:
    """One event on its way to one subscription.

    Attributes:
        subscription: Id of the subscription.
        event: The decoded event.
        record: The record it was read from: source, tier or ordered topic. Its
            key, value and headers are what a hop carries on, untouched.
        origin: The source record.
        attempts: Attempts used so far; the next one is number `attempts + 1`.
        tier: The tier it was read from, None on a first attempt.
        replay: How often an operator or partner has asked for it again.
        undecided: Whether its filter has yet to be asked if it is wanted at all.
    """

    subscription: str
    event: Event
    record: Record
    origin: Origin
    attempts: int = 0
    tier: str | None = None
    replay: int = 0
    undecided: bool = False


@dataclass(frozen=True, slots=True)
class Accepted:
    """A 2xx answer, or an acknowledgement by the consumer (status 0).

    Where the transport is not HTTP, the status of this and the other outcomes is what
    HTTP has for the same. `said` is what the endpoint said besides, if that is kept.
    """

    status: int
    said: str = ""
    name = "accepted"


@dataclass(frozen=True, slots=True)
class Refused:
    """An answer that no repetition can change. 410 also disables."""

    status: int
    detail: str = ""
    name = "refused"


@dataclass(frozen=True, slots=True)
class Throttled:
    """The endpoint asks to slow down; `retry_after_s` if it said how long."""

    status: int
    retry_after_s: float | None = None
    detail: str = ""
    name = "throttled"


@dataclass(frozen=True, slots=True)
class Failed:
    """A transient answer: 5xx, 408, 425, or what the subscription adds."""

    status: int
    retry_after_s: float | None = None
    detail: str = ""
    name = "failed"


@dataclass(frozen=True, slots=True)
class Unreachable:
    """No answer: `kind` is one of `bus.ports.NoAnswerKind`'s values.

    Or our own fault: `unrenderable`, `bug`.
    """

    kind: str
    detail: str = ""
    name = "unreachable"


Outcome: TypeAlias = Accepted | Refused | Throttled | Failed | Unreachable


def said_of(outcome: Outcome) -> str:
    """What is told with an outcome, for people."""
    return outcome.said if isinstance(outcome, Accepted) else outcome.detail


class Reason(StrEnum):
    """Why a delivery became a dead letter."""

    REFUSED = "refused"
    GONE = "gone"
    EXHAUSTED = "exhausted"
    TOO_OLD = "too_old"
    FORBIDDEN = "forbidden"
    UNRENDERABLE = "unrenderable"
    UNDECIDED = "undecided"
    REMOVED = "removed"
    UNWRITABLE = "unwritable"
    BUG = "bug"


@dataclass(frozen=True, slots=True)
class Done:
    """Nothing is left to do: accepted."""


@dataclass(frozen=True, slots=True)
class Retry:
    """Go to a tier. An uncounted one gives the attempt back (breaker, fuse)."""

    tier: str
    counted: bool = True


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """Go to the dead-letter topic."""

    reason: Reason


Route: TypeAlias = Done | Retry | DeadLetter


class Attempt(NamedTuple):
    """One try of a delivery, as the attempt log and telemetry see it.

    `number` counts from 1; 0 marks a hop made without a call (spill, breaker
    open). Times are epoch microseconds and microseconds.
    """

    event_id: str
    event_type: str
    order_id: str
    subscription: str
    number: int
    outcome: str
    status: int
    detail: str
    route: str
    started_us: int
    duration_us: int
    origin: Origin
    replay: int = 0
    traceparent: str | None = None
