"""How `bus audit` shows changes."""

import json
from collections.abc import Sequence

from rich.text import Text

from bus.access.audit import Audited, Shown
from bus.times import rfc3339
from processors.cli.control import console

_SECONDS = 19


def row(audited: Audited) -> Shown:
    """A change as plain values."""
    change = audited.change
    return {
        "at": rfc3339(audited.at),
        "actor": change.actor,
        "tenant": change.tenant,
        "address": change.address,
        "action": change.action,
        "entity": change.entity,
        "entity_id": change.entity_id,
        "before": change.before,
        "after": change.after,
    }


def print_history(shown: Sequence[Audited], left_out: int) -> None:
    """A line a change, below it what differs."""
    out = console()
    if not shown:
        out.print("Nothing was changed.")
    for audited in shown:
        change = audited.change
        at = rfc3339(audited.at)[:_SECONDS].replace("T", " ")
        line = Text(f"{at}  ", style="dim")
        line.append(f"{change.action} {change.entity} {change.entity_id}", style="bold")
        place = f" from {change.address}" if change.address else ""
        out.print(line.append(f"  by {change.actor}{place}"))
        for name, old, new in _differences(change.before or {}, change.after or {}):
            text = Text(f"    {name}: ").append(old or "(none)", style="red")
            out.print(text.append(" → ").append(new or "(none)", style="green"))
    if left_out:
        out.print(f"{left_out} older ones are not shown; --limit 0 shows all")


def _differences(before: Shown, after: Shown) -> list[tuple[str, str, str]]:
    names = sorted({*before, *after})
    both = [(name, before.get(name), after.get(name)) for name in names]
    return [(name, _text(old), _text(new)) for name, old, new in both if old != new]


def _text(value: object) -> str:
    if value is None or value in ("", [], {}):
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
