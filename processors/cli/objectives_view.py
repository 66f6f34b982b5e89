"""How `bus objectives` shows them: rows as the API has them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import cast

from processors.cli.control import GOOD, console, print_json
from processors.screen.tables import Cell, Column, Table

Row = Mapping[str, object]

_LIST = (
    Column("SUBSCRIPTION"),
    Column("OBJECTIVE", rank=3, right=True),
    Column("ATTAINED", right=True),
    Column("OF", rank=4, right=True),
    Column("BUDGET LEFT", right=True),
    Column("USED UP", rank=1),
    Column("RECEIVER", rank=2, right=True),
    Column("SENDER", rank=2, right=True),
    Column("P95", rank=5, right=True),
)
_CAUSES = (
    Column("CAUSE"),
    Column("WHOSE"),
    Column("LATE", right=True),
    Column("DEAD", right=True),
    Column("WAITING", right=True),
    Column("SHARE", rank=1, right=True),
    Column("MEANS", rank=2),
)
_INCIDENTS = (
    Column("BEGAN"),
    Column("ENDED"),
    Column("MINUTES", right=True),
    Column("CAUSE"),
    Column("DELIVERIES", rank=1, right=True),
)
_COLOURS = {"gone": "red", "within": "yellow"}
_GLYPHS = {"none": "·", "kept": "█", "met": "▆", "missed": "▂"}
_LEGEND = "█ all kept  ▆ objective met  ▂ missed  · nothing sent; each a day, UTC"
_A_LINE = 30
_SHOWN = 20


def show_objectives(rows: Sequence[Row], *, as_json: bool) -> int:
    """A line a subscription."""
    if as_json:
        print_json(rows)
    elif rows:
        console().print(Table(_LIST, [_cells(row) for row in rows]))
    else:
        console().print("There are no subscriptions. Add one: bus subscriptions add")
    return GOOD


def show_objective(row: Row, *, as_json: bool) -> int:
    """One, with what explains it."""
    if as_json:
        print_json(row)
        return GOOD
    out = console()
    out.print(Table(_LIST, [_cells(row)]))
    for line in _said(row):
        out.print(line)
    if causes := _rows(row, "causes"):
        out.print()
        out.print(Table(_CAUSES, [_cause(one) for one in causes]))
    if found := _rows(row, "incidents"):
        out.print()
        out.print(Table(_INCIDENTS, [_incident(one) for one in found[:_SHOWN]]))
        if len(found) > _SHOWN:
            out.print(f"and {len(found) - _SHOWN} before that; --json has them")
    out.print()
    for line in _strip(row):
        out.print(line)
    return GOOD


def _cells(row: Row) -> Sequence[Cell | str]:
    exhausted = cast("Row", row["exhausted"])
    style = _COLOURS.get(str(exhausted["verdict"]), "")
    p95_ms = row["p95_ms"]
    return (
        str(row["subscription"]),
        _percent(row["success"]),
        _percent(row["attained"]),
        str(row["promised"]),
        _left(row),
        Cell(str(exhausted["said"]), style=style),
        str(row["receiver"]),
        str(row["sender"]),
        "-" if p95_ms is None else f"{float(str(p95_ms)):.0f} ms",
    )


def _left(row: Row) -> str:
    allowed, left = float(str(row["allowed"])), float(str(row["left"]))
    return f"{left / allowed * 100:.0f} %" if allowed else "-"


def _percent(share: object) -> str:
    return "-" if share is None else f"{float(str(share)) * 100:.5g} %"


def _said(row: Row) -> Iterator[str]:
    yield (
        f"30 days: {row['kept']} kept, {row['late']} late, {row['dead']} dead,"
        f" {row['waiting']} late and waiting; {row['allowed']} may be bad."
    )
    if row["excused"] or row["recovered"]:
        yield f"Beside: {row['excused']} excused, {row['recovered']} recovered."


def _cause(one: Row) -> Sequence[str]:
    counts = (str(one[name]) for name in ("late", "dead", "waiting"))
    share = f"{float(str(one['share'])) * 100:.0f} %"
    return (str(one["cause"]), str(one["party"]), *counts, share, str(one["means"]))


def _incident(one: Row) -> Sequence[str]:
    return (
        _time(one["began"]),
        "goes on" if one["ended"] is None else _time(one["ended"]),
        str(one["minutes"]),
        str(one["cause"]),
        str(one["deliveries"]),
    )


def _time(moment: object) -> str:
    return str(moment)[:16].replace("T", " ") + "Z"


def _strip(row: Row) -> Iterator[str]:
    """90 days, oldest first, the day that a line begins with before it."""
    days = _rows(row, "days")
    down = f"{row['down_minutes']} minutes down"
    yield f"{len(days)} days: {_percent(row['uptime'])} up, {down}"
    for first in range(0, len(days), _A_LINE):
        some = days[first : first + _A_LINE]
        glyphs = "".join(_GLYPHS[str(one["level"])] for one in some)
        yield f"{some[0]['day']}  {glyphs}"
    yield _LEGEND


def _rows(row: Row, name: str) -> Sequence[Row]:
    return cast("Sequence[Row]", row[name])
