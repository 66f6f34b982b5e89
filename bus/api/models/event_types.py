"""What is sent and answered: event types."""

# Written from the table of routes by `make client`, not by hand.
from collections.abc import Mapping, Sequence
from typing import Literal, NotRequired, TypedDict


class EventType(TypedDict):
    """What an event type is."""

    type: str
    family: str
    topic: str
    subject: str
    meaning: str
    example: bool


class EventTypes(TypedDict):
    """A page of event types."""

    data: Sequence[EventType]
    next: str | None
    previous: str | None


class EventField(TypedDict):
    """One field of an event's data."""

    path: str
    type: str
    meaning: str
    optional: bool
    symbols: Sequence[str]


class EventTypeExplained(TypedDict):
    """An event type with its fields."""

    type: str
    family: str
    topic: str
    subject: str
    meaning: str
    example: bool
    fields: Sequence[EventField]


class EventExample(TypedDict):
    """An example, ready to be published."""

    type: str
    data: Mapping[str, object]


class Proposal(TypedDict):
    """A schema that may become the next version."""

    schema: str
    level: NotRequired[
        Literal[
            "NONE",
            "BACKWARD",
            "BACKWARD_TRANSITIVE",
            "FORWARD",
            "FORWARD_TRANSITIVE",
            "FULL",
            "FULL_TRANSITIVE",
        ]
    ]


class Compatibility(TypedDict):
    """Whether a schema may become the next version."""

    compatible: bool
    compared: int
    faults: Sequence[str]
    reasons: Sequence[str]
