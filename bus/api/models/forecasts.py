"""What is sent and answered: forecasts."""

# Written from the table of routes by `make client`, not by hand.
from collections.abc import Sequence
from typing import Literal, TypedDict


class LimitShown(TypedDict):
    """Whether more comes within a day than can go; spans in seconds from now."""

    verdict: Literal["enough", "reached", "cannot_say"]
    why: str
    low_s: float | None
    mid_s: float | None
    high_s: float | None
    most: float | None
    knob: str | None
    said: str


class ForecastRecord(TypedDict):
    """What earlier forecasts of the queue were worth."""

    known: int
    held: int
    coverage: float | None
    said: str


class ForecastShown(TypedDict):
    """A queue, and when it is caught up with: 80 % of such ranges hold what comes."""

    queue: str
    subscription: str | None
    tier: str | None
    waiting: int
    overdue: int
    verdict: Literal["on_time", "within", "never", "cannot_say"]
    why: str
    low_s: float | None
    mid_s: float | None
    high_s: float | None
    limit: LimitShown | None
    record: ForecastRecord
    said: str


class ForecastRows(TypedDict):
    """All of them: source topics first, then by subscription."""

    data: Sequence[ForecastShown]
