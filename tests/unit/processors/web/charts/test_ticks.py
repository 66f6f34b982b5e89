"""Axes are marked at round numbers of their unit."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.web.charts.ticks import log_scale, near_top, scale
from processors.web.charts.units import Unit
from tests.support.drawable import LAWFUL

VALUES = st.floats(min_value=-1e18, max_value=1e18)


@pytest.mark.parametrize(
    ("high", "unit", "marks"),
    [
        (93, Unit.PER_SECOND, [0, 50, 100]),
        (7, Unit.COUNT, [0, 2, 4, 6, 8]),
        (1, Unit.COUNT, [0, 1]),
        (1, Unit.SHARE, [0, 0.5, 1]),
        (540, Unit.SECONDS, [0, 300, 600]),
        (170, Unit.SECONDS, [0, 60, 120, 180]),
        (5 * 3_600, Unit.SECONDS, [0, 7_200, 14_400, 21_600]),
        (400, Unit.MS, [0, 100, 200, 300, 400]),
        (100_000, Unit.MS, [0, 30_000, 60_000, 90_000, 120_000]),
        (5_000, Unit.BYTES, [0, 2_048, 4_096, 6_144]),
        (0, Unit.MS, [0, 0.5, 1]),
    ],
)
def test_steps_are_those_of_the_unit(
    high: float, unit: Unit, marks: list[float]
) -> None:
    """Minutes and hours for time, powers of two for bytes, whole ones for counts."""
    assert scale(0, high, unit).marks == pytest.approx(marks)


@LAWFUL
@given(one=VALUES, other=VALUES, unit=st.sampled_from(list(Unit)))
def test_an_axis_holds_its_values(one: float, other: float, unit: Unit) -> None:
    """Both values and zero lie on it, with few marks, whatever they are."""
    low, high = sorted((one, other))
    axis = scale(low, high, unit)
    assert axis.low <= min(low, 0) + 1e-9
    assert axis.high >= max(high, 0) - 1e-9
    assert 2 <= len(axis.marks) <= 10
    assert 0 <= axis.share(low) <= axis.share(high) <= 1


@LAWFUL
@given(st.lists(st.floats(min_value=-10, max_value=1e18), max_size=5))
def test_a_logarithmic_axis_has_whole_decades(values: list[float]) -> None:
    """Its ends are powers of ten around all that is above zero."""
    axis = log_scale(values)
    assert math.log10(axis.high) == pytest.approx(round(math.log10(axis.high)))
    assert 2 <= len(axis.marks) <= 10
    above = [value for value in values if value > 1e-12]
    near = 1.0000001  # a logarithm is rounded
    assert all(axis.low <= value * near <= axis.high * near**2 for value in above)


@LAWFUL
@given(st.floats(min_value=0.5, max_value=1))
def test_shares_near_the_top_are_shown_from_near(low: float) -> None:
    """The axis ends at one and begins just below what is drawn."""
    axis = near_top(low)
    assert axis.high == 1
    assert axis.low <= low + 1e-9
    assert axis.low >= 0
    assert len(axis.marks) <= 6
