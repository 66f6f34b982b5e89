"""What is worth somebody's time first, and by which terms."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bus.intake.parked.ranking import (
    LATE_WEIGHT,
    USUAL_GAP_S,
    Pace,
    Risk,
    Stake,
    pace_of,
    risk_of,
)
from tests.support.parked import NOW


def stake(value: object = 100, hours: float | None = 2, **changes: object) -> Stake:
    """An order of this value that has to go in so many hours."""
    due = None if hours is None else NOW + timedelta(hours=hours)
    worth = None if value is None else Decimal(str(value))
    return Stake(
        worth,
        str(changes.get("currency", "EUR")),
        due,
        NOW,
        str(changes.get("tier", "")),
    )


def risk(*stakes: Stake, pace: Pace | None = None) -> Risk:
    """What these put at risk."""
    return risk_of(stakes, pace or Pace(3_600, 1), {"gold": 3.0}, NOW)


def test_the_terms_multiply_to_the_whole() -> None:
    """Value, times the chance, times the weight: as they are shown."""
    found = risk(stake(100), stake(50, 1, tier="gold"))
    assert found.p_late is not None
    assert found.weight is not None
    assert found.value == 150
    assert found.at_risk == pytest.approx(found.value * found.p_late * found.weight)
    assert found.score == found.at_risk


@given(st.floats(0, 1e6), st.floats(0, 1e6), st.integers(1, 500))
def test_less_time_is_a_greater_chance(a: float, b: float, groups: int) -> None:
    """And none at all is certainty."""
    pace = Pace(300, groups)
    assert pace.p_late(min(a, b)) >= pace.p_late(max(a, b))
    assert 0 <= pace.p_late(a) <= 1
    assert pace.p_late(0) == pace.p_late(-1) == 1


def test_what_is_too_late_counts_a_tenth() -> None:
    """It cannot be rescued any more, and is not forgotten."""
    found = risk(stake(100, -1))
    assert (found.value, found.at_risk, found.overdue, found.late) == (0, 0, 100, 1)
    assert found.score == pytest.approx(100 * LATE_WEIGHT)
    assert found.p_late is found.left_s is None


def test_what_is_not_known_is_named() -> None:
    """A currency without a rate, an order without a value, one without a ship-by."""
    found = risk(
        stake(None, currency="XTS"), stake(None, currency=""), stake(5, None), stake(5)
    )
    assert found.unknown == {"XTS": 1, "": 1}
    assert found.assumed == 1
    assert found.value == 10
    assert found.left_s == 7_200


def test_of_nothing_there_is_no_average() -> None:
    """A dash, not a nought."""
    assert risk() == Risk()


def times(*minutes: float) -> list[datetime]:
    """Moments."""
    return [NOW + timedelta(minutes=one) for one in minutes]


def test_the_pace_is_measured() -> None:
    """The middle gap between groups cleared; pauses and simultaneous ones are none."""
    assert pace_of(times(0, 5, 10, 17, 400, 405, 405), 9) == Pace(300, 9, 4)
    assert pace_of(times(0, 0.1, 0.2), 4) == Pace(USUAL_GAP_S, 4, 0)
    assert pace_of([], 4) == Pace(USUAL_GAP_S, 4, 0)
    assert pace_of(times(0, 300), 4) == Pace(USUAL_GAP_S, 4, 0)
    assert Pace(300, 11).clear_s == 1_800
