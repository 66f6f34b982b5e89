"""What is answered to an order: the OMS's word on it, or a person's who rejected it.

The OMS answers with `action.answered` (action `order`), naming the place where the
order stands; a parked order that is rejected never reaches it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import cast

from bus.errors import DecodeError
from bus.event import Event
from bus.intake.parked.decisions import Decision, Kind
from bus.intake.parked.item import Item
from bus.intake.raw import place_text, read_place
from bus.intake.requests import ANSWER_TYPE
from bus.intake.submission import Place

ACTION = "order"
"""The action of an answer that is about an order itself."""


class LineAnswer(StrEnum):
    """What becomes of a line."""

    ACCEPTED = "accepted"
    CHANGED = "changed"
    BACKORDERED = "backordered"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class AnsweredLine:
    """A line that is answered otherwise than its order; None: as ordered."""

    answer: LineAnswer
    quantity: Decimal | None = None
    ship_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderAnswer:
    """What is answered to one order.

    Attributes:
        id: Of the event, or of the parked item, that says so.
        source: The source that the order came by.
        order: The order, as its source names it; empty: the only one at `place`.
        place: Where its submission stands.
        part: Which part of it, where that is known; else the order's name says it.
        accepted: Whether the order is taken.
        at: When that was decided.
        number: What the seller calls the order; empty: unknown.
        reason_code, reason: Why it is refused; empty: nobody says.
        lines: Lines that are answered otherwise, by the order's own names of them.
    """

    id: str
    source: str
    order: str
    place: Place
    accepted: bool
    at: datetime
    part: int | None = None
    number: str = ""
    reason_code: str = ""
    reason: str = ""
    lines: Mapping[str, AnsweredLine]

    @property
    def key(self) -> str:
        """The order and what becomes of it: the same word twice is said once."""
        word = "taken" if self.accepted else "refused"
        named = self.order or f"#{self.part or 0}"
        return f"{self.source}/{place_text(self.place)}/{named}/{word}"


_ACCEPTED = {"accepted": True, "completed": True, "refused": False, "failed": False}


def order_answer(event: Event | None) -> OrderAnswer | None:
    """The answer to an order that an event of the OMS gives; None: it gives none."""
    if event is None or event.type != ANSWER_TYPE:
        return None
    data = event.data
    accepted = _ACCEPTED.get(str(data.get("answer")))
    if data.get("action") != ACTION or accepted is None:
        return None
    try:
        place = read_place(str(data.get("place") or ""))
    except DecodeError:
        return None
    lines = cast("list[Mapping[str, object]]", data.get("lines") or [])
    return OrderAnswer(
        id=event.id,
        source=str(data.get("source")),
        order=str(data.get("request_id") or ""),
        place=place,
        accepted=accepted,
        at=event.time,
        number=str(data.get("order_id") or ""),
        reason_code=str(data.get("reason_code") or ""),
        reason=str(data.get("reason") or ""),
        lines={str(one["line_id"]): line for one in lines if (line := _line(one))},
    )


def _line(said: Mapping[str, object]) -> AnsweredLine | None:
    word, quantity, ship_at = (
        said.get(name) for name in ("answer", "quantity", "ship_at")
    )
    if str(word) not in set(LineAnswer):
        return None
    return AnsweredLine(
        LineAnswer(str(word)),
        quantity if isinstance(quantity, Decimal) else None,
        ship_at if isinstance(ship_at, datetime) else None,
    )


def rejection(item: Item, decision: Decision) -> OrderAnswer | None:
    """The answer to a parked order that a person has rejected; None: it is none.

    Why it was rejected is said to colleagues, so the sender is not told it.
    """
    if decision.kind is not Kind.REJECTED or item.place is None:
        return None
    return OrderAnswer(
        id=item.id,
        source=item.source,
        order=item.native_id,
        place=item.place,
        part=item.part,
        accepted=False,
        at=decision.at,
        lines={},
    )
