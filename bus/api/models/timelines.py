"""What is sent and answered: timelines."""

# Written from the table of routes by `make client`, not by hand.
from collections.abc import Sequence
from typing import TypedDict


class TimelineStep(TypedDict):
    """One thing that happened."""

    at: str
    kind: str
    outcome: str
    number: int
    replay: int
    status: int
    detail: str
    took_ms: float
    route: str


class TimelineTrack(TypedDict):
    """What befell an event on its way to one subscription."""

    id: str
    state: str
    attempts: int
    accepted_after_ms: float | None
    steps: Sequence[TimelineStep]


class TimelineShown(TypedDict):
    """The life of one event; moments are RFC 3339."""

    event_id: str
    own_id: str
    type: str
    order_id: str
    source: str
    place: str
    record: str | None
    produced_at: str
    subscriptions: Sequence[TimelineTrack]


class Timelines(TypedDict):
    """The lives of an event, or of all events of an order."""

    data: Sequence[TimelineShown]
    cut: bool
