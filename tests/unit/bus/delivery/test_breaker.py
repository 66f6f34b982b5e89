"""When calls go through, when they do not, and who tries first."""

import pytest

from bus.delivery.breaker import (
    CLOSED,
    HALF_OPEN,
    OPEN,
    TRANSITIONS,
    Breaker,
    BreakerPolicy,
    Cause,
    Transition,
)


def opened(now: float = 0.0, **policy: float) -> Breaker:
    """A breaker opened by five failures in a row."""
    breaker = Breaker(BreakerPolicy(**policy))  # type: ignore[arg-type]
    for _ in range(5):
        breaker.failure(now)
    assert breaker.state(now) is OPEN
    return breaker


def test_the_table_is_complete() -> None:
    """Every state can be left, every cause leads somewhere, none to where it is."""
    assert {state for state, _ in TRANSITIONS} == {CLOSED, OPEN, HALF_OPEN}
    assert {cause for _, cause in TRANSITIONS} == set(Cause)
    assert all(old is not new for (old, _), new in TRANSITIONS.items())


def test_closed_lets_everything_through() -> None:
    """A new breaker is closed."""
    breaker = Breaker()
    assert breaker.state(0) is CLOSED
    assert all(breaker.acquire(0) for _ in range(100))
    assert breaker.next_chance(0) == 0


def test_failures_in_a_row_open_it() -> None:
    """Five in a row; a success between starts the count again."""
    breaker = Breaker()
    for _ in range(4):
        assert breaker.failure(0) is None
    assert breaker.success(0) is None
    for _ in range(4):
        assert breaker.failure(0) is None
    assert breaker.failure(0) == Transition(CLOSED, OPEN, Cause.CONSECUTIVE)
    assert not breaker.acquire(0)
    assert breaker.change is None


def test_a_share_of_failures_opens_it() -> None:
    """More than half of at least twenty; just half does not."""
    breaker = Breaker()
    for _ in range(10):
        breaker.success(0)
        assert breaker.failure(0) is None
    assert breaker.failure(0) == Transition(CLOSED, OPEN, Cause.SHARE)


def test_the_window_slides() -> None:
    """Failures of half a minute ago do not count any more."""
    breaker = Breaker()
    for _ in range(10):
        breaker.success(0)
        breaker.failure(0)
    assert breaker.failure(31) is None
    assert breaker.state(31) is CLOSED


def test_a_flaky_endpoint_stays_closed() -> None:
    """A fifth failing is what retries are for."""
    breaker = Breaker()
    for second in range(200):
        for _ in range(4):
            breaker.success(second)
        assert breaker.failure(second) is None


def test_open_waits_then_one_probe_at_a_time() -> None:
    """After its time the first caller probes, the others wait for the result."""
    breaker = opened()
    assert not breaker.allows(4.9)
    assert breaker.next_chance(1.0) == 5.0
    assert breaker.state(5.0) is HALF_OPEN
    assert breaker.acquire(5.0)
    assert breaker.change == Transition(OPEN, HALF_OPEN, Cause.WAITED)
    assert not breaker.acquire(5.0)
    assert breaker.next_chance(5.0) == 5.25
    assert breaker.success(5.1) is None
    assert breaker.acquire(5.1)
    assert breaker.change is None


def test_three_successful_probes_close_it() -> None:
    """Closed means a fresh start: what was before is forgotten."""
    breaker = opened()
    changes = []
    for _ in range(3):
        assert breaker.acquire(6.0)
        changes.append(breaker.success(6.0))
    assert changes == [None, None, Transition(HALF_OPEN, CLOSED, Cause.RECOVERED)]
    for _ in range(4):
        assert breaker.failure(6.0) is None


def test_failed_probes_double_the_open_time() -> None:
    """5, 10, 20, 40, 60, 60 s; closing starts at 5 s again."""
    breaker, now, waits = opened(), 0.0, []
    for _ in range(6):
        waits.append(breaker.next_chance(now) - now)
        now = breaker.next_chance(now)
        assert breaker.acquire(now)
        assert breaker.failure(now) == Transition(HALF_OPEN, OPEN, Cause.PROBE_FAILED)
    assert waits == [5, 10, 20, 40, 60, 60]
    now = breaker.next_chance(now)
    for _ in range(3):
        breaker.acquire(now)
        breaker.success(now)
    for _ in range(5):
        breaker.failure(now)
    assert breaker.next_chance(now) == now + 5


