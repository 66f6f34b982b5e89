"""What is kept of forecasts, and what came of them."""

from bus.log.lags import ForecastRow
from bus.watch.forecasts.drain import CannotSay, OnTime, Within
from bus.watch.forecasts.record import Outcome
from processors.forecasting.outcomes import UNKNOWN, next_rows, outcomes_of, unseen

_NOW = 1_000_000_000_000_000
_ROW = ForecastRow(_NOW - 60_000_000, "q", 50_000_000, 100_000_000, 200_000_000, 1.5)
_RANGE = Within(50, 100, 200)


def test_a_first_forecast_is_kept() -> None:
    """In microseconds, with what widened it."""
    assert next_rows("q", _RANGE, 1.5, {}, _NOW) == [_ROW._replace(made_us=_NOW)]


def test_the_next_one_waits_its_turn() -> None:
    """Made a minute later it would be right or wrong with the first."""
    assert next_rows("q", _RANGE, 1.5, {"q": [_ROW]}, _NOW) == []
    late = _NOW + 400_000_000
    assert next_rows("q", _RANGE, 1.5, {"q": [_ROW]}, late) == [
        _ROW._replace(made_us=late)
    ]


def test_another_backlog_is_another_forecast() -> None:
    """However soon it comes after the last one has ended."""
    ended = _ROW._replace(took_us=5)
    assert len(next_rows("q", _RANGE, 1.5, {"q": [ended]}, _NOW)) == 1


def test_on_time_ends_what_is_open() -> None:
    """All of them, with how long each took."""
    ended = _ROW._replace(made_us=1, took_us=5)
    kept = {"q": [_ROW, ended], "other": [_ROW._replace(queue="other")]}
    assert next_rows("q", OnTime(), 1.5, kept, _NOW) == [
        _ROW._replace(took_us=60_000_000)
    ]


def test_what_nobody_can_say_is_not_kept() -> None:
    """Neither does it end anything."""
    assert next_rows("q", CannotSay("why"), 1.5, {"q": [_ROW]}, _NOW) == []


def test_an_end_that_nobody_saw() -> None:
    """After a gap it is not known when a backlog was gone: neither right nor wrong."""
    ended = _ROW._replace(took_us=5)
    assert unseen([_ROW, ended], None, _NOW) == [_ROW._replace(took_us=UNKNOWN)]
    assert unseen([_ROW], _NOW - 400_000_000, _NOW)
    assert unseen([_ROW], _NOW - 30_000_000, _NOW) == []


def test_rows_as_outcomes() -> None:
    """In seconds; those without an end that was seen are left out."""
    rows = [_ROW, _ROW._replace(took_us=90_000_000), _ROW._replace(took_us=UNKNOWN)]
    assert outcomes_of(rows, _NOW) == [
        Outcome(_RANGE, 1.5, None, 60.0),
        Outcome(_RANGE, 1.5, 90.0, 60.0),
    ]
