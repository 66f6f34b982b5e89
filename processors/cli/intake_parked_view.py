"""How `bus intake parked` shows groups, items and what was done."""

from collections.abc import Mapping, Sequence
from typing import cast

from bus.watch.wording import span
from processors.cli.control import FAILED, GOOD, console, print_json, warn
from processors.redrive.rendering import excerpt
from processors.screen.plain import plain
from processors.screen.prose import titled
from processors.screen.tables import Cell, Column, print_table

_MOST_TEXT = 50
_INDENT = 14
_GROUPS = (
    Column("GROUP"),
    Column("RULE OR CODE", rank=1),
    Column("WAIT", right=True),
    Column("RISK", right=True),
    Column("VALUE", rank=2, right=True),
    Column("LATE", rank=3, right=True),
    Column("LEFT", rank=2, right=True),
    Column("FIELD", rank=4),
    Column("CHANNEL", rank=5),
    Column("ACCOUNTS", rank=6),
    Column("NOTE", rank=1),
)
_ITEMS = (
    Column("ITEM"),
    Column("ORDER", rank=1),
    Column("STATE", rank=2),
    Column("VALUE", rank=2, right=True),
    Column("SHIP BY", rank=1),
    Column("RULE OR CODE", rank=3),
    Column("SOURCE", rank=5),
    Column("ACCOUNT", rank=4),
    Column("ASSIGNEE", rank=4),
)
_COLOURS = {
    "parked": "yellow",
    "snoozed": "dim",
    "released": "green",
    "rejected": "red",
    "expired": "red",
}


def print_groups(
    rows: Sequence[Mapping[str, object]], terms: Mapping[str, object]
) -> None:
    """A line each, and by which terms they are ranked."""
    if not rows:
        console().print("Nothing is parked.")
        return
    print_table(console(), _GROUPS, [_group(row) for row in rows])
    if not console().is_terminal:
        return
    every = span(float(str(terms["clear_every_s"])))
    measured = "measured" if terms["clear_every_measured"] else "assumed"
    console().print(
        f"{terms['items']} orders, {terms['currency']} {terms['at_risk']} at risk of"
        f" {terms['value']}; a group is cleared every {every} ({measured})."
        " What is in one: bus intake parked list --group GROUP"
    )
    if terms["not_held"]:
        warn(f"{terms['not_held']} more are parked than can be held in memory")


def _group(row: Mapping[str, object]) -> list[Cell | str]:
    chance, left = row["p_late"], row["left_s"]
    notes = [word for word in ("regression", "new", "rising") if row[word]]
    unknown = cast("Mapping[str, int]", row["unknown_value"])
    notes += [f"{n} in {name}" for name, n in unknown.items()]
    accounts = ", ".join(cast("Sequence[str]", row["accounts"]))
    more = int(str(row["accounts_in_all"])) - len(
        cast("Sequence[str]", row["accounts"])
    )
    return [
        str(row["group"]),
        str(row["rule"]),
        str(row["count"]),
        str(row["at_risk"]),
        str(row["value"]),
        "-" if chance is None else f"{float(str(chance)):.0%}",
        "-" if left is None else span(float(str(left))),
        str(row["path"] or "-"),
        str(row["channel"]),
        f"{accounts} +{more}" if more else accounts or "-",
        Cell(", ".join(notes) or "-", style="red" if row["regression"] else ""),
    ]


def print_items(rows: Sequence[Mapping[str, object]], *, more: int) -> None:
    """A line each."""
    if not rows:
        console().print("There are no such parked orders.")
        return
    print_table(console(), _ITEMS, [_item(row) for row in rows])
    if console().is_terminal and more:
        console().print(f"{more} more: --limit 0 shows all")


def _item(row: Mapping[str, object]) -> list[Cell | str]:
    state = str(row["state"])
    ship_by = str(row["ship_by"] or "-")
    return [
        str(row["item"]),
        str(row["number"] or row["native_id"] or row["order_id"] or "-"),
        Cell(state, style=_COLOURS.get(state, "")),
        str(row["value"] or "-"),
        Cell(ship_by, brief=ship_by.replace("T", " ")[5:16]),
        str(row["rule"]),
        str(row["source"]),
        str(row["account"] or "-"),
        str(row["assignee"] or "-"),
    ]


def print_whole(fields: Mapping[str, object]) -> None:
    """What it is, what was found, what it holds, what was decided."""
    out = console()
    width = out.width if out.is_terminal else None
    for title in _TITLES:
        if (value := fields[title]) not in (None, "", [], 0, False):
            text = plain(str(value))
            for line in titled(title.replace("_", " "), text, _INDENT, width):
                out.print(line)
    out.print("findings:")
    for one in _dicts(fields["findings"]):
        where = f" at {one['path']}" if one["path"] else ""
        seen = "" if one["value"] is None else f": {one['value']}"
        observed = " (observed)" if one["observed"] else ""
        name = one["rule"] or one["code"]
        text = f"{one['severity']} {name}{where}{seen} - {one['text']}{observed}"
        out.print(f"  {plain(text)}")
    for one in _dicts(fields["history"]):
        more = one["to"] or one["until"] or one["why"] or ""
        text = f"{one['at']} {one['decision']} by {one['by']} {more}".rstrip()
        out.print(plain(text))
    for name in ("payload", "original"):
        if fields[name] is not None and (name == "payload" or fields["edited"]):
            out.print(f"{name}:")
            out.print_json(data=fields[name])


_TITLES = (
    *("item", "state", "order_id", "native_id", "number", "source", "account"),
    *("event_type", "value", "ship_by", "parked_at", "group", "assignee"),
    *("snoozed_until", "releases", "decided_at", "decided_by", "why", "raw"),
)


def print_tried(
    item: str, row: Mapping[str, object], *, dry_run: bool, as_json: bool
) -> None:
    """What an edit came to."""
    if as_json:
        print_json({"dry_run": dry_run, "item": item, **row})
        return
    done = "would be edited" if dry_run else "edited"
    console().print(f"{item}: {done}")
    if row["passes"]:
        console().print(f"No rule holds it: bus intake parked release {item}")
    for one in _dicts(row["findings"]):
        text = f"{one['rule'] or one['code']}: {one['text']}"
        warn(plain(excerpt(text, 4 * _MOST_TEXT)))


def print_plan(row: Mapping[str, object], *, changed: bool) -> None:
    """What a fix would do, or did."""
    out = console()
    out.print(f"{row['passing']} of {row['tried']} pass")
    failing = cast("Mapping[str, int]", row["failing"])
    for why, count in failing.items():
        out.print(f"  {count} do not: {plain(excerpt(why, 4 * _MOST_TEXT))}")
    if "done" in row:
        out.print(f"released {row['done']}; the group is fixed")
    elif changed and row["passing"]:
        out.print(
            "Only tried. Put it where channels are read from, then fix without it."
        )


def tell_done(
    action: str, row: Mapping[str, object], *, dry_run: bool, as_json: bool
) -> int:
    """Say what was decided; return the exit code."""
    failed = cast("Mapping[str, str]", row["failed"])
    if as_json:
        print_json({"dry_run": dry_run, **row})
    elif not row["meant"]:
        console().print("Nothing waits there.")
    elif dry_run:
        console().print(f"would {action} {row['meant']}")
    else:
        console().print(f"{action}: {row['done']} of {row['meant']}")
        warn(*failed.values())
    return FAILED if failed else GOOD


def _dicts(value: object) -> Sequence[Mapping[str, object]]:
    return cast("Sequence[Mapping[str, object]]", value or ())
