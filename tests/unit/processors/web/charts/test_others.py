"""Percentiles, forecasts, small lines, and days."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bus.watch.forecasts.drain import CannotSay, Never, OnTime, Verdict, Within
from processors.web.charts import (
    Day,
    Draining,
    Limit,
    Percentiles,
    Unit,
    Uptime,
    draining,
    forecast_words,
    percentiles,
    say,
    sparkline,
    uptime,
)
from tests.support.drawable import LABELS, LAWFUL, NUMBERS, TIMES
from tests.support.pictures import held, inside, parsed, rows

SPANS = st.floats(min_value=0, max_value=1e9)


@st.composite
def verdicts(draw: st.DrawFn) -> Verdict:
    """Any forecast."""
    low, mid, high = sorted(draw(st.tuples(SPANS, SPANS, SPANS)))
    found: list[Verdict] = [
        Within(low, mid, high),
        OnTime(),
        Never("<b>"),
        CannotSay("too few"),
    ]
    return draw(st.sampled_from(found))


@LAWFUL
@given(st.data())
def test_any_percentiles_make_a_lawful_picture(data: st.DataObject) -> None:
    """Zero, negative and huge ones too, though the axis is logarithmic."""
    times = sorted(data.draw(st.lists(TIMES, max_size=9)))
    values = st.lists(NUMBERS, min_size=len(times), max_size=len(times))
    view = Percentiles(
        title=data.draw(LABELS),
        times_ms=times,
        p50=data.draw(values),
        p95=data.draw(values),
        p99=data.draw(values),
        limit=data.draw(st.none() | st.builds(Limit, st.floats(0, 1e9), LABELS)),
    )
    told = [row[1:] for row in rows(held(percentiles(view)))]
    assert told == [
        [say(value, Unit.MS) for value in column]
        for column in zip(view.p50, view.p95, view.p99, strict=True)
    ]


@LAWFUL
@given(st.data())
def test_any_forecast_makes_a_lawful_picture(data: st.DataObject) -> None:
    """With any past, whatever the verdict; its table ends with what is foreseen."""
    times = sorted(data.draw(st.lists(TIMES, max_size=9)))
    view = Draining(
        title=data.draw(LABELS),
        times_ms=times,
        backlog=data.draw(st.lists(NUMBERS, min_size=len(times), max_size=len(times))),
        now_ms=data.draw(TIMES),
        verdict=data.draw(verdicts()),
    )
    picture = draining(view)
    foreseen = 3 if isinstance(view.verdict, Within) else 1
    assert len(rows(held(picture))) >= foreseen
    assert forecast_words(view.verdict) in picture.desc


@pytest.mark.parametrize(
    ("verdict", "words"),
    [
        (
            Within(1_080, 1_500, 2_390),
            "empty in 18 m to 40 m (80 %), most likely 25 m",
        ),
        (OnTime(), "nothing waits too long"),
        (Never("9/s go"), "not empty within a day: 9/s go"),
        (CannotSay("too few samples"), "cannot say: too few samples"),
    ],
)
def test_a_forecast_in_words(verdict: Verdict, words: str) -> None:
    """A range is no finer than what can be foreseen."""
    assert forecast_words(verdict) == words


def test_who_cannot_say_draws_no_path() -> None:
    """There is a word where a fan would be."""
    view = Draining(
        title="erp",
        times_ms=[0, 60_000],
        backlog=[5, 7],
        now_ms=60_000,
        verdict=CannotSay("too few samples"),
    )
    figure = held(draining(view))
    assert "cannot say" in {text.text for text in figure.iter("text")}
    assert not figure.findall(".//*[@class='c-band c-s1']")


@LAWFUL
@given(name=LABELS, values=st.lists(NUMBERS, max_size=20))
def test_any_small_line_is_lawful(name: str, values: list[float | None]) -> None:
    """It stays inside, and its title says the numbers."""
    svg = parsed(sparkline(name, values, Unit.PER_SECOND))
    inside(svg)
    assert svg.get("role") == "img"
    title = svg.findtext("title") or ""
    known = any(value is not None for value in values)
    assert title.endswith("now" if known else "no data")


@LAWFUL
@given(
    title=LABELS,
    shares=st.lists(st.none() | st.floats(-1, 2), max_size=120),
    objective=st.floats(0, 1),
)
def test_any_days_make_a_lawful_picture(
    title: str, shares: list[float | None], objective: float
) -> None:
    """As many rows as days, the newest first, each with its word."""
    first = date(2026, 9, 1)
    days = [Day(first + timedelta(at), share) for at, share in enumerate(shares)]
    view = Uptime(title=title, days=days, objective=objective, whole=None)
    told = rows(held(uptime(view)))
    assert [row[0] for row in told] == [str(day.day) for day in reversed(days)]
    assert {row[2] for row in told} <= {"met", "missed", "down", "no data"}


def test_a_day_differs_by_height_and_word_too() -> None:
    """Met, missed and down are as high as they are good."""
    first = date(2026, 9, 1)
    days = [Day(first + timedelta(at), share) for at, share in enumerate((1, 0.9, 0.1))]
    view = Uptime(title="erp", days=days, objective=0.99, whole=0.66)
    wide = held(uptime(view)).find("svg")
    assert wide is not None
    cells = [rect for rect in wide.iter("rect") if rect.get("width") != "7"]
    assert [float(cell.get("height", 0)) for cell in cells] == pytest.approx(
        [32, 22.4, 12.8]
    )
    assert uptime(view).desc == (
        "66 % over 3 days, objective 99 %; days: 1 met, 1 missed, 1 down."
    )
