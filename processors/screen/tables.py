"""Tables that cut nothing: cells are shown whole, or their column is left out.

On a terminal too narrow for all columns the least important ones go. Into a pipe or
a file go all of them, whole, with a tab between two, for `cut` and `awk`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.segment import Segment
from rich.text import Text

from processors.screen.plain import plain
from processors.screen.prose import titled

_GAP = 2


@dataclass(frozen=True, slots=True)
class Column:
    """A column: `rank` 0 stays whatever happens, the highest goes first."""

    title: str
    rank: int = 0
    right: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in a cell; `brief` is said on a terminal, `text` elsewhere."""

    text: str
    style: str = ""
    brief: str | None = None


Row = Sequence[Cell | str]


class Table:
    """A table that can be printed, or stand in what is printed, with a line below."""

    def __init__(
        self, columns: Sequence[Column], rows: Sequence[Row], below: str = ""
    ) -> None:
        self._columns = columns
        self._rows = rows
        self._below = below

    def __rich_console__(
        self, console: Console, options: ConsoleOptions
    ) -> RenderResult:
        """Yield the lines, as the console can show them."""
        if console.is_terminal:
            yield from drawn(self._columns, self._rows, options.max_width)
        else:
            # As segments: rich would put blanks for the tabs of a text.
            for line in piped(self._columns, self._rows):
                yield Segment(f"{line}\n")
        if self._below:
            yield Text(self._below)


def print_table(out: Console, columns: Sequence[Column], rows: Sequence[Row]) -> None:
    """Print a table as wide as the terminal lets it be."""
    out.print(Table(columns, rows), end="")


def print_told(out: Console, columns: Sequence[Column], rows: Sequence[Row]) -> None:
    """Print a table whose last column is a sentence, which never goes.

    On a terminal that has no room for it beside the rest it stands below its row.
    """
    if not out.is_terminal or _whole(columns, rows) <= out.width:
        print_table(out, columns, rows)
        return
    titles, *lines = drawn(columns[:-1], [row[:-1] for row in rows], out.width)
    out.print(titles)
    for line, row in zip(lines, rows, strict=True):
        out.print(line)
        said = _brief(row[-1]).plain
        for part in titled("", said, _GAP, out.width) if said else ():
            out.print(Text(part))


def piped(columns: Sequence[Column], rows: Sequence[Row]) -> list[str]:
    """The lines for a pipe: whole cells between tabs, titles first."""
    lines = [[column.title for column in columns]]
    lines += [[plain(_cell(cell).text) for cell in row] for row in rows]
    return ["\t".join(line) for line in lines]


def drawn(columns: Sequence[Column], rows: Sequence[Row], width: int) -> list[Text]:
    """The lines for a terminal of this width."""
    shown = [[_brief(cell) for cell in row] for row in rows]
    widths = _widths(columns, shown)
    kept = fitting(columns, widths, width)
    titles = [Text(column.title, style="bold") for column in columns]
    return [
        _line(
            [row[i] for i in kept],
            [columns[i] for i in kept],
            [widths[i] for i in kept],
        )
        for row in [titles, *shown]
    ]


def fitting(
    columns: Sequence[Column], widths: Sequence[int], width: int
) -> Sequence[int]:
    """Which columns are shown, as their places: all that matter most and fit."""
    kept = list(range(len(columns)))
    while sum(widths[i] + _GAP for i in kept) - _GAP > width:
        last = max(kept, key=lambda i: (columns[i].rank, i))
        if not columns[last].rank:
            break
        kept.remove(last)
    return kept


def _widths(
    columns: Sequence[Column], shown: Sequence[Sequence[Text]]
) -> Sequence[int]:
    return [
        max(cell_len(text.plain) for text in [Text(column.title), *cells])
        for column, *cells in zip(columns, *shown, strict=True)
    ]


def _whole(columns: Sequence[Column], rows: Sequence[Row]) -> int:
    """How wide the terminal has to be for all of it."""
    widths = _widths(columns, [[_brief(cell) for cell in row] for row in rows])
    return sum(widths) + _GAP * (len(widths) - 1)


def _line(
    cells: Sequence[Text], columns: Sequence[Column], widths: Sequence[int]
) -> Text:
    line = Text()
    for at, (cell, column, width) in enumerate(
        zip(cells, columns, widths, strict=True)
    ):
        room = " " * (width - cell_len(cell.plain))
        if column.right:
            line.append(room)
        line.append_text(cell)
        if at < len(cells) - 1:
            line.append(" " * _GAP if column.right else room + " " * _GAP)
    return line


def _cell(cell: Cell | str) -> Cell:
    return Cell(cell) if isinstance(cell, str) else cell


def _brief(cell: Cell | str) -> Text:
    known = _cell(cell)
    text = known.text if known.brief is None else known.brief
    return Text(plain(text), style=known.style)
