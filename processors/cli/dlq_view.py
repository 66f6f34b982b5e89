"""How `bus dlq` shows dead letters."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from rich.table import Table
from rich.text import Text

from bus.event import Event
from bus.webhook.document import document
from processors.cli.control import console
from processors.redrive.letters import Letter
from processors.redrive.replaying import Plan

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
    }


def moment(ms: int) -> str:
    """A time as it is shown, UTC, to the millisecond."""
    whole = datetime.fromtimestamp(ms / 1000, UTC)
    return whole.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def print_rows(rows: Sequence[Row], limit: int) -> None:
    """A table of the newest ones, and how many there are of each state."""
    if not rows:
        console().print("There are no such dead letters.")
        return
    shown = rows[-limit:] if limit else rows
    several = len({r["subscription"] for r in rows}) > 1
    table = Table(box=None, pad_edge=False, header_style="bold")
    titles = ["EVENT", "ORDER", "TYPE", "REASON", "TRIES", "WHEN", "STATE", "DETAIL"]
    for title in (["SUBSCRIPTION"] if several else []) + titles:
        table.add_column(title, no_wrap=title != "DETAIL", overflow="fold")
    for r in shown:
        state = str(r["state"])
        cells = [r["event_id"], r["order_id"], r["type"], r["reason"], r["attempts"]]
        texts = [Text("-" if cell is None else str(cell)) for cell in cells]
        if several:
            texts.insert(0, Text(str(r["subscription"])))
        when = Text(str(r["at"]).replace("T", " ")[5:19])
        detail = Text(str(r["detail"])[:_MOST_DETAIL])
        table.add_row(*texts, when, Text(state, style=_COLOURS[state]), detail)
    console().print(table)
    states = Counter(str(r["state"]) for r in rows)
    left = len(rows) - len(shown)
    more = f"; {left} older ones not shown (--limit 0)" if left else ""
    console().print(f"{counts(states)}{more}")


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
