"""What is sent and answered: reach routes."""

# Written from the table of routes by `make client`, not by hand.
from collections.abc import Sequence
from typing import Literal, TypedDict


class OpenShown(TypedDict):
    """A delivery that is not accepted, as its newest attempt left it."""

    subscription: str
    event_id: str
    state: Literal["retrying", "held", "dead_letter"]
    attempts: int
    detail: str
    reason: str
    since: str
    due_at: str | None


class AbsentShown(TypedDict):
    """A subscription that asks for events of this type, and has no attempt of it."""

    subscription: str
    code: Literal[
        "later", "removing", "filtered", "filter_failed", "unknown", "held", "waiting"
    ]
    why: str


class EventReach(TypedDict):
    """How far an event came, and who did not get it, by the settings of now."""

    sent_to: int
    accepted: int
    open: Sequence[OpenShown]
    cut: bool
    event_id: str
    type: str
    absent: Sequence[AbsentShown]
    other_types: Sequence[str]


class EventOfOrder(TypedDict):
    """How far one event of an order came."""

    sent_to: int
    accepted: int
    open: Sequence[OpenShown]
    cut: bool
    event_id: str
    type: str
    arrived_at: str | None


class OrderReach(TypedDict):
    """How far all events of an order came, together and each."""

    sent_to: int
    accepted: int
    open: Sequence[OpenShown]
    cut: bool
    order_id: str
    events: Sequence[EventOfOrder]
