"""What an answer means, and where a delivery goes next."""

import pytest

from bus.delivery.delivery import (
    Accepted,
    DeadLetter,
    Done,
    Failed,
    Outcome,
    Reason,
    Refused,
    Retry,
    Route,
    Throttled,
    Unreachable,
)
from bus.delivery.routing import fused, hold_route, judge, route
from bus.delivery.subscription import DEFAULT_TRANSIENT
from bus.ports import NoAnswerKind

TIERS = ("1s", "5s", "30s")
DELAYS = {"1s": 1.0, "5s": 5.0, "30s": 30.0}


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (100, Refused),
        (199, Refused),
        (200, Accepted),
        (204, Accepted),
        (299, Accepted),
        (301, Refused),
        (400, Refused),
        (401, Refused),
        (404, Refused),
        (408, Failed),
        (409, Failed),
        (410, Refused),
        (425, Failed),
        (429, Throttled),
        (500, Failed),
        (503, Failed),
        (599, Failed),
        (600, Refused),
    ],
)
def test_statuses(status: int, outcome: type) -> None:
    """The table of the promise, at its borders."""
    assert type(judge(status, None, "", DEFAULT_TRANSIENT, 0)) is outcome


def test_retry_after_travels_with_the_outcome() -> None:
    """A busy endpoint says how long; 503 that says so is a throttle."""
    none: frozenset[int] = frozenset()
    assert judge(429, "7", "x", none, 0) == Throttled(429, 7.0, "x")
    assert judge(503, "7", "x", none, 0) == Throttled(503, 7.0, "x")
    assert judge(503, "soon", "x", none, 0) == Failed(503, None, "x")
    assert judge(500, "7", "x", none, 0) == Failed(500, 7.0, "x")
    assert judge(400, "7", "x", none, 0) == Refused(400, "x")


def test_a_subscription_may_call_a_status_transient() -> None:
    """A 404 during a partner's deployment; never a 410."""
    assert judge(404, None, "", frozenset({404}), 0) == Failed(404)
    assert judge(302, None, "", frozenset({302}), 0) == Failed(302)
    assert judge(408, None, "", frozenset(), 0) == Refused(408)
    assert judge(410, None, "", frozenset({410}), 0) == Refused(410)


def routed(outcome: Outcome, number: int = 1, age_s: float = 0) -> Route:
    """The route with the default tiers and a day of patience."""
    return route(
        outcome,
        number=number,
        retry=TIERS,
        age_s=age_s,
        max_age_s=86_400,
        delay_of=DELAYS,
    )


@pytest.mark.parametrize("number", range(1, 6))
@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        (Accepted(200), Done()),
        (Accepted(0), Done()),
        (Refused(400), DeadLetter(Reason.REFUSED)),
        (Refused(410), DeadLetter(Reason.GONE)),
        (Unreachable(NoAnswerKind.FORBIDDEN), DeadLetter(Reason.FORBIDDEN)),
    ],
)
def test_final_outcomes(outcome: Outcome, expected: Route, number: int) -> None:
    """They are final at whichever attempt."""
    assert routed(outcome, number) == expected


@pytest.mark.parametrize(
    "outcome",
    [
        Failed(500),
        Throttled(429),
        *(Unreachable(k) for k in NoAnswerKind if k != "forbidden"),
    ],
)
def test_transient_outcomes_walk_the_tiers(outcome: Outcome) -> None:
    """1 s, 5 s, 30 s, dead letter."""
    assert [routed(outcome, number) for number in range(1, 6)] == [
        Retry("1s"),
        Retry("5s"),
        Retry("30s"),
        DeadLetter(Reason.EXHAUSTED),
        DeadLetter(Reason.EXHAUSTED),
    ]


def test_a_delivery_that_would_be_too_old_when_due() -> None:
    """It is dead-lettered now rather than expired later; exhausted comes first."""
    assert routed(Failed(500), 2, 86_395) == Retry("5s")
    assert routed(Failed(500), 2, 86_395.1) == DeadLetter(Reason.TOO_OLD)
    assert routed(Failed(500), 4, 86_401) == DeadLetter(Reason.EXHAUSTED)


@pytest.mark.parametrize(
    ("tier", "age_s", "expected"),
    [
        (None, 0, Retry("1s", counted=False)),
        ("5s", 0, Retry("5s", counted=False)),
        ("5s", 95, Retry("5s", counted=False)),
        ("5s", 95.5, DeadLetter(Reason.TOO_OLD)),
        (None, 99.5, DeadLetter(Reason.TOO_OLD)),
    ],
)
def test_a_held_delivery(tier: str | None, age_s: float, expected: Route) -> None:
    """It waits in its tier without using an attempt, until it is too old."""
    assert (
        hold_route(
            current_tier=tier, retry=TIERS, age_s=age_s, max_age_s=100, delay_of=DELAYS
        )
        == expected
    )


def test_what_the_fuse_is_asked_about() -> None:
    """Refused and exhausted ones; a mass of them means a broken endpoint."""
    asked = {reason for reason in Reason if fused(DeadLetter(reason))}
    assert asked == {Reason.REFUSED, Reason.EXHAUSTED}
    assert not fused(Done())
    assert not fused(Retry("1s"))
