"""How `bus outbox` shows what waits."""

from collections.abc import Collection
from datetime import datetime

from bus.outbox.rows import Outbox, RefusedRow
from bus.times import rfc3339
from processors.cli.control import FAILED, GOOD, console
from processors.outbox.desk import age_s
from processors.screen.tables import Cell, Column, print_table

_INDENT = 10
_COLUMNS = (
    Column("NUMBER", right=True),
    Column("TYPE", rank=1),
    Column("ORDER", rank=2),
    Column("BEHIND", rank=3, right=True),
    Column("ADDED", rank=5),
    Column("WHY"),
)


def print_outbox(outbox: Outbox, now: datetime) -> None:
    """Counts, a line each; then a table of what is refused."""
    backlog, out = outbox.backlog, console()
    oldest = age_s(outbox, now)
    age = "" if oldest is None else f", the oldest {oldest:.1f} s old"
    lines = {
        "relay": "publishes" if outbox.leader else "none runs: bus run outbox",
        "pending": f"{backlog.pending - backlog.behind}{age}",
        "behind": f"{backlog.behind} wait behind a refused row of their order",
        "refused": f"{backlog.refused}",
        "kept": f"{outbox.kept} that were published or discarded",
    }
    for name, text in lines.items():
        out.print(f"{name:{_INDENT}}{text}")
    if outbox.refused:
        out.print("")
        print_table(out, _COLUMNS, [_cells(row) for row in outbox.refused])
    if outbox.refused and out.is_terminal:
        left = backlog.refused - len(outbox.refused)
        more = f"{left} more are not shown. " if left > 0 else ""
        out.print(f"{more}What to do: bus outbox retry NUMBER, or discard NUMBER")


def _cells(row: RefusedRow) -> list[Cell | str]:
    added = rfc3339(row.added_at)
    return [
        str(row.number),
        row.event_type,
        row.order_id,
        str(row.behind),
        Cell(added, brief=added.replace("T", " ")[5:19]),
        row.why,
    ]


def print_done(done: int, wanted: Collection[int] | None, what: str) -> int:
    """Say how many of those that were meant were refused; return the exit code."""
    console().print(f"{done} {what}")
    if wanted is not None and done < len(set(wanted)):
        missing = len(set(wanted)) - done
        console(stderr=True).print(
            f"{missing} of these numbers are no refused rows: bus outbox status"
        )
        return FAILED
    return GOOD
