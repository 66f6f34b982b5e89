"""What is sent and answered: source requests."""

# Written from the table of routes by `make client`, not by hand.
from collections.abc import Sequence
from typing import Literal, TypedDict


class AnswerShown(TypedDict):
    """What the OMS answered."""

    answer: str
    at: str
    order: str
    reason_code: str | None
    reason: str | None


class RequestShown(TypedDict):
    """A request to the OMS: what it was, and how far it came."""

    source: str
    request: str
    action: str
    order: str
    asked: str
    state: Literal[
        "asked",
        "parked",
        "rejected",
        "expired",
        "accepted",
        "refused",
        "completed",
        "failed",
    ]
    over: bool
    event: str | None
    answers: Sequence[AnswerShown]
