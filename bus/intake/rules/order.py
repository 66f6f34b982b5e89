"""An event as checks read it: each value looked up once, however many rules ask."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cached_property

from bus.intake.rules.reading import amount, moment, number, record, records, text

ZERO = Decimal(0)
NET, GROSS, UNKNOWN = "net", "gross", "unknown"
_BASES = {NET, GROSS}


@dataclass(frozen=True, slots=True)
class Line:
    """A line of an order. Amounts that are not told are None.

    `basis` says of `price` whether it contains tax; `lowered` is what the line's own
    discounts and allowances take off, less its charges.
    """

    index: int
    data: Mapping[str, object]
    quantity: Decimal | None
    price: Decimal | None
    base: Decimal
    basis: str
    net: Decimal | None
    tax: Decimal | None
    gross: Decimal | None
    lowered: Decimal
    is_part: bool

    @property
    def path(self) -> str:
        """Where it stands."""
        return f"lines[{self.index}]"

    @property
    def worth(self) -> Decimal | None:
        """Quantity times price, before discounts; None if one of them is missing."""
        if self.quantity is None or self.price is None or self.base == ZERO:
            return None
        whole = self.quantity * self.price
        return whole if self.base == 1 else whole / self.base

    def identifier(self, scheme: str) -> str:
        """The article by this scheme; empty if there is none."""
        for one in records(self.data.get("identifiers")):
            if one.get("scheme") == scheme:
                return text(one.get("value"))
        return ""


class Order:
    """An event's data, read for checks."""

    def __init__(self, data: Mapping[str, object]) -> None:
        self.data = data
        self.marks: Mapping[str, str] | None = None
        """What it has in common with others, once somebody has asked."""

    @cached_property
    def totals(self) -> Mapping[str, object]:
        """The totals; empty if there are none."""
        return record(self.data.get("totals"))

    def total(self, name: str) -> Decimal | None:
        """One of the totals."""
        return amount(self.totals.get(name))

    @cached_property
    def currency(self) -> str:
        """The order's currency; empty if nobody says."""
        said = text(self.totals.get("currency")) or text(self.data.get("currency"))
        return said or next((code for _, code in self.amounts if code), "")

    @cached_property
    def basis(self) -> str:
        """Whether prices contain tax: net, gross or unknown."""
        return _basis(self.data.get("price_basis"), UNKNOWN)

    @cached_property
    def order_id(self) -> str:
        """The order, as we name it."""
        return text(self.data.get("order_id"))

    @cached_property
    def is_thin(self) -> bool:
        """Whether little more than an id is told."""
        return self.data.get("completeness") == "thin"

    @cached_property
    def is_whole(self) -> bool:
        """Whether all lines are there: not in a change that tells only itself."""
        return not self.is_thin and self.data.get("restated") is not False

    @cached_property
    def lines(self) -> Sequence[Line]:
        """The lines."""
        found = records(self.data.get("lines"))
        return [self._line(index, one) for index, one in enumerate(found)]

    @cached_property
    def goods(self) -> Sequence[Line]:
        """The lines that are paid for: not the components of others."""
        return [line for line in self.lines if not line.is_part]

    @cached_property
    def charges(self) -> Sequence[Mapping[str, object]]:
        """Charges and allowances on the whole order."""
        return records(self.data.get("charges"))

    @cached_property
    def parties(self) -> Sequence[tuple[str, Mapping[str, object]]]:
        """All parties with their paths, those that deliveries go to included."""
        found = [
            (f"parties[{index}]", party)
            for index, party in enumerate(records(self.data.get("parties")))
        ]
        for index, one in enumerate(records(self.data.get("deliveries"))):
            if isinstance(to := one.get("ship_to"), dict):
                path = f"deliveries[{index}].ship_to"
                found.append((path, {"role": "ship_to", **to}))
        return found

    @cached_property
    def amounts(self) -> Sequence[tuple[str, str]]:
        """Paths of amounts with the currency that each says, empty for none."""
        return list(self._amounts())

    @cached_property
    def moments(self) -> Mapping[str, datetime]:
        """The moments of the order itself, by name."""
        names = ("occurred_at", "observed_at", "placed_at", "ship_by", "deliver_by")
        read = ((name, moment(self.data.get(name))) for name in names)
        return {name: value for name, value in read if value is not None}

    def _line(self, index: int, data: Mapping[str, object]) -> Line:
        price = record(data.get("unit_price"))
        lowered = summed(data.get("discounts"))
        if data.get("charges"):
            lowered -= charged(records(data.get("charges")))
        return Line(
            index=index,
            data=data,
            quantity=number(data.get("quantity")),
            price=number(price.get("amount")),
            base=number(price.get("base_quantity")) or Decimal(1),
            basis=_basis(data.get("basis"), self.basis),
            net=amount(data.get("net")),
            tax=amount(data.get("tax")),
            gross=amount(data.get("gross")),
            lowered=lowered,
            is_part=bool(data.get("parent_line_id")),
        )

    def _amounts(self) -> Iterator[tuple[str, str]]:
        for name, value in self.totals.items():
            if isinstance(value, dict):
                yield f"totals.{name}", text(value.get("currency"))
        for line in self.lines:
            for name in ("unit_price", "net", "tax", "gross"):
                value = line.data.get(name)
                if isinstance(value, dict):
                    yield f"{line.path}.{name}", text(value.get("currency"))
        for index, one in enumerate(self.charges):
            value = one.get("amount")
            if isinstance(value, dict):
                yield f"charges[{index}].amount", text(value.get("currency"))


def charged(charges: Sequence[Mapping[str, object]]) -> Decimal:
    """What charges add, less what allowances take off."""
    found = ZERO
    for one in charges:
        value = amount(one.get("amount"))
        if value is not None:
            found += -value if one.get("is_allowance") is True else value
    return found


def summed(values: object, name: str = "amount") -> Decimal:
    """The sum of an amount of each record of a list."""
    found = ZERO
    for one in records(values) if values else ():
        value = amount(one.get(name))
        if value is not None:
            found += value
    return found


def _basis(value: object, otherwise: str) -> str:
    return value if isinstance(value, str) and value in _BASES else otherwise
