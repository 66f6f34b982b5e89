"""What happened to deliveries, on one axis."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from processors.web.charts import Bar, Mark, Row, Timeline, timeline
from processors.web.charts.timeline_axis import axis_of
from tests.support.drawable import LABELS, LAWFUL
from tests.support.pictures import held, rows

MOMENTS = st.floats(min_value=-1e16, max_value=1e16) | st.floats(0, 1e5)
BARS = st.builds(
    Bar, kind=st.sampled_from(Mark), start_ms=MOMENTS, end_ms=MOMENTS, label=LABELS
)
ROWS = st.builds(
    Row,
    name=LABELS,
    href=st.just("/d/1"),
    state=LABELS,
    bars=st.lists(BARS, max_size=6),
)
DAY = 86_400_000.0


@LAWFUL
@given(title=LABELS, found=st.lists(ROWS, max_size=8), most=st.integers(1, 5))
def test_any_past_makes_a_lawful_picture(
    title: str, found: list[Row], most: int
) -> None:
    """Clocks that differ, nothing at all, ages: all bars stand in the table."""
    view = Timeline(title=title, rows=found, rest_href="/all", most=most)
    told = rows(held(timeline(view)))
    assert [row[2] for row in told] == [
        bar.kind.words for row in found for bar in row.bars
    ]


@LAWFUL
@given(st.lists(BARS, min_size=1, max_size=12))
def test_what_is_later_never_stands_before(bars: list[Bar]) -> None:
    """Squeezed or even, the axis keeps the order of time."""
    axis = axis_of(bars)
    assert axis is not None
    times = sorted(at for bar in bars for at in (bar.start_ms, bar.end_ms))
    xs = [axis.x(at) for at in times]
    assert all(low <= high + 1e-9 for low, high in itertools.pairwise(xs))
    assert 0 <= xs[0] <= xs[-1] <= 1


def _attempts(*spans: tuple[float, float]) -> list[Bar]:
    return [
        Bar(kind=Mark.FAILED, start_ms=start, end_ms=start + length)
        for start, length in spans
    ]


def test_an_axis_is_even_where_all_can_be_seen() -> None:
    """Equal times are equal lengths."""
    axis = axis_of(_attempts((0, 300), (700, 300)))
    assert axis is not None
    assert not axis.squeezed
    assert axis.x(500) == 0.5


def test_a_wait_that_dwarfs_all_squeezes_the_axis() -> None:
    """An attempt of 50 ms beside a day takes room, and the picture says why."""
    bars = _attempts((0, 50), (DAY, 50))
    axis = axis_of(bars)
    assert axis is not None
    assert axis.squeezed
    assert axis.x(50) > 0.05
    view = Timeline(
        title="t", rows=[Row(name="erp", href="/", state="waits", bars=bars)]
    )
    assert timeline(view).desc == (
        "1 row with 2 attempts within 1 d; the axis is squeezed: long waits are "
        "drawn shorter than they were."
    )


def test_two_hundred_rows_are_folded() -> None:
    """Forty are drawn, a link leads to the others, the table has them all."""
    row = Row(name="erp", href="/", state="ok", bars=_attempts((0, 50)))
    view = Timeline(title="order 1", rows=[row] * 200, rest_href="/orders/1?all")
    figure = held(timeline(view))
    svg = figure.find("svg")
    assert svg is not None
    links = [link.get("href") for link in svg.findall("a")]
    assert links == ["/"] * 40 + ["/orders/1?all"]
    assert len(rows(figure)) == 200


def test_outcomes_differ_by_letter_and_pattern() -> None:
    """Each kind of attempt has its letter, with what it means at the top."""
    bars = [
        Bar(kind=kind, start_ms=at * 1_000, end_ms=at * 1_000 + 500)
        for at, kind in enumerate(Mark)
    ]
    view = Timeline(title="t", rows=[Row(name="erp", href="/", state="ok", bars=bars)])
    svg = held(timeline(view)).find("svg")
    assert svg is not None
    texts = [text.text for text in svg.iter("text")]
    for kind in Mark:
        assert kind.words in texts
        assert not kind.letter or texts.count(kind.letter) == 2
    assert len({kind.letter for kind in Mark}) == len(Mark)


def test_the_table_says_a_negative_wait() -> None:
    """Clocks differ; the number stays what it was."""
    bar = Bar(kind=Mark.ACK, start_ms=1_000, end_ms=995)
    view = Timeline(title="t", rows=[Row(name="a", href="/", state="", bars=[bar])])
    assert rows(held(timeline(view)))[0][4] == "\u22125 ms"
