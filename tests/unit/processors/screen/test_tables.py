"""Tables: nothing is cut, on no terminal and in no pipe."""

import io

import pytest
from rich.cells import cell_len

from processors.screen.console import Screen
from processors.screen.tables import (
    Cell,
    Column,
    drawn,
    piped,
    print_table,
    print_told,
)

COLUMNS = (
    Column("ID"),
    Column("NUMBER", rank=1, right=True),
    Column("STATE", rank=2),
    Column("DETAIL", rank=3),
)
LONG = "x" * 300
ROWS: list[tuple[Cell | str, ...]] = [
    ("5f0c0c9e-4a54-4b6e-9d5e-0d0a7a8c9d11", "7", Cell("active"), "why"),
    ("short", "12345", Cell("paused"), Cell("a long story", brief="a long …")),
]


@pytest.mark.parametrize("width", [200, 80, 60, 50, 45, 20, 1])
def test_whole_columns_go(width: int) -> None:
    """What is shown is shown whole; the least important go first, ids never."""
    lines = [text.plain for text in drawn(COLUMNS, ROWS, width)]
    titles = lines[0].split()
    assert titles == ["ID", "NUMBER", "STATE", "DETAIL"][: len(titles)]
    if len(titles) > 1:
        assert all(cell_len(line) <= width for line in lines)
    assert lines[1].startswith("5f0c0c9e-4a54-4b6e-9d5e-0d0a7a8c9d11")
    assert ("paused" in lines[2]) == ("STATE" in titles)


def test_an_id_is_never_cut() -> None:
    """Wider than the terminal it stands there all the same."""
    (_, line) = drawn(COLUMNS, [(LONG, "1", "a", "b")], 80)
    assert line.plain == LONG


def test_numbers_stand_under_each_other() -> None:
    """They end in one column, wide characters counted as the terminal does."""
    rows = [("漢字", "7", "a", "b"), ("id", "12345", "a", "b")]
    title, first, second = (
        text.plain for text in drawn(COLUMNS[:2], [r[:2] for r in rows], 80)
    )
    assert {cell_len(title), cell_len(first), cell_len(second)} == {12}


def test_a_pipe_gets_everything() -> None:
    """All columns, whole, tabs between; no blanks to fill up, no ellipsis."""
    out = io.StringIO()
    screen = Screen(file=out, width=20, soft_wrap=True)
    print_table(screen, COLUMNS, [(LONG, "7", "a", Cell("whole", brief="wh…"))])
    assert out.getvalue() == f"ID\tNUMBER\tSTATE\tDETAIL\n{LONG}\t7\ta\twhole\n"


TOLD = (Column("STATE"), Column("SINCE", rank=1), Column("WHY"))
WHY = "one of three deliveries became a dead letter"


@pytest.mark.parametrize(
    ("width", "lines"),
    [
        (80, ["STATE   SINCE  WHY", f"paused  4 min  {WHY}", "well    2 min  "]),
        (
            40,
            [
                "STATE   SINCE",
                "paused  4 min",
                "  one of three deliveries became a dead",
                "  letter",
                "well    2 min",
            ],
        ),
    ],
)
def test_a_sentence_stands_below_where_it_has_no_room(
    width: int, lines: list[str]
) -> None:
    """It is said whole on every terminal, and costs no other column its place."""
    out = io.StringIO()
    screen = Screen(file=out, width=width, force_terminal=True, color_system=None)
    print_told(screen, TOLD, [("paused", "4 min", WHY), ("well", "2 min", "")])
    assert out.getvalue().splitlines() == lines


def test_a_sentence_is_a_column_in_a_pipe() -> None:
    """However narrow the terminal is."""
    out = io.StringIO()
    print_told(
        Screen(file=out, width=20, soft_wrap=True), TOLD, [("paused", "4 min", WHY)]
    )
    assert out.getvalue() == f"STATE\tSINCE\tWHY\npaused\t4 min\t{WHY}\n"


def test_a_tab_in_a_cell_makes_no_column() -> None:
    """Neither do line ends make rows."""
    _, line = piped(COLUMNS[:1], [("a\tb\nc",)])
    assert line == r"a\tb\nc"
