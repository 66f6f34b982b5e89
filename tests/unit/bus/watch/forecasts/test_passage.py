"""When a backlog is first gone: the law against paths that are played."""

from random import Random

import pytest

from bus.watch.forecasts.passage import gone_by, times_until, when


def test_as_paths_that_are_played() -> None:
    """The law agrees with a thousand paths of the same drift and noise."""
    random = Random(4)  # noqa: S311 - a seeded test
    backlog, drift, noise = 100.0, 0.5, 9.0
    taken = []
    for _ in range(1_000):
        left, second = backlog, 0
        while left > 0 and second < 5_000:
            left -= drift + random.gauss(0, noise**0.5)
            second += 1
        taken.append(second)
    taken.sort()
    times = times_until(86_400)
    chances = gone_by(times, backlog, lambda at: drift * at, noise, 0.0)
    for share in (0.1, 0.5, 0.9):
        played = taken[int(share * len(taken))]
        assert when(times, chances, share) == pytest.approx(played, rel=0.12)


def test_without_noise_it_is_a_division() -> None:
    """A backlog of 100 that shrinks by 2 a second is gone after 50 seconds."""
    times = times_until(86_400)
    chances = gone_by(times, 100.0, lambda at: 2.0 * at, 0.0, 0.0)
    assert when(times, chances, 0.5) == pytest.approx(50, rel=0.25)
    assert set(chances) == {0.0, 1.0}


def test_a_drift_that_is_uncertain_widens() -> None:
    """Both ends move away from the middle."""
    times = times_until(86_400)

    def ends(unsure: float) -> tuple[float, float]:
        chances = gone_by(times, 1_000.0, lambda at: 2.0 * at, 1.0, unsure)
        return when(times, chances, 0.1), when(times, chances, 0.9)

    (low, high), (lower, higher) = ends(0.0), ends(0.2)
    assert lower < low < high < higher


def test_what_grows_is_never_gone() -> None:
    """No share is reached, and no number overflows however large."""
    times = times_until(86_400)
    chances = gone_by(times, 1e9, lambda at: -1e6 * at, 1e3, 1.0)
    assert chances[-1] == 0
    assert when(times, chances, 0.1) == float("inf")


def test_what_is_as_good_as_gone() -> None:
    """A share that is reached at once is reached at the first time looked at."""
    times = times_until(86_400)
    chances = gone_by(times, 0.001, lambda at: 1_000.0 * at, 1.0, 0.0)
    assert when(times, chances, 0.5) == times[0]
