"""What is sent and answered: course."""

# Written from the table of routes by `make client`, not by hand.
from collections.abc import Sequence
from typing import TypedDict


class CourseStep(TypedDict):
    """What befell the attempts of a step; null where there was nothing to measure."""

    at: str
    attempts: int
    accepted: int
    dead_letters: int
    success_rate: float | None
    p50_ms: float | None
    p95_ms: float | None
    p99_ms: float | None
    waiting: int | None


class Course(TypedDict):
    """A course of even steps, the oldest first; the last one goes on."""

    subscription: str
    step_s: int
    data: Sequence[CourseStep]
