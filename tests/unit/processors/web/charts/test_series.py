"""Lines, areas and bars over time."""

from hypothesis import given
from hypothesis import strategies as st

from processors.web.charts import Form, Limit, Series, TimeSeries, Unit, say
from processors.web.charts.series import time_series
from tests.support.drawable import LABELS, LAWFUL, NUMBERS, TIMES
from tests.support.pictures import held, rows

MINUTE = 60_000


@st.composite
def views(draw: st.DrawFn) -> TimeSeries:
    """Anything that the types allow."""
    times = sorted(draw(st.lists(TIMES, max_size=12)))
    values = st.lists(NUMBERS, min_size=len(times), max_size=len(times))
    limits = st.builds(Limit, NUMBERS.filter(lambda value: value is not None), LABELS)
    return TimeSeries(
        title=draw(LABELS),
        times_ms=times,
        series=draw(st.lists(st.builds(Series, LABELS, values), max_size=7)),
        unit=draw(st.sampled_from(list(Unit))),
        form=draw(st.sampled_from(list(Form))),
        limit=draw(st.none() | limits),
    )


@LAWFUL
@given(views())
def test_anything_makes_a_lawful_picture(view: TimeSeries) -> None:
    """Well-formed, inside its box, without styles, whatever numbers and names."""
    figure = held(time_series(view))
    assert len(rows(figure)) == len(view.times_ms)


@LAWFUL
@given(views())
def test_the_table_has_the_numbers_that_are_drawn(view: TimeSeries) -> None:
    """Each value in its row and column, said in its unit."""
    told = [row[1:] for row in rows(held(time_series(view)))]
    assert told == [
        [say(each.values[at], view.unit) for each in view.series]
        for at in range(len(view.times_ms))
    ]


def _view(form: Form, *series: Series) -> TimeSeries:
    times = [at * MINUTE for at in range(len(series[0].values))]
    return TimeSeries(
        title="rates", times_ms=times, series=series, unit=Unit.PER_SECOND, form=form
    )


def _lines(view: TimeSeries, name: str = "c-line") -> list[str]:
    """The path data of the wide drawing, without the legend's samples."""
    wide = held(time_series(view)).find("svg")
    assert wide is not None
    return [
        path.get("d", "")
        for path in wide.iter("path")
        if name in path.get("class", "").split() and "h24" not in path.get("d", "")
    ]


def test_a_gap_breaks_the_line_and_is_never_zero() -> None:
    """Two stretches are two strokes; nothing reaches the floor between them."""
    (line,) = _lines(_view(Form.LINES, Series("in", [5, 6, None, None, 6, 5])))
    assert line.count("M") == 2
    ys = [float(place.split(" ")[1]) for place in line[1:].replace("M", "L").split("L")]
    assert max(ys) < 150


def test_a_point_between_gaps_can_be_seen() -> None:
    """It becomes a short stroke."""
    (line,) = _lines(_view(Form.LINES, Series("in", [None, 6, None])))
    assert line.endswith("m-1.5 0h3")


def test_nobody_knows_a_sum_with_a_part_missing() -> None:
    """A stack has a gap where any of its series has."""
    view = _view(
        Form.AREAS, Series("a", [1, 1, 1, 1, 1]), Series("b", [1, 1, None, 1, 1])
    )
    assert [line.count("M") for line in _lines(view)] == [2, 2]
    assert [area.count("M") for area in _lines(view, "c-area")] == [2, 2]


def test_bars_stand_upon_each_other() -> None:
    """The second begins where the first ends."""
    view = _view(Form.BARS, Series("a", [2, 2]), Series("b", [1, 1]))
    first, second = _lines(view, "c-bar")
    assert first.split("V")[1].split("H")[0] == second.split("V")[0].split(" ")[1]


def test_lines_differ_by_their_dashes() -> None:
    """Colour is never all that tells two lines apart."""
    view = _view(Form.LINES, *(Series(str(at), [1, 2]) for at in range(6)))
    wide = held(time_series(view)).find("svg")
    assert wide is not None
    dashes = {
        path.get("stroke-dasharray")
        for path in wide.iter("path")
        if "c-line" in path.get("class", "")
    }
    assert len(dashes) == 6


def test_the_sentence_is_made_from_the_numbers() -> None:
    """Last, least and most of each series, and how much is missing."""
    view = _view(Form.LINES, Series("in", [5, None, 12.5, 9]))
    assert time_series(view).desc == (
        "rates from 1 Jan 00:00 to 1 Jan 00:03 UTC; "
        "in: 9/s at the end, 5/s to 12.5/s, 1 without data."
    )


def test_shares_near_one_are_not_drawn_from_zero() -> None:
    """What matters of 99.5 % is the last half."""
    view = TimeSeries(
        title="success",
        times_ms=[0, MINUTE],
        series=[Series("ok", [0.996, 0.999])],
        unit=Unit.SHARE,
        limit=Limit(0.995, "objective"),
    )
    said = {text.text for text in held(time_series(view)).iter("text")}
    assert {"100 %", "99.4 %", "objective 99.5 %"} <= said
    assert "0 %" not in said
