"""What is sent and answered: causes."""

# Written from the table of routes by `make client`, not by hand.
from collections.abc import Sequence
from typing import Literal, TypedDict


class LetterCause(TypedDict):
    """Pending dead letters of a subscription that were given up for the same."""

    count: int
    at_least: bool
    oldest_at: str | None
    newest_at: str | None
    detail: str
    actions: Sequence[Literal["replay", "discard"]]
    subscription: str
    owner: str
    removed: bool
    reason: str
    status: int


class LetterCauses(TypedDict):
    """A page of causes, those of the most first."""

    data: Sequence[LetterCause]
    next: str | None
    previous: str | None
    age_s: float
