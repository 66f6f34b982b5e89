"""How `bus quarantine` shows records that nobody could decode."""

from base64 import b64decode
from collections import Counter
from collections.abc import Sequence

from processors.cli.control import console
from processors.cli.dlq_view import OLDER, counts
from processors.redrive.letter_rows import Row
from processors.redrive.rendering import excerpt
from processors.screen.hexdump import hexdump
from processors.screen.plain import plain
from processors.screen.prose import titled
from processors.screen.tables import Cell, Column, print_table

_COLOURS = {
    "pending": "yellow",
    "replayed": "green",
    "discarded": "dim",
    "replacing": "red",
    "replaced": "green",
}
_MOST_BYTES = 512
_MOST_DETAIL = 60
_INDENT = 14
_COLUMNS = (
    Column("PLACE"),
    Column("REASON", rank=1),
    Column("STATE", rank=2),
    Column("SOURCE", rank=5),
    Column("KEY", rank=4),
    Column("WHEN", rank=3),
    Column("DETAIL", rank=6),
)


def print_items(rows: Sequence[Row], *, more: bool) -> None:
    """A table, and how many in it are of each state; `more`: there are older ones."""
    if not rows:
        console().print("There are no such records in quarantine.")
        return
    print_table(console(), _COLUMNS, [_cells(r) for r in rows])
    if not console().is_terminal:
        return
    states = Counter(str(r["state"]) for r in rows)
    older = OLDER if more else ""
    console().print(f"{counts(states)}{older}. What to do: bus quarantine show PLACE")


def _cells(r: Row) -> list[Cell | str]:
    state, at, key = str(r["state"]), str(r["at"]), r["key"]
    return [
        str(r["place"]),
        str(r["reason"]),
        Cell(state, style=_COLOURS[state]),
        str(r["source"]) or "-",
        "-" if key is None else str(key),
        Cell(at, brief=at.replace("T", " ")[5:19]),
        Cell(str(r["detail"]), brief=excerpt(str(r["detail"]), _MOST_DETAIL)),
    ]


def print_whole(fields: Row) -> None:
    """What it is, what is wrong with it and what to do, then what is in it."""
    out = console()
    width = out.width if out.is_terminal else None
    now = "yes" if fields["decodes_now"] else f"no: {fields['problem_now']}"
    said = [(title, fields[name]) for title, name in _LINES]
    for title, value in [*said, ("decodes now", now)]:
        if value not in (None, ""):
            for line in titled(title, str(value), _INDENT, width):
                out.print(line)
    out.print("headers:")
    headers, value = fields["headers"], fields["value"]
    for header in headers if isinstance(headers, list) else []:
        out.print(f"  {plain(str(header['name']))}: {plain(str(header['value']))}")
    if fields["event"] is not None:
        out.print("event:")
        out.print_json(data=fields["event"])
    elif value:
        out.print("value:")
        for line in hexdump(b64decode(str(value)), _MOST_BYTES):
            out.print(f"  {line}")


_LINES = (
    ("place", "place"),
    ("state", "state"),
    ("put aside", "at"),
    ("reason", "reason"),
    ("that is", "meaning"),
    ("detail", "detail"),
    ("what to do", "what_to_do"),
    ("source", "source"),
    ("key", "key"),
    ("schema id", "schema_id"),
    ("bytes", "bytes"),
)


def print_released(row: Row, *, dry_run: bool) -> None:
    """The same in sentences."""
    out = console()
    if not row["pending"]:
        out.print("Nothing is pending.")
        return
    what = "would replay" if dry_run else "replayed"
    deliveries, stuck = counted(row["deliveries"]), counted(row["still_stuck"])
    to = f": deliveries {counts(deliveries)}" if deliveries else ""
    out.print(f"{what} {row['replayed']} of {row['pending']}{to}")
    if unwanted := row["wanted_by_none"]:
        out.print(f"{unwanted} are decoded, and no subscription wants them")
    if stuck:
        out.print(
            f"{sum(stuck.values())} still cannot be decoded and stay in quarantine"
            f" ({counts(stuck)}); bus quarantine show PLACE says what to do"
        )


def counted(value: object) -> dict[str, int]:
    """Counts by name, of a plain value."""
    return {str(k): int(v) for k, v in value.items()} if isinstance(value, dict) else {}
