"""What is sent and answered: item causes."""

# Written from the table of routes by `make client`, not by hand.
from collections.abc import Sequence
from typing import Literal, TypedDict


class ItemCause(TypedDict):
    """Pending records in quarantine of one source that are there for the same."""

    count: int
    at_least: bool
    oldest_at: str | None
    newest_at: str | None
    detail: str
    actions: Sequence[Literal["replay", "discard"]]
    topic: str
    source: str
    subscription: str | None
    owner: str
    reason: str
    meaning: str
    what_to_do: str


class ItemCauses(TypedDict):
    """A page of causes, those of the most first."""

    data: Sequence[ItemCause]
    next: str | None
    previous: str | None
    age_s: float
