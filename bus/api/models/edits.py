"""What is sent and answered: edits."""

# Written from the table of routes by `make client`, not by hand.
from collections.abc import Mapping
from typing import NotRequired, TypedDict


class EditedPayload(TypedDict):
    """What is to be written instead."""

    data: Mapping[str, object]
    type: NotRequired[str | None]


class Replacement(TypedDict):
    """What stands in whose place."""

    of: str
    to: str | None
    record: str | None
    type: str
    event_id: str
    order_id: str
    before: str
    after: str
    already: bool


class EditedLetter(TypedDict):
    """What is to be sent instead."""

    data: Mapping[str, object]
    type: NotRequired[str | None]
    force: NotRequired[bool]
