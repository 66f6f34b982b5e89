"""How `bus dlq` shows dead letters."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from bus.event import Event
from bus.times import moment_of
from bus.webhook.document import document
from processors.cli.control import console
from processors.redrive.letters import Letter
from processors.redrive.rendering import excerpt
from processors.redrive.replaying import Plan
from processors.screen.tables import Cell, Column, print_table

Row = dict[str, object]
_COLOURS = {"pending": "yellow", "replayed": "green", "discarded": "dim"}
_MOST_DETAIL = 60


def row(letter: Letter) -> Row:
    """One line of a list."""
    state = letter.state
    return {
        "subscription": letter.subscription,
        "event_id": letter.event_id,
        "order_id": letter.order_id,
        "type": letter.event_type,
        "reason": letter.reason,
        "attempts": state.attempts if state else None,
        "replay": state.replay if state else None,
        "detail": state.detail if state else letter.problem,
        "at": moment(letter.at_ms),
        "state": letter.fate.value,
        "state_at": moment(letter.marked_at_ms) if letter.marked_at_ms else None,
        "place": f"{letter.record.partition}/{letter.record.offset}",
        "body_at": letter.elsewhere.place if letter.elsewhere else None,
    }


def moment(ms: int) -> str:
    """A time as it is shown, UTC, to the millisecond."""
    return moment_of(ms).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def print_rows(rows: Sequence[Row], limit: int) -> None:
    """A table of the newest ones, and how many there are of each state."""
    if not rows:
        console().print("There are no such dead letters.")
        return
    shown = rows[-limit:] if limit else rows
    several = len({r["subscription"] for r in rows}) > 1
    left_out = () if several else ("SUBSCRIPTION",)
    columns = [column for column in _COLUMNS if column.title not in left_out]
    cells = [_cells(r)[not several :] for r in shown]
    print_table(console(), columns, cells)
    states = Counter(str(r["state"]) for r in rows)
    left = len(rows) - len(shown)
    more = f"; {left} older ones not shown (--limit 0)" if left else ""
    console().print(f"{counts(states)}{more}")


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


def plan_row(owner: str, found: Plan, to: str) -> Row:
    """What would be done, as plain values."""
    return {
        "subscription": owner,
        "pending": found.pending,
        "damaged": found.damaged,
        "to": to,
        "by_type": dict(sorted(found.by_type.items())),
        "by_reason": dict(sorted(found.by_reason.items())),
    }


def whole(letter: Letter, event: Event | None, attempts: Iterable[Row]) -> Row:
    """All there is to say of a dead letter."""
    state = letter.state
    origin = state.origin if state else None
    return {
        **row(letter),
        "problem": letter.problem or None,
        "body_bytes": letter.elsewhere.size if letter.elsewhere else None,
        "body_why": letter.elsewhere.why if letter.elsewhere else None,
        "tier": state.tier if state else None,
        "origin": f"{origin.topic}/{origin.partition}/{origin.offset}"
        if origin
        else None,
        "headers": [
            {"name": name, "value": value.decode(errors="replace")}
            for name, value in letter.record.headers
        ],
        "event": document(event) if event else None,
        "attempt_log": list(attempts),
    }
