"""How `bus dlq` shows dead letters."""

from collections import Counter
from collections.abc import Mapping, Sequence

from processors.cli.control import console
from processors.redrive.letter_rows import Row
from processors.redrive.rendering import excerpt
from processors.screen.tables import Cell, Column, print_table

_COLOURS = {
    "pending": "yellow",
    "replayed": "green",
    "discarded": "dim",
    "replacing": "red",
    "replaced": "green",
}
_MOST_DETAIL = 60
OLDER = "; there are older ones (--limit 0: all)"


def print_rows(rows: Sequence[Row], *, more: bool) -> None:
    """A table, and how many in it are of each state; `more`: there are older ones."""
    if not rows:
        console().print("There are no such dead letters.")
        return
    several = len({r["subscription"] for r in rows}) > 1
    left_out = () if several else ("SUBSCRIPTION",)
    columns = [column for column in _COLUMNS if column.title not in left_out]
    cells = [_cells(r)[not several :] for r in rows]
    print_table(console(), columns, cells)
    states = Counter(str(r["state"]) for r in rows)
    console().print(f"{counts(states)}{OLDER if more else ''}")


_COLUMNS = (
    Column("SUBSCRIPTION", rank=1),
    Column("EVENT"),
    Column("ORDER", rank=2),
    Column("TYPE", rank=4),
    Column("REASON", rank=1),
    Column("TRIES", rank=6, right=True),
    Column("WHEN", rank=5),
    Column("STATE", rank=3),
    Column("DETAIL", rank=7),
)


def _cells(r: Row) -> list[Cell | str]:
    state, at = str(r["state"]), str(r["at"])
    tries = r["attempts"]
    return [
        str(r["subscription"]),
        str(r["event_id"]),
        str(r["order_id"]),
        str(r["type"]),
        str(r["reason"]),
        "-" if tries is None else str(tries),
        Cell(at, brief=at.replace("T", " ")[5:19]),
        Cell(state, style=_COLOURS[state]),
        Cell(str(r["detail"]), brief=excerpt(str(r["detail"]), _MOST_DETAIL)),
    ]


def counts(counter: Mapping[str, int]) -> str:
    """`3 pending, 1 replayed`."""
    return ", ".join(f"{n} {name}" for name, n in sorted(counter.items()))
