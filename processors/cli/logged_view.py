"""How `bus events list` and `bus attempts` show what the log has."""

from collections.abc import Sequence

from bus.delivery.wording import answered, followed
from processors.cli.control import GOOD, console, print_json
from processors.redrive.letter_rows import Row
from processors.screen.saying import say
from processors.screen.tables import Cell, Column, print_table

FEW = 100
"""So many are shown if nothing else is said."""
_EVENTS = (
    *(Column("ARRIVED", rank=2), Column("TYPE"), Column("ORDER"), Column("EVENT")),
    *(Column("CHANNEL", rank=4), Column("ACCOUNT", rank=5), Column("PLACE", rank=3)),
)
_ATTEMPTS = (
    *(Column("BEGAN", rank=2), Column("SUBSCRIPTION"), Column("OUTCOME")),
    *(Column("ANSWER", rank=4), Column("TYPE", rank=6), Column("ORDER", rank=1)),
    *(Column("EVENT", rank=5), Column("#", right=True, rank=7)),
    Column("THEN", rank=3),
)
_OUTCOMES = {"accepted": "green", "held": "dim", "throttled": "yellow"}


def show_events(rows: Sequence[Row], *, as_json: bool, more: bool) -> int:
    """A line each."""
    return _show(_EVENTS, rows, [_event(row) for row in rows], (as_json, more))


def show_attempts(rows: Sequence[Row], *, as_json: bool, more: bool) -> int:
    """A line each."""
    return _show(_ATTEMPTS, rows, [_attempt(row) for row in rows], (as_json, more))


def _show(
    columns: Sequence[Column],
    rows: Sequence[Row],
    cells: Sequence[Sequence[Cell | str]],
    how: tuple[bool, bool],
) -> int:
    as_json, more = how
    if as_json:
        print_json(rows)
    elif rows:
        print_table(console(), columns, cells)
    else:
        console().print("The log has none that fits.")
    if more and not as_json:
        say(f"There are older ones: --limit {2 * len(rows)}", err=True)
    return GOOD


def _event(row: Row) -> Sequence[Cell | str]:
    return [
        _moment(row["arrived_at"]),
        str(row["type"]),
        str(row["order_id"]),
        str(row["event_id"]),
        str(row["channel"] or "-"),
        str(row["account"] or "-"),
        str(row["place"]),
    ]


def _attempt(row: Row) -> Sequence[Cell | str]:
    outcome, number = str(row["outcome"]), int(str(row["number"]))
    said = answered(number, int(str(row["status"])), str(row["detail"]))
    return [
        _moment(row["at"]),
        str(row["subscription"]),
        Cell(outcome, style=_OUTCOMES.get(outcome, "red")),
        said,
        str(row["type"]),
        str(row["order_id"]),
        str(row["event_id"]),
        str(number or "-"),
        followed(str(row["route"])),
    ]


def _moment(value: object) -> Cell:
    text = str(value)
    return Cell(text, brief=text.replace("T", " ")[5:19])
