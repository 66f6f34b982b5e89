"""A delivery's whole way: every walk ends, within its attempts and its age."""

from hypothesis import given
from hypothesis import strategies as st

from bus.delivery.delivery import (
    Accepted,
    DeadLetter,
    Done,
    Failed,
    Outcome,
    Reason,
    Refused,
    Retry,
    Throttled,
    Unreachable,
)
from bus.delivery.routing import hold_route, judge, route
from bus.ports import NoAnswerKind

DELAYS = {"1s": 1.0, "5s": 5.0, "30s": 30.0}
TIERS = st.lists(st.sampled_from(sorted(DELAYS)), min_size=1, max_size=6)
OUTCOMES = st.one_of(
    st.builds(Accepted, st.integers(200, 299)),
    st.builds(Refused, st.integers(300, 499)),
    st.builds(Throttled, st.just(429)),
    st.builds(Failed, st.integers(500, 599)),
    st.builds(Unreachable, st.sampled_from(NoAnswerKind)),
)


@given(
    outcomes=st.lists(OUTCOMES, min_size=8, max_size=8),
    retry=TIERS,
    max_age_s=st.integers(1, 200),
)
def test_every_walk_ends(
    outcomes: list[Outcome], retry: list[str], max_age_s: int
) -> None:
    """Accepted or dead-lettered, after at most one attempt a tier and the first."""
    age_s, number = 0.0, 0
    while True:
        outcome, number = outcomes[number], number + 1
        next_ = route(
            outcome,
            number=number,
            retry=retry,
            age_s=age_s,
            max_age_s=max_age_s,
            delay_of=DELAYS,
        )
        if not isinstance(next_, Retry):
            break
        assert next_ == Retry(retry[number - 1])
        age_s += DELAYS[next_.tier]
        assert age_s <= max_age_s
    assert number <= len(retry) + 1
    assert (next_ == Done()) == isinstance(outcome, Accepted)
    if next_ == DeadLetter(Reason.EXHAUSTED):
        assert number == len(retry) + 1


@given(retry=TIERS, age_s=st.floats(0, 300), max_age_s=st.floats(1, 300))
def test_a_hold_uses_no_attempt_and_ends(
    retry: list[str], age_s: float, max_age_s: float
) -> None:
    """Held deliveries stay in a tier of theirs and never outlive their age."""
    next_ = hold_route(
        current_tier=None,
        retry=retry,
        age_s=age_s,
        max_age_s=max_age_s,
        delay_of=DELAYS,
    )
    if isinstance(next_, Retry):
        assert not next_.counted
        assert next_.tier == retry[0]
        assert age_s + DELAYS[next_.tier] <= max_age_s
    else:
        assert next_ == DeadLetter(Reason.TOO_OLD)


@given(
    status=st.integers(100, 999),
    retry_after=st.none() | st.text(max_size=20),
    transient=st.frozensets(st.integers(300, 599)),
)
def test_only_2xx_is_accepted(
    status: int, retry_after: str | None, transient: frozenset[int]
) -> None:
    """No setting makes a failure look accepted, or a 410 look transient."""
    outcome = judge(status, retry_after, "", transient, 0)
    assert isinstance(outcome, Accepted) == (200 <= status <= 299)
    assert status != 410 or isinstance(outcome, Refused)
