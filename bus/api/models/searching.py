"""What is sent and answered: searching."""

# Written from the table of routes by `make client`, not by hand.
from collections.abc import Sequence
from typing import Literal, TypedDict


class PayloadHit(TypedDict):
    """An event that has it."""

    event_id: str
    type: str
    order_id: str
    at: str
    place: str
    record: str
    before: str
    match: str
    after: str


class PayloadHits(TypedDict):
    """What was found, the newest first, and how far the search came."""

    data: Sequence[PayloadHit]
    next: str | None
    read: int
    bytes: int
    undecodable: int
    left: int
    back_to: str | None
    ended: Literal["found", "records", "bytes", "seconds", "all"]
