"""What is sent and answered: events."""

# Written from the table of routes by `make client`, not by hand.
from collections.abc import Mapping, Sequence
from typing import Literal, NotRequired, TypeAlias, TypedDict


class NewEvent(TypedDict):
    """An event to be published."""

    type: str
    data: Mapping[str, object]
    id: NotRequired[str | None]
    source: NotRequired[str | None]


class NewEvents(TypedDict):
    """Up to 500 events; those of one order are written in this order."""

    events: Sequence[NewEvent]


Publication: TypeAlias = "NewEvent | NewEvents"
"""One event, or several."""


class Fault(TypedDict):
    """One thing that is wrong: where, and why."""

    pointer: str | None
    parameter: str | None
    detail: str


class EventResult(TypedDict):
    """What became of one event."""

    status: Literal["written", "refused", "failed"]
    type: str
    id: str | None
    webhook_id: str | None
    order_id: str | None
    topic: str | None
    partition: int | None
    offset: int | None
    errors: Sequence[Fault]


class EventResults(TypedDict):
    """What became of the events, in the order in which they were sent."""

    data: Sequence[EventResult]
    written: int
