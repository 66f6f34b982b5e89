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


def print_history(rows: Sequence[Shown], left_out: str) -> None:
    """A line a change, below it what differs; `left_out` is how many are not shown."""
    out = console()
    if not rows:
        out.print("Nothing was changed.")
    for row_ in rows:
        at = str(row_["at"])[:_SECONDS].replace("T", " ")
        line = Text(f"{at}  ", style="dim")
        what = f"{row_['action']} {row_['entity']} {row_['entity_id']}"
        line.append(what, style="bold")
        place = f" from {row_['address']}" if row_["address"] else ""
        out.print(line.append(f"  by {row_['actor']}{place}"))
        for text in _lines(row_["before"], row_["after"]):
            out.print(Text("    ") + text)
    if left_out:
        out.print(f"{left_out} older ones are not shown; --limit 0 shows all")


def _lines(before: object, after: object) -> Iterator[Text]:
    """What differs; of what was added or is gone, all that is not empty."""
    left, right = _fields(before), _fields(after)
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


def _fields(value: object) -> Shown:
    """What a log has cut, being very long, comes as a text."""
    if isinstance(value, dict):
        return value
    return {"all": value} if value else {}


def _text(value: object) -> str:
    if value is None or value in ("", [], {}):
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
