"""How `bus audit` shows changes."""

from collections.abc import Iterator, Sequence

from rich.text import Text

from bus.access.audit import Audited, Shown
from bus.times import rfc3339
from processors.access.differences import differences
from processors.cli.control import console
from processors.screen.prose import laid_text, width_of_output

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
        line.append(f"  by {row_['actor']}{place}")
        changes = _lines(row_["before"], row_["after"])
        for text in (line, *(Text("    ") + one for one in changes)):
            for part in laid_text(text, 6, width_of_output()):
                out.print(part)
    if left_out:
        out.print(f"{left_out} older ones are not shown; --limit 0 shows all")


def _lines(before: object, after: object) -> Iterator[Text]:
    """What differs; of what was added or is gone, all that is not empty."""
    for one in differences(before, after):
        line = Text(f"{one.name}: ")
        if before is None or after is None:
            said, style = one.before or one.after, "red" if one.before else "green"
            yield line.append(said, style=style)
        else:
            line.append(one.before or "(none)", style="red").append(" → ")
            yield line.append(one.after or "(none)", style="green")
