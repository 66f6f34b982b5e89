"""How `bus sources health` shows rows, which are those of the API."""

from collections.abc import Iterator, Mapping, Sequence
from typing import cast

from rich.text import Text

from processors.cli.control import FAILED, GOOD, console, print_json
from processors.screen.tables import Cell, Column, print_told
from processors.watch.sourced import COUNTED

Row = Mapping[str, object]
_COLOURS = {"healthy": "green", "degraded": "yellow", "failing": "red"}
_SOURCES = (
    Column("STATE"),
    Column("SOURCE"),
    Column("CAME 1 H", right=True, rank=1),
    Column("REFUSED", right=True, rank=2),
    Column("PARKED", right=True, rank=3),
    Column("WHY"),
)
_SPANS = (
    Column(""),
    Column("LAST HOUR", right=True),
    Column("LAST DAY", right=True),
)
_WELL = frozenset({"healthy", "held"})


def tell_all(rows: Sequence[Row], *, as_json: bool) -> int:
    """One line a source, worst first."""
    if as_json:
        print_json(rows)
    elif not rows:
        console().print("The watch knows of no sources.")
    else:
        print_told(console(), _SOURCES, [_cells(row) for row in rows])
    return _code(rows)


def tell_one(row: Row, *, as_json: bool) -> int:
    """A source with its figures."""
    if as_json:
        print_json(row)
        return _code([row])
    out, state = console(), str(row["state"])
    out.print(Text(f"{row['source']}: {state}", style=_COLOURS.get(state, "")))
    for line in _lines(row):
        out.print(Text(f"  {line}"))
    hour, day = cast("Row", row["hour"]), cast("Row", row["day"])
    spans = [
        [name, _said(hour[key]), _said(day[key])]
        for name, key in COUNTED
        if hour[key] or day[key]
    ]
    if spans:
        print_told(out, _SPANS, spans)
    return _code([row])


def _lines(row: Row) -> Iterator[str]:
    for reason in cast("Sequence[Row]", row["reasons"]):
        yield str(reason["why"])
    if row["last"]:
        expected = row["expected"]
        usual = "" if expected is None else f"; {expected:.1f} are usual in such a time"
        yield f"last heard {row['last']}, {row['silent_s']} s ago{usual}"
    for day, share in cast("Mapping[str, float]", row["captured_by_day"]).items():
        yield f"{day}: {share:.1%} came by itself"
    if row["missing"]:
        first = ", ".join(map(str, cast("Sequence[int]", row["first_missing"])))
        yield f"{row['missing']} numbers never came: {first}"
    new = cast("Mapping[str, int]", row["new_fields"])
    if new:
        yield f"fields that no sample has: {', '.join(sorted(new))}"
    for gone in cast("Sequence[Row]", row["gone_fields"]):
        yield f"no longer sent: {gone['field']} of {gone['kind']}"


def _cells(row: Row) -> list[Cell | str]:
    hour = cast("Row", row["hour"])
    reasons = cast("Sequence[Row]", row["reasons"])
    state = str(row["state"])
    return [
        Cell(state, style=_COLOURS.get(state, "")),
        str(row["source"]),
        _said(hour["came"]),
        str(sum(cast("Mapping[str, int]", hour["refused"]).values())),
        str(sum(cast("Mapping[str, int]", hour["parked"]).values())),
        "; ".join(str(one["why"]) for one in reasons),
    ]


def _said(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {count}" for name, count in sorted(value.items()))
    if isinstance(value, float):
        return f"≤ {value:g} s"
    return "" if value is None else f"{value:,}"


def _code(rows: Sequence[Row]) -> int:
    return GOOD if all(row["state"] in _WELL for row in rows) else FAILED
