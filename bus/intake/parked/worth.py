"""What an order is worth, and by when it has to go: read from the event it would be."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import cast

from bus.intake.parked.item import Money
from bus.times import read_rfc3339


@dataclass(frozen=True, slots=True)
class Rates:
    """What currencies are worth in the one that all is shown in.

    `of` has what one unit of each is worth in `base`.
    """

    base: str = "EUR"
    of: Mapping[str, Decimal] = field(default_factory=dict)

    def worth(self, money: Money | None) -> Decimal | None:
        """Money in the base currency; None: it is unknown, or its currency is."""
        if money is None:
            return None
        if money.currency == self.base:
            return money.amount
        rate = self.of.get(money.currency)
        return None if rate is None else money.amount * rate


def value_of(payload: Mapping[str, object] | None) -> Money | None:
    """What the order is worth, by the event as far as it was made.

    Its total if there is one, else what its lines come to; None: nothing says it.
    """
    if payload is None:
        return None
    totals, currency = _mapping(payload.get("totals")), payload.get("currency")
    for name in ("grand_total", "net_total", "subtotal", "due"):
        if (found := _amount(totals.get(name), currency)) is not None:
            return found
    return _sum(payload.get("lines"), currency)


def ship_by_of(payload: Mapping[str, object] | None) -> datetime | None:
    """By when the first goods have to go; None: nothing says it."""
    if payload is None:
        return None
    places = [payload, *_all(payload.get("deliveries")), *_all(payload.get("lines"))]
    found = [_moment(one.get("ship_by")) for one in places]
    return min((one for one in found if one is not None), default=None)


def _sum(lines: object, currency: object) -> Money | None:
    found = [
        _amount(line.get("gross"), currency)
        or _amount(line.get("net"), currency)
        or _by_price(line, currency)
        for line in _all(lines)
    ]
    told = [one for one in found if one is not None]
    if not told or len({one.currency for one in told}) > 1:
        return None
    return Money(sum((one.amount for one in told), Decimal()), told[0].currency)


def _by_price(line: Mapping[str, object], currency: object) -> Money | None:
    """Its price as often as it is wanted: many a file says no more of a line."""
    price = _amount(line.get("unit_price"), currency)
    try:
        often = Decimal(str(line["quantity"]))
    except (KeyError, InvalidOperation):
        return None
    if price is None or not often.is_finite():
        return None
    return replace(price, amount=price.amount * often)


def _amount(value: object, currency: object) -> Money | None:
    said = _mapping(value)
    try:
        amount = Decimal(str(said["amount"]))
    except (KeyError, InvalidOperation):
        return None
    if not amount.is_finite():
        return None
    return Money(amount, str(said.get("currency") or currency or ""))


def _moment(value: object) -> datetime | None:
    if isinstance(value, datetime):
        return value
    try:
        return None if value is None else read_rfc3339(str(value))
    except ValueError:
        return None


def _mapping(value: object) -> Mapping[str, object]:
    return cast("Mapping[str, object]", value) if isinstance(value, Mapping) else {}


def _all(value: object) -> Iterator[Mapping[str, object]]:
    for one in cast("list[object]", value) if isinstance(value, list) else []:
        if isinstance(one, Mapping):
            yield cast("Mapping[str, object]", one)
