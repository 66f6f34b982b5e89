"""What a stored file of EDI is owed: its 997 or CONTRL, and an 855 for each order.

The first say which messages could be read, and nothing of what becomes of them; an 855
says what was answered. Times and control numbers come from the submission and the
answer, so that what is sent again is what was sent.
"""

from collections.abc import Mapping, Sequence
from hashlib import sha256

from bus.intake.acknowledging.answers import OrderAnswer
from bus.intake.acknowledging.edifact import control_message
from bus.intake.acknowledging.orders import purchase_order_acknowledgment
from bus.intake.acknowledging.x12 import functional_acknowledgement
from bus.intake.channels.definition import Channel
from bus.intake.converting import Converted, convert
from bus.intake.parsing.tree import UnparsableError
from bus.intake.raw import Raw

NAMES: Mapping[str, str] = {"x12": "997", "edifact": "contrl"}
"""What each format calls it."""
# X12 element 718: the set is not supported; its count of segments is wrong; it has
# segments in error. EDIFACT element 0085 likewise: 13, 29, 12.
_CODES: Mapping[str, Mapping[str, str]] = {
    "x12": {"unknown_type": "1", "control_mismatch": "4", "": "5"},
    "edifact": {"unknown_type": "13", "control_mismatch": "29", "": "12"},
}
_DIGITS = 10**9


def acknowledgement(channel: Channel, raw: Raw) -> bytes | None:
    """The acknowledgement that a stored submission is owed.

    None: none is, as it is of another format, nobody can say whose it is, or all in it
    is passed over, as acknowledgements themselves are.
    """
    form, submission = channel.format, raw.submission
    if form not in NAMES:
        return None
    refused: dict[int, str] = {}
    parts = convert(channel, submission)
    if all(_is_passed_over(part) for part in parts):
        return None
    for part in parts:
        if part.event is None and not _is_passed_over(part):
            codes = {one.code for one in part.findings}
            known = _CODES[form]
            found = next((known[code] for code in known if code in codes), known[""])
            refused[part.part] = found
    number = _number(raw.id)
    at = submission.observed_at
    try:
        if form == "x12":
            return functional_acknowledgement(submission.body, refused, at, number)
        return control_message(submission.body, refused, at, f"{number:09}")
    except UnparsableError:
        return None


def order_acknowledgment(
    channel: Channel, raw: Raw, answer: OrderAnswer
) -> bytes | None:
    """The 855 that answers an order of a stored submission.

    None: it is of another format, or the order that is answered does not stand in it.
    """
    if channel.format != "x12":
        return None
    part = answer.part
    if part is None:
        part = _part_of(convert(channel, raw.submission), answer.order)
    if part is None:
        return None
    number = _number(f"{raw.id} {part} {answer.id}")
    try:
        return purchase_order_acknowledgment(raw.submission.body, part, answer, number)
    except UnparsableError:
        return None


def _part_of(parts: Sequence[Converted], order: str) -> int | None:
    """Which part an order is, by its source's name for it; the first of several."""
    for part in parts:
        named = (part.made or {}).get("order")
        if isinstance(named, Mapping) and named.get("id") == order:
            return part.part
    return None


def _number(of: str) -> int:
    """A control number, the same whenever it is made."""
    return int.from_bytes(sha256(of.encode()).digest()[:8], "big") % _DIGITS or 1


def _is_passed_over(part: Converted) -> bool:
    return any(one.code == "ignored_type" for one in part.findings)
