"""What is sent and answered: status."""

# Written from the table of routes by `make client`, not by hand.
from collections.abc import Mapping, Sequence
from typing import TypedDict


class StatusShown(TypedDict):
    """How the bus is; what is not answered in time is `{"unknown": why}`."""

    at: str
    troubles: Sequence[object]
    broker: Mapping[str, object]
    registry: object
    quarantine: Mapping[str, object]
    processes: object
    groups: Mapping[str, object]
    subscriptions: object
    log: object
    health: object
