"""How `bus sources request` shows a request, which is that of the API."""

from collections.abc import Mapping, Sequence
from typing import cast

from rich.text import Text

from processors.cli.control import FAILED, GOOD, console, print_json
from processors.screen.plain import plain
from processors.screen.tables import Column, print_told

_UNDONE = frozenset({"rejected", "expired", "refused", "failed"})
_MEANS = {
    "asked": "the OMS has it, and has not answered",
    "parked": "a person looks at it first: bus intake parked list",
    "rejected": "a person turned it away; the OMS never got it",
    "expired": "nobody decided about it in time; the OMS never got it",
    "accepted": "the OMS will do it",
    "refused": "the OMS will not do it",
    "completed": "it is done",
    "failed": "the OMS tried, and could not",
}
_COLUMNS = (
    Column("ANSWER"),
    Column("AT"),
    Column("ORDER"),
    Column("WHY"),
)


def tell_request(row: Mapping[str, object], *, as_json: bool) -> int:
    """A request, its state, and what the OMS answered so far."""
    state = str(row["state"])
    if as_json:
        print_json(row)
        return _code(state)
    of = f" of order {row['order']}" if row["order"] else ""
    said = f"{row['action']}{of}, asked {row['asked']}: {state}, {_MEANS[state]}"
    console().print(Text(plain(said)), soft_wrap=True)
    answers = cast("Sequence[Mapping[str, object]]", row["answers"])
    if answers:
        print_told(console(), _COLUMNS, [_cells(one) for one in answers])
    return _code(state)


def _cells(answer: Mapping[str, object]) -> tuple[str, ...]:
    why = answer["reason"] or answer["reason_code"] or ""
    return (str(answer["answer"]), str(answer["at"]), str(answer["order"]), str(why))


def _code(state: str) -> int:
    return FAILED if state in _UNDONE else GOOD
