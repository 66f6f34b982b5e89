"""How comparisons and migrations are shown."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from processors.cli.control import console
from processors.screen.saying import say
from processors.screen.tables import Column, print_table

Row = Mapping[str, object]
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
        print_table(console(), _DIFFERENCES, [_difference(one) for one in differences])
    for one in _rows(document["noise"]):
        told = f"{one['differing']} of {one['repeats']} repeats of the {one['side']}"
        say(f"perhaps noise: {one['type']} {one['at']} differs in {told} side")
    for line in _list(document["not_compared"]):
        say(f"not compared: {line}")
    for one in _rows(document["unread_lines"]):
        say(f"not read: {one['place']}: {one['why']}")
    say(str(document["verdict"]))
    if page is not None:
        say(f"The report is {page}.")


def _difference(one: Row) -> Sequence[str]:
    example = _rows(one["examples"])[0]
    head = [str(one[name]) for name in ("type", "kind", "class", "at", "count")]
    return [*head, *(str(example[name]) for name in ("order", "old", "new"))]


def _rows(value: object) -> Sequence[Row]:
    return [one for one in _list(value) if isinstance(one, Mapping)]


def _list(value: object) -> Sequence[object]:
    return value if isinstance(value, list) else []
