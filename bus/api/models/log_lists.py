"""What is sent and answered: log lists."""

# Written from the table of routes by `make client`, not by hand.
from collections.abc import Sequence
from typing import Literal, TypedDict


class LoggedEvent(TypedDict):
    """An event: what it is and where it stands, not what is in it."""

    event_id: str
    own_id: str
    source: str
    type: str
    order_id: str
    time: str
    arrived_at: str
    place: str
    record: str | None
    channel: str | None
    account: str | None
    trace_id: str | None


class EventRows(TypedDict):
    """A page of events, the newest first."""

    data: Sequence[LoggedEvent]
    next: str | None
    previous: str | None


class EventsNamed(TypedDict):
    """All events of an id, the newest first: several where a producer repeats ids."""

    data: Sequence[LoggedEvent]


class LoggedAttempt(TypedDict):
    """One attempt, or a hop without a call (`number` 0)."""

    at: str
    subscription: str
    event_id: str
    type: str
    order_id: str
    number: int
    replay: int
    outcome: str
    status: int
    detail: str
    took_ms: float
    route: str
    place: str | None
    record: str | None
    trace_id: str | None


class AttemptRows(TypedDict):
    """A page of attempts, the newest first."""

    data: Sequence[LoggedAttempt]
    next: str | None
    previous: str | None


class LoggedDelivery(TypedDict):
    """A delivery that is not accepted yet, as its newest attempt left it."""

    subscription: str
    event_id: str
    type: str
    order_id: str
    state: str
    attempts: int
    replay: int
    last_outcome: str
    last_status: int
    last_detail: str
    changed_at: str
    tier: str
    reason: str
    actions: Sequence[Literal["ack"]]


class DeliveryRows(TypedDict):
    """A page of open deliveries, the newest first."""

    data: Sequence[LoggedDelivery]
    next: str | None
    previous: str | None
