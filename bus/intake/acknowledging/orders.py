"""The 855 for one order of an X12 file: what the seller makes of it (X12 855).

BAK says whether the order is taken, each line of it comes back as a PO1 with an ACK:
as it was ordered, unless its answer says otherwise. One interchange answers one order,
since orders of a file are decided at times of their own.
"""

from collections.abc import Iterator, Mapping
from typing import cast

from bus.intake.acknowledging.answers import AnsweredLine, LineAnswer, OrderAnswer
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

ORDER = "850"
"""The kind of set that is owed an 855."""
_SHORT = f"{1:04}"
_ORIGINAL = "00"
_AS_ORDERED, _CHANGED, _REJECTED = "AD", "AC", "RJ"
_CODES: Mapping[LineAnswer, str] = {
    LineAnswer.ACCEPTED: "IA",
    LineAnswer.CHANGED: "IC",
    LineAnswer.BACKORDERED: "IB",
    LineAnswer.REFUSED: "IR",
}
_TAKEN = AnsweredLine(LineAnswer.ACCEPTED)
_SHIPS = "068"  # element 374: the day that it is scheduled to ship
_NAMED, _SAID = 30, 264


def purchase_order_acknowledgment(
    body: bytes, part: int, answer: OrderAnswer, control: int
) -> bytes | None:
    """The 855 of one order; None: the set at this number is no order.

    Args:
        body: The file as it came.
        part: The number of the order's set in it, from 0.
        answer: What is answered; its time is that of the 855.
        control: The control number of its interchange.

    Raises:
        UnparsableError: The file is no X12: nobody can say whose it is.
    """
    items = parse_x12(body, Limits(), {}).items
    if part >= len(items):
        return None
    node = cast("Elements", items[part])
    isa, group, start = (cast("Elements", node[name]) for name in ("ISA", "GS", "ST"))
    begin = _first(node, "BEG")
    if text_of(start, "01") != ORDER or begin is None:
        return None
    signs, number = signs_of(body), control_number(control)
    lines = [["ST", "855", _SHORT], *_message(node, begin, answer, signs)]
    return signs.written(
        [
            answering_isa(isa, answer.at, number, signs),
            answering_gs(group, "PR", answer.at, "1"),
            *lines,
            ["SE", str(len(lines) + 1), _SHORT],
            ["GE", "1", "1"],
            ["IEA", "1", number],
        ]
    )


def _message(
    node: Elements, begin: Elements, answer: OrderAnswer, signs: Signs
) -> Iterator[list[str]]:
    """What stands between ST and SE."""
    lines = cast("list[Elements]", node.get("PO1", []))
    answered = [(line, answer.lines.get(_name(line), _TAKEN)) for line in lines]
    yield [
        *("BAK", _ORIGINAL, _grade(answer, [one for _, one in answered])),
        *(signs.whole(begin, name) for name in ("03", "05", "04")),
        *("", ""),
        signs.plain(answer.number)[:_NAMED],
        f"{answer.at:%Y%m%d}",
    ]
    yield from _reason(answer, signs)
    if answer.accepted:
        for line, one in answered:
            yield ["PO1", *_echoed(line, signs)]
            yield _ack(line, one)
        yield ["CTT", str(len(lines))]


def _grade(answer: OrderAnswer, lines: list[AnsweredLine]) -> str:
    """Element 587: as ordered, with changes, or not at all."""
    if not answer.accepted:
        return _REJECTED
    return _AS_ORDERED if all(one == _TAKEN for one in lines) else _CHANGED


def _reason(answer: OrderAnswer, signs: Signs) -> Iterator[list[str]]:
    """Why, in the sender's N9 and MSG."""
    code, text = signs.plain(answer.reason_code), signs.plain(answer.reason)
    if not code and not text:
        return
    yield ["N9", "L1", (code or "REASON")[:_NAMED]]
    if text:
        yield ["MSG", text[:_SAID]]


def _ack(line: Elements, one: AnsweredLine) -> list[str]:
    """A line's answer: its code, how many of what unit, and when."""
    refused = one.answer is LineAnswer.REFUSED
    quantity = text_of(line, "02")
    if one.quantity is not None:
        quantity = f"{one.quantity.normalize():f}"
    elif refused:
        quantity = "0"
    found = ["ACK", _CODES[one.answer], quantity, text_of(line, "03")]
    return [*found, _SHIPS, f"{one.ship_at:%Y%m%d}"] if one.ship_at else found


def _name(line: Elements) -> str:
    """How the order names a line: as the mapping reads it."""
    return text_of(line, "01") or text_of(line, "07")


def _echoed(line: Elements, signs: Signs) -> Iterator[str]:
    """The elements of a line as they came, up to its last pair of an article."""
    last = max((int(name) for name in line), default=0)
    for number in range(1, last + 1):
        yield signs.whole(line, f"{number:02}")


def _first(node: Elements, name: str) -> Elements | None:
    found = cast("list[Elements]", node.get(name, []))
    return found[0] if found else None
