"""What is sent and answered: records."""

# Written from the table of routes by `make client`, not by hand.
from collections.abc import Mapping, Sequence
from typing import Literal, TypedDict


class HeaderShown(TypedDict):
    """A header of a record, as text."""

    name: str
    value: str | None


class RecordShown(TypedDict):
    """What stands at a place in Kafka, and what it decodes to by now."""

    place: str
    topic: str
    partition: int
    offset: int
    kind: Literal["event", "delivery", "dead_letter", "quarantined", "mark"]
    at: str
    key: str | None
    headers: Sequence[HeaderShown]
    subscription: str | None
    reason: str | None
    attempts: int | None
    detail: str
    origin: str | None
    schema_id: int | None
    bytes: int
    value: str | None
    problem: str | None
    type: str | None
    data: Mapping[str, object] | None
    event: Mapping[str, object] | None
    body: str | None
