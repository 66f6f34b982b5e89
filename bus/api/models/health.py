"""What is sent and answered: health."""

# Written from the table of routes by `make client`, not by hand.
from typing import TypedDict


class FiguresShown(TypedDict):
    """What befell the attempts of a span; rate and latencies are null without any."""

    attempts: int
    accepted: int
    held: int
    dead_letters: int
    success_rate: float | None
    p50_ms: float | None
    p95_ms: float | None
    p99_ms: float | None


class HealthShown(TypedDict):
    """How a subscription fares.

    The day begins with a full hour, and the hour with full five minutes.
    """

    subscription: str
    state: str
    state_reason: str
    breaker: str | None
    five_minutes: FiguresShown
    hour: FiguresShown
    day: FiguresShown
