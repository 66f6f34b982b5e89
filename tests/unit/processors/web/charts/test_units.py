"""Numbers are said as people say them."""

import pytest
from hypothesis import given

from processors.web.charts import Unit, percent, say, span
from tests.support.drawable import LAWFUL, NUMBERS


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        (0, Unit.COUNT, "0"),
        (12, Unit.COUNT, "12"),
        (1_234, Unit.COUNT, "1.23 k"),
        (2_500_000, Unit.COUNT, "2.5 M"),
        (0.0042, Unit.PER_SECOND, "0.0042/s"),
        (12.34, Unit.PER_SECOND, "12.3/s"),
        (1_590, Unit.PER_SECOND, "1.59 k/s"),
        (85, Unit.MS, "85 ms"),
        (1_500, Unit.MS, "1.5 s"),
        (80_000, Unit.MS, "1 m 20 s"),
        (80, Unit.SECONDS, "1 m 20 s"),
        (0.25, Unit.SECONDS, "250 ms"),
        (0.9995, Unit.SHARE, "99.95 %"),
        (3_355_443, Unit.BYTES, "3.2 MiB"),
        (-5, Unit.MS, "\u22125 ms"),
        (None, Unit.MS, "no data"),
        (float("nan"), Unit.MS, "no data"),
    ],
)
def test_a_number_has_its_unit(value: float | None, unit: Unit, said: str) -> None:
    """Three digits that count, in the unit that makes them readable."""
    assert say(value, unit) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "0 s"),
        (59.97, "60 s"),
        (60, "1 m"),
        (3_599.6, "1 h"),
        (7_500, "2 h 5 m"),
        (86_399.9, "1 d"),
        (273_600, "3 d 4 h"),
        (-80, "\u22121 m 20 s"),
    ],
)
def test_a_span_has_two_units_at_most(seconds: float, said: str) -> None:
    """Sixty of a unit become one of the next, however they were rounded."""
    assert span(seconds) == said


def test_what_is_less_than_all_is_never_said_to_be_all() -> None:
    """A share is rounded down near the top, so that 100 % means all."""
    assert percent(0.9999999) == "99.999 %"
    assert percent(1) == "100 %"


@LAWFUL
@given(value=NUMBERS)
def test_any_number_can_be_said(value: float | None) -> None:
    """Nothing that is finite is too large or too small for words."""
    for unit in Unit:
        assert 1 <= len(say(value, unit)) <= 24
