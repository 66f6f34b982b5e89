"""What is sent and answered: acks."""

# Written from the table of routes by `make client`, not by hand.
from collections.abc import Sequence
from typing import NotRequired, TypedDict


class Acks(TypedDict):
    """Events that were processed."""

    events: Sequence[str]
    source: NotRequired[str | None]


class Acked(TypedDict):
    """The webhook-ids that are acknowledged now."""

    acked: Sequence[str]
