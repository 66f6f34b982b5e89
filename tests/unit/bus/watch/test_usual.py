"""What an hour of the week makes unlikely."""

from collections.abc import Mapping

import pytest

from bus.watch.usual import (
    WEEK,
    Weeks,
    chance_of_none,
    expected,
    hour_of_week,
    robust_z,
)

MINUTE = 5 * WEEK + 17 * 60 + 30
HOUR = 17
CALM, BUSY = [1] * 60, [10] * 60


def z(count: int, history: Mapping[int, Weeks]) -> float:
    """The robust z of a count in that minute, where there is one."""
    found = robust_z(count, MINUTE, history)
    assert found is not None
    return found


def test_the_hour_of_the_week_begins_anew_each_week() -> None:
    """168 of them."""
    assert hour_of_week(MINUTE) == hour_of_week(MINUTE + WEEK) == HOUR
    assert hour_of_week(WEEK - 1) == 167


def test_a_silence_is_held_against_the_calmest_week() -> None:
    """And of one week alone one half counts."""
    silent = range(MINUTE, MINUTE + 15)
    assert expected(silent, {HOUR: [BUSY, CALM]}) == pytest.approx(15)
    assert expected(silent, {HOUR: [BUSY]}) == pytest.approx(75)
    assert chance_of_none(15) < 1e-6 < chance_of_none(13)


def test_an_hour_nobody_knows_makes_nothing_unlikely() -> None:
    """Also where the silence only reaches into it."""
    silent = range(MINUTE, MINUTE + 40)
    assert expected(silent, {HOUR: [BUSY, BUSY]}) is None
    assert robust_z(0, MINUTE, {}) is None
    assert robust_z(0, MINUTE, {HOUR: [[]]}) is None


def test_a_night_without_events_is_usual() -> None:
    """Where none came in past weeks none is missed."""
    assert expected(range(MINUTE, MINUTE + 25), {HOUR: [[0] * 60, [0] * 60]}) == 0


def test_counts_are_held_against_the_same_minute_and_its_neighbours() -> None:
    """As many as ever are none; a hundred times as many are far out."""
    weeks = {HOUR: [[100 + (n * 7) % 13 for n in range(60)]] * 4}
    assert abs(z(106, weeks)) < 1
    assert z(10_000, weeks) > 100
    assert z(0, weeks) < -6


def test_few_weeks_have_a_wider_band() -> None:
    """One week says half as much as four."""
    week = [100] * 60
    four = z(200, {HOUR: [week] * 4})
    assert z(200, {HOUR: [week]}) == pytest.approx(four / 2)


def test_chance_alone_is_no_anomaly() -> None:
    """Where one a minute is usual, three are nothing."""
    assert abs(z(3, {HOUR: [CALM] * 4})) < 6


def test_weeks_that_happen_to_be_alike_are_no_law() -> None:
    """A tenth more or less is never odd, however many events and however calm weeks."""
    weeks = {HOUR: [[100_000] * 60] * 6}
    assert z(110_000, weeks) == pytest.approx(1)
    assert z(170_000, weeks) == pytest.approx(7)
