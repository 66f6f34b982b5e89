"""What is sent and answered: source health."""

# Written from the table of routes by `make client`, not by hand.
from collections.abc import Mapping, Sequence
from typing import Literal, TypedDict


class ReasonShown(TypedDict):
    """Why, and by which rule; an empty one: by its own word, or for want of facts."""

    why: str
    rule: str


class SpanShown(TypedDict):
    """What was counted of it in a span of time."""

    came: int
    by_way: Mapping[str, int]
    refused: Mapping[str, int]
    put_off: int
    told: int
    repeats: int
    superseded: int
    ignored: int
    parked: Mapping[str, int]
    mapping_errors: int
    ahead: int
    secrets: Mapping[str, int]
    listed: int
    missed: int
    captured: float | None
    rounds: Mapping[str, int]
    webhooks: Mapping[str, int]
    answers: int
    answer_p99_s: float | None


class GoneField(TypedDict):
    """A field that the mapping reads and that comes no more."""

    kind: str
    field: str


class SourceHealth(TypedDict):
    """How a source of intake fares, and what that rests on."""

    source: str
    state: Literal["healthy", "degraded", "failing", "held", "unknown"]
    reasons: Sequence[ReasonShown]
    last: str | None
    silent_s: int | None
    expected: float | None
    hour: SpanShown
    day: SpanShown
    missing: int
    first_missing: Sequence[int]
    new_fields: Mapping[str, int]
    gone_fields: Sequence[GoneField]
    captured_by_day: Mapping[str, float]
    rotated: str | None
    ending: Mapping[str, str | None]
