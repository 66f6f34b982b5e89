"""How comparisons and migrations are shown."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from processors.cli.control import FAILED, GOOD, console, print_json
from processors.screen.saying import say
from processors.screen.tables import Column, print_table, print_told

Row = Mapping[str, object]
_MOST_DIFFERENCES, _MOST_NOISE = 20, 5
_TYPES = (
    Column("TYPE"),
    Column("PAIRS", right=True),
    Column("IDENTICAL", rank=2, right=True),
    Column("EQUIVALENT", rank=2, right=True),
    Column("DIFFERENT", right=True),
    Column("UNPAIRED", right=True),
    Column("THAT SAYS", rank=1),
)
_COUNTS = ("pairs", "identical", "equivalent", "different", "unpaired")
_DIFFERENCES = (
    Column("TYPE"),
    Column("WHAT"),
    Column("CLASS", rank=2),
    Column("WHERE"),
    Column("COUNT", right=True),
    Column("ORDER", rank=3),
    Column("OLD", rank=1),
    Column("NEW", rank=1),
)
_MIGRATIONS = (
    Column("MIGRATION"),
    Column("OLD", rank=2),
    Column("PHASE"),
    Column("SHARE", right=True),
    Column("SINCE", rank=3),
    Column("CLOSED GATES", rank=1),
)
_GATE = ("gate", "state", "why")
_GATES = (Column("GATE"), Column("STATE"), Column("WHY"))
_STEPS = (
    Column("EPOCH", right=True),
    Column("PHASE"),
    Column("SHARE", right=True),
    Column("AT", rank=1),
    Column("BY", rank=2),
    Column("WHY"),
)


def print_comparison(document: Row, page: Path | None) -> None:
    """A report in short; the page and --json have all of it."""
    types = _rows(document["types"])
    table = [
        (str(one["type"]), *(str(one[x]) for x in _COUNTS), str(one["says"]))
        for one in types
    ]
    print_table(console(), _TYPES, table)
    differences = _rows(document["differences"])
    if differences:
        shown = differences[:_MOST_DIFFERENCES]
        print_table(console(), _DIFFERENCES, [_difference(one) for one in shown])
        _say_more(len(differences) - len(shown), "differences")
    noise = _rows(document["noise"])
    for one in noise[:_MOST_NOISE]:
        told = f"{one['differing']} of {one['repeats']} repeats of the {one['side']}"
        say(f"perhaps noise: {one['type']} {one['at']} differs in {told} side")
    _say_more(len(noise) - _MOST_NOISE, "fields that may be noise")
    for line in _list(document["not_compared"]):
        say(f"not compared: {line}")
    for one in _rows(document["unread_lines"]):
        say(f"not read: {one['place']}: {one['why']}")
    say(str(document["verdict"]))
    if page is not None:
        say(f"The report is {page}.")


def _say_more(count: int, what: str) -> None:
    if count > 0:
        say(f"… and {count:,} more {what}: --html and --json have all")


def print_migrations(rows: Sequence[Row]) -> None:
    """All migrations, a line each."""
    table = [
        (
            str(one["id"]),
            str(one["old"] or "outside"),
            str(one["phase"]),
            f"{one['share']} %",
            str(one["since"]),
            ", ".join(str(x["gate"]) for x in _closed(one)) or "-",
        )
        for one in rows
    ]
    print_table(console(), _MIGRATIONS, table)


def print_migration(row: Row) -> None:
    """One, with its gates and steps."""
    share, old = row["share"], row["old"] or "a sender outside"
    say(f"{row['id']}: {row['phase']}, {share} % of the orders; the rest by {old}")
    if until := row["both_until"]:
        said = f"both send what was made before {until}"
        say(f"Of orders that the last step moved, {said}.")
    to = row["next"]
    if isinstance(to, Mapping):
        say(f"next: {to['phase']}, {to['share']} %")
    gates = [tuple(str(x[n]) for n in _GATE) for x in _rows(row["gates"])]
    if gates:
        print_told(console(), _GATES, gates)
    print_told(console(), _STEPS, [_step(one) for one in _rows(row["steps"])])
    say(f"The way back: {row['way_back']}; last taken: {row['rehearsed'] or 'never'}")


def _step(one: Row) -> Sequence[str]:
    forced = "forced: " if one["forced"] else "back: " if one["back"] else ""
    head = [str(one[name]) for name in ("number", "phase", "share", "at", "by")]
    return [*head, f"{forced}{one['why']}"]


def _closed(row: Row) -> Sequence[Row]:
    return [one for one in _rows(row["gates"]) if one["state"] != "pass"]


def print_owner(row: Row, *, as_json: bool) -> int:
    """Who sends an order; 1 if the old sender does not."""
    if as_json:
        print_json(row)
    else:
        say(f"{row['order_id']}: the {row['owner']} side's at {row['share']} %")
        say("The old sender sends it." if row["old_sends"] else "The bus sends it.")
    return GOOD if row["old_sends"] else FAILED


def _difference(one: Row) -> Sequence[str]:
    example = _rows(one["examples"])[0]
    head = [str(one[name]) for name in ("type", "kind", "class", "at", "count")]
    return [*head, *(str(example[name]) for name in ("order", "old", "new"))]


def _rows(value: object) -> Sequence[Row]:
    return [one for one in _list(value) if isinstance(one, Mapping)]


def _list(value: object) -> Sequence[object]:
    return value if isinstance(value, list) else []