def test_a_released_probe_is_nobodys() -> None:
    """A call given back leaves the place to the next."""
    breaker = opened()
    assert breaker.acquire(5)
    assert breaker.release() is None
    assert breaker.acquire(5)


def test_a_lost_probe_is_given_up() -> None:
    """A caller that never reports does not hold the subscription for ever."""
    breaker = opened(probe_lease_s=10, probe_poll_s=100)
    assert breaker.acquire(5)
    assert breaker.next_chance(6) == 15
    assert not breaker.acquire(14.9)
    assert breaker.acquire(15)


def test_late_results_are_no_probes() -> None:
    """What was sent before it opened neither closes nor reopens it."""
    breaker = opened()
    assert breaker.success(1) is None
    assert breaker.failure(1) is None
    assert breaker.next_chance(1) == 5
    breaker.acquire(5)
    breaker.release()
    for _ in range(5):
        assert breaker.failure(5) is None
        assert breaker.success(5) is None
    assert breaker.state(5) is HALF_OPEN


def test_a_hold_stops_everything_and_passes() -> None:
    """Retry-After holds, whatever the state; the longest one counts."""
    breaker = Breaker()
    assert breaker.hold(10, 0) is None
    breaker.hold(7, 1)
    breaker.hold(0, 1)
    assert breaker.state(9) is CLOSED
    assert not breaker.acquire(9.9)
    assert breaker.next_chance(1) == 10
    assert breaker.acquire(10)
    broken = opened()
    broken.hold(8, 0)
    assert broken.next_chance(0) == 8
    assert not broken.acquire(6)
    assert broken.acquire(8)


# --- the fuse


def refused(breaker: Breaker, now: float) -> bool:
    """An attempt that was answered with a refusal; whether it may be dead-lettered."""
    breaker.success(now)
    return breaker.refuse(now)


def test_the_fuse_stops_mass_dead_lettering() -> None:
    """Nineteen refusals pass; the twentieth of twenty results opens the breaker."""
    breaker = Breaker()
    assert all(refused(breaker, 0) for _ in range(19))
    assert not refused(breaker, 0)
    assert breaker.change == Transition(CLOSED, OPEN, Cause.FUSE)
    assert breaker.state(0) is OPEN


def test_some_refusals_are_normal() -> None:
    """Up to half of the results may be dead letters."""
    breaker = Breaker()
    for second in range(100):
        breaker.success(second)
        assert refused(breaker, second)


def test_results_that_were_not_reported_count_as_well() -> None:
    """A refusal asked about alone is a result itself."""
    breaker = Breaker()
    assert [breaker.refuse(0) for _ in range(20)].count(False) == 1


def test_a_blown_fuse_reopens_on_one_more_refusal() -> None:
    """A misconfigured endpoint does not get a dead letter out of every probe."""
    breaker = Breaker()
    while refused(breaker, 0):
        pass
    assert not refused(breaker, 1), "in flight when it opened"
    assert breaker.change is None
    now = 0.0
    for _ in range(6):
        now = breaker.next_chance(now)
        assert breaker.acquire(now)
        assert not refused(breaker, now)
        assert breaker.change == Transition(HALF_OPEN, OPEN, Cause.FUSE)
    assert breaker.next_chance(now) == now + 60
    now += 60
    for _ in range(3):
        assert breaker.acquire(now)
        breaker.success(now)
    assert breaker.state(now) is CLOSED
    assert refused(breaker, now)
    for _ in range(5):
        breaker.failure(now)
    assert breaker.refuse(now), "open again, but not for dead letters"


def test_exhausted_probes_of_an_outage_pass_the_fuse() -> None:
    """Only a mass of dead letters blows it."""
    breaker = opened()
    breaker.acquire(5)
    breaker.failure(5)
    assert breaker.refuse(5)


@pytest.mark.parametrize("window_s", [30.0, 3.0, 300.0])
def test_a_windows_memory_is_bounded(window_s: float) -> None:
    """However many results, thirty buckets and no more."""
    breaker = Breaker(BreakerPolicy(window_s=window_s))
    for step in range(2_000):
        breaker.success(step * window_s / 100)
    assert len(breaker._window._buckets) <= 30  # noqa: SLF001 - the promise is about it
    assert 95 <= breaker._window.results <= 100  # noqa: SLF001 - likewise
