"""How `bus health` and `bus alerts` show what the watch says: rows as the API has them.

Each shows, or prints as JSON, and returns the exit code.
"""

from collections.abc import Mapping, Sequence
from typing import cast

from rich.text import Text

from bus.delivery.schedule import parse_duration
from bus.errors import ConfigurationError
from bus.watch.wording import span
from processors.cli.control import FAILED, GOOD, console, print_json, warn
from processors.screen.tables import Cell, Column, print_told

Row = Mapping[str, object]
_COLOURS = {
    "healthy": "green",
    "degraded": "yellow",
    "failing": "red",
    "firing": "red",
    "working": "green",
    "pending": "yellow",
    "resolved": "green",
}
_PARTS = (Column("STATE"), Column("WHO"), Column("WHY"))
_ALERTS = (
    Column("PHASE"),
    Column("SEVERITY", rank=1),
    Column("RULE"),
    Column("WHO"),
    Column("FOR", rank=2, right=True),
    Column("SILENCED UNTIL", rank=3),
    Column("EVIDENCE"),
)
_SILENCES = (
    Column("ID"),
    Column("RULE"),
    Column("SUBJECT"),
    Column("UNTIL"),
    Column("COVERS", rank=3, right=True),
    Column("BY", rank=1),
    Column("WHY"),
)
_SINKS = (
    Column("SINK"),
    Column("KIND", rank=2),
    Column("STATE"),
    Column("LAST TOOK"),
    Column("FAILING SINCE", rank=1),
    Column("WAITING", rank=3, right=True),
    Column("QUIET HOURS", rank=4),
    Column("WHY"),
)
_TRIED = (Column("SINK"), Column("KIND", rank=1), Column("TOOK IT"), Column("WHY"))
_SHOWN = frozenset({"failing", "degraded"})


def show_health(row: Row, *, every: bool, as_json: bool) -> int:
    """The bus in a word, its own reasons, then whoever is to be looked at."""
    state = str(row["state"])
    if as_json:
        print_json(row)
    else:
        out = console()
        out.print(Text(state, style=_COLOURS.get(state, "")))
        for reason in _reasons(row):
            out.print(Text(f"  {reason}"))
        parts = cast("Sequence[Row]", row["parts"])
        shown = [one for one in parts if every or one["state"] in _SHOWN]
        if shown:
            print_told(out, _PARTS, [_part_cells(one) for one in shown])
    return GOOD if state == "healthy" else FAILED


def show_alerts(rows: Sequence[Row], stale: str | None, *, as_json: bool) -> int:
    """Alerts; 1 if nobody knows which there are."""
    if stale:
        warn(stale)
    if as_json:
        print_json(rows)
    elif rows:
        print_told(console(), _ALERTS, [_alert_cells(row) for row in rows])
    else:
        console().print("Nothing fires, nothing is pending.")
    return FAILED if stale else GOOD


def show_sinks(rows: Sequence[Row], stale: str | None, *, as_json: bool) -> int:
    """Who is told; 1 if one takes nothing, or nobody knows."""
    if stale:
        warn(stale)
    if as_json:
        print_json(rows)
    elif rows:
        print_told(console(), _SINKS, [_sink_cells(row) for row in rows])
    failing = any(row["state"] == "failing" for row in rows)
    return FAILED if stale or failing else GOOD


def show_tried(
    answers: Mapping[str, str | None], kinds: Mapping[str, str], *, as_json: bool
) -> int:
    """What sinks answered to a test; 1 if one did not take it."""
    rows: list[Row] = [
        {"name": name, "kind": kinds[name], "taken": why is None, "why": why or ""}
        for name, why in answers.items()
    ]
    if as_json:
        print_json(rows)
    else:
        print_told(console(), _TRIED, [_tried_cells(row) for row in rows])
    return GOOD if all(row["taken"] for row in rows) else FAILED


def show_silences(rows: Sequence[Row], *, as_json: bool) -> int:
    """Silences that last."""
    names = ("id", "rule", "subject", "until", "covers", "by", "why")
    if as_json:
        print_json(rows)
    elif rows:
        print_told(console(), _SILENCES, [[str(r[n]) for n in names] for r in rows])
    else:
        console().print("There are no silences.")
    return GOOD


def show_silence(row: Row, length_s: float, *, as_json: bool) -> int:
    """One that was just made."""
    if as_json:
        print_json(row)
        return GOOD
    lasts = f"silent until {row['until']}, for {span(length_s)}"
    console().print(f"{row['id']}: {lasts}")
    if not row["covers"]:
        console().print("No alert of now is covered by it.")
    return GOOD


def show_ended(silence_id: str, *, found: bool) -> int:
    """One that was ended; 1 if there was none."""
    if not found:
        warn(f"there is no silence {silence_id} that lasts: bus alerts silences")
        return FAILED
    console().print(f"{silence_id}: ended")
    return GOOD


def silent_s(typed: str) -> float:
    """For how long, as it was typed, in seconds.

    Raises:
        ConfigurationError: it is no duration.
    """
    try:
        return parse_duration(typed)
    except ValueError as error:
        raise ConfigurationError(f"--for: {error}") from None


def _part_cells(row: Row) -> list[Cell | str]:
    state = str(row["state"])
    why = "; ".join(_reasons(row))
    return [
        Cell(state, style=_COLOURS.get(state, "")),
        f"{row['kind']}/{row['name']}",
        why,
    ]


def _alert_cells(row: Row) -> list[Cell | str]:
    phase = str(row["phase"])
    return [
        Cell(phase, style=_COLOURS[phase]),
        str(row["severity"]),
        str(row["rule"]),
        f"{row['kind']}/{row['name']}",
        span(cast("float", row["lasted_s"])),
        str(row["silenced_until"] or ""),
        str(row["evidence"]),
    ]


def _sink_cells(row: Row) -> list[Cell | str]:
    state = str(row["state"])
    return [
        str(row["name"]),
        str(row["kind"]),
        Cell(state, style=_COLOURS.get(state, "")),
        str(row["sent"] or ""),
        str(row["failing_since"] or ""),
        str(row["waiting"]),
        str(row["quiet_hours"] or ""),
        str(row["why"]),
    ]


def _tried_cells(row: Row) -> list[Cell | str]:
    word, colour = ("yes", "green") if row["taken"] else ("no", "red")
    name, kind, why = (str(row[field]) for field in ("name", "kind", "why"))
    return [name, kind, Cell(word, style=colour), why]


def _reasons(row: Row) -> Sequence[str]:
    return [str(one["why"]) for one in cast("Sequence[Row]", row["reasons"])]
