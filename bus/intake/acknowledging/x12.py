"""The 997 for the groups of an X12 file: which transaction sets were taken.

It says only whether sets could be read (X12 997, segments AK1, AK2, AK5, AK9): what the
seller makes of an order is an 855. One interchange answers each that came, sender and
receiver exchanged, in the separators that the sender chose.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import cast

from bus.intake.acknowledging.envelopes import (
    Signs,
    answering_gs,
    answering_isa,
    control_number,
    signs_of,
)
from bus.intake.parsing.segments import Elements, text_of
from bus.intake.parsing.tree import Limits
from bus.intake.parsing.x12 import parse_x12

_GRADES = {(True, True): "A", (True, False): "P", (False, True): "R"}


@dataclass(frozen=True, slots=True)
class _Set:
    """One transaction set: its envelopes, and why it was not taken; empty: it was."""

    isa: Elements
    group: Elements
    start: Elements
    error: str


def functional_acknowledgement(
    body: bytes, refused: Mapping[int, str], now: datetime, control: int
) -> bytes:
    """The 997s that a file is owed.

    Args:
        body: The file as it came.
        refused: Codes of element 718 by the number of a set in the file, from 0.
        now: When it is made.
        control: Control number of the first interchange; the next ones count on.

    Raises:
        UnparsableError: The file is no X12: nobody can say whose it is.
    """
    parsed = parse_x12(body, Limits(), {})
    sets = [
        _Set(*_envelopes(item), refused.get(number, ""))
        for number, item in enumerate(parsed.items)
    ]
    signs = signs_of(body)
    lines: list[list[str]] = []
    for count, (_, several) in enumerate(groupby(sets, lambda one: id(one.isa))):
        lines += _interchange(list(several), now, control + count, signs)
    return signs.written(lines)


def _envelopes(item: object) -> tuple[Elements, Elements, Elements]:
    node = cast("Mapping[str, Elements]", item)
    return node["ISA"], node["GS"], node["ST"]


def _interchange(
    sets: Sequence[_Set], now: datetime, control: int, signs: Signs
) -> Iterator[list[str]]:
    number = control_number(control)
    groups = [list(some) for _, some in groupby(sets, lambda one: id(one.group))]
    yield answering_isa(sets[0].isa, now, number, signs)
    for place, group in enumerate(groups, 1):
        yield from _group(group, now, place)
    yield ["IEA", str(len(groups)), number]


def _group(sets: Sequence[_Set], now: datetime, place: int) -> Iterator[list[str]]:
    number, short = str(place), f"{1:04}"
    yield answering_gs(sets[0].group, "FA", now, number)
    lines = [["ST", "997", short], *_answers(sets)]
    yield from lines
    yield ["SE", str(len(lines) + 1), short]
    yield ["GE", "1", number]


def _answers(sets: Sequence[_Set]) -> Iterator[list[str]]:
    group = sets[0].group
    yield ["AK1", text_of(group, "01"), text_of(group, "06")]
    for one in sets:
        yield ["AK2", text_of(one.start, "01"), text_of(one.start, "02")]
        yield ["AK5", "R", one.error] if one.error else ["AK5", "A"]
    taken = sum(not one.error for one in sets)
    grade = _GRADES[taken > 0, taken in {0, len(sets)}]
    count = str(len(sets))
    yield ["AK9", grade, count, count, str(taken)]
