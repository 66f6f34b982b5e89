"""How `bus audit` shows changes."""

import json
from collections.abc import Iterator, Sequence

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
        for text in _lines(change.before, change.after):
            out.print(Text("    ") + text)
    if left_out:
        out.print(f"{left_out} older ones are not shown; --limit 0 shows all")


def _lines(before: Shown | None, after: Shown | None) -> Iterator[Text]:
    """What differs; of what was added or is gone, all that is not empty."""
    left, right = before or {}, after or {}
    for name in sorted({*left, *right}):
        old, new = _text(left.get(name)), _text(right.get(name))
        line = Text(f"{name}: ")
        if old == new:
            continue
        if before is None or after is None:
            yield line.append(old or new, style="red" if old else "green")
        else:
            line.append(old or "(none)", style="red").append(" → ")
            yield line.append(new or "(none)", style="green")


def _text(value: object) -> str:
    if value is None or value in ("", [], {}):
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
