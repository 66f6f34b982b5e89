"""How `bus config` shows settings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from processors.cli.control import console, print_json
from processors.screen.tables import Cell, Column, print_table

_COLUMNS = (
    Column("SETTING"),
    Column("VALUE"),
    Column("FROM", rank=1),
    Column("SAID BY", rank=2),
    Column("MEANING", rank=3),
)


@dataclass(frozen=True, slots=True)
class Narrowing:
    """Which settings are wanted."""

    words: tuple[str, ...] = ()
    changed: bool = False

    def holds(self, row: Mapping[str, object]) -> bool:
        """Whether this one is."""
        text = f"{row['variable']} {row['meaning']}".lower()
        return (row["origin"] != "default" or not self.changed) and all(
            word.lower() in text for word in self.words
        )


def print_settings(
    rows: Sequence[Mapping[str, object]],
    wanted: Narrowing,
    whose: str,
    *,
    as_json: bool,
) -> None:
    """One line a setting; `whose` they are is said below."""
    shown = [row for row in rows if wanted.holds(row)]
    if as_json:
        print_json(shown)
        return
    out = console()
    if shown:
        print_table(out, _COLUMNS, [_cells(row) for row in shown])
    else:
        out.print("No setting fits.")
    if out.is_terminal:
        out.print(f"{len(shown)} of {len(rows)} settings, those of {whose}.")


def _cells(row: Mapping[str, object]) -> list[Cell | str]:
    default = row["origin"] == "default"
    value = row["value"]
    return [
        str(row["variable"]),
        Cell("" if value is None else str(value), style="" if default else "bold"),
        str(row["origin"]),
        str(row["place"]),
        str(row["meaning"]),
    ]
