"""What follows from an attempt: the answer's outcome, and the delivery's route.

The two tables of Orderbus' promise: which answers are final, and where a delivery
goes next.
"""

from collections.abc import Mapping, Sequence
from typing import assert_never

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
from bus.delivery.schedule import parse_retry_after

GONE = 410
_ACCEPTED = Accepted(200)
"""What nearly all deliveries come to; made once, as it never changes."""
DONE = Done()
"""Where those go."""
_FUSED = frozenset({Reason.REFUSED, Reason.EXHAUSTED})


def judge(
    status: int,
    retry_after: str | None,
    detail: str,
    transient: frozenset[int],
    now_s: float,
) -> Outcome:
    """Return what an HTTP answer means.

    ====================================  =========
    2xx                                   accepted
    410                                   refused
    429, 503 with Retry-After             throttled
    other 5xx, statuses in `transient`    failed
    all else (1xx, 3xx, 4xx)              refused
    ====================================  =========
    """
    if 200 <= status <= 299:  # noqa: PLR2004 - success
        return _ACCEPTED if status == _ACCEPTED.status else Accepted(status)
    wait_s = parse_retry_after(retry_after, now_s)
    match status:
        case 410:
            return Refused(status, detail)
        case 429:
            return Throttled(status, wait_s, detail)
        case 503 if wait_s is not None:
            return Throttled(status, wait_s, detail)
        case _ if 500 <= status <= 599 or status in transient:  # noqa: PLR2004 - server errors
            return Failed(status, wait_s, detail)
        case _:
            return Refused(status, detail)


def route(
    outcome: Outcome,
    *,
    number: int,
    retry: Sequence[str],
    age_s: float,
    max_age_s: float,
    delay_of: Mapping[str, float],
) -> Route:
    """Return where a delivery goes after attempt `number` (from 1).

    `retry` is the subscription's sequence of tiers: one retry each. `age_s` counts
    from the source record; what would be older than `max_age_s` when due is not
    tried again. `delay_of` gives the declared tiers' delays in seconds.
    """
    match outcome:
        case Accepted():
            return DONE
        case Refused(status=status):
            return DeadLetter(Reason.GONE if status == GONE else Reason.REFUSED)
        case Unreachable(kind="forbidden"):
            return DeadLetter(Reason.FORBIDDEN)
        case Throttled() | Failed() | Unreachable():
            if number > len(retry):
                return DeadLetter(Reason.EXHAUSTED)
            tier = retry[number - 1]
            if age_s + delay_of[tier] > max_age_s:
                return DeadLetter(Reason.TOO_OLD)
            return Retry(tier)
        case _:
            assert_never(outcome)


def hold_route(
    *,
    current_tier: str | None,
    retry: Sequence[str],
    age_s: float,
    max_age_s: float,
    delay_of: Mapping[str, float],
) -> Retry | DeadLetter:
    """Return where a delivery goes that may not be tried now: no attempt is used.

    It stays in its tier, or goes to the first one, until it grows too old.
    """
    tier = retry[0] if current_tier is None else current_tier
    if age_s + delay_of[tier] > max_age_s:
        return DeadLetter(Reason.TOO_OLD)
    return Retry(tier, counted=False)


def fused(route: Route) -> bool:
    """Say if the breaker's fuse is to be asked: many of these mean a broken endpoint.

    Not for 410, which disables the subscription, nor for what age and rules decide.
    """
    return isinstance(route, DeadLetter) and route.reason in _FUSED
