"""What makes orders of the corpus odd, or truly bad: a function a habit or a fault."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from random import Random
from typing import TypeAlias

Data: TypeAlias = dict[str, object]
Change: TypeAlias = "Callable[[Made], None]"
_CENT = Decimal("0.01")
ARTICLES = {
    f"SKU-{number:03}": Decimal(5 + number * 7 % 90) + Decimal("0.90")
    for number in range(200)
}
"""The price list: gross, in euros."""


@dataclass(slots=True)
class Made:
    """An order in the making: numbers first, texts after."""

    random: Random
    at: datetime
    data: Data
    lines: list[Data]
    totals: Data
    earlier: list[Data] = field(default_factory=list)

    def money(self, amount: Decimal) -> Data:
        """An amount in the order's currency."""
        return {"amount": amount, "currency": self.data["currency"]}

    def total(self, name: str) -> Decimal:
        """One of the totals."""
        found = self.totals[name]
        assert isinstance(found, dict)
        return Decimal(found["amount"])

    def add(self, name: str, by: Decimal) -> None:
        """Change one of the totals."""
        self.totals[name] = self.money(self.total(name) + by)

    def address(self) -> Data:
        """Where it is sent to."""
        return self.data["parties"][1]["address"]  # type: ignore[index,no-any-return]  # as it is made

    def set_line(self, **fields: object) -> None:
        """Change a line, any of them."""
        self.random.choice(self.lines).update(fields)


def line_of(number: int, sku: str, price: Data, quantity: Decimal) -> Data:
    """A line, without what it comes to."""
    return {
        "line_id": str(number),
        "name": sku,
        "identifiers": [{"scheme": "sku", "value": sku}],
        "quantity": quantity,
        "unit_price": price,
    }


def sum_up(one: Made) -> None:
    """Lines and totals that agree: gross prices with 19 percent."""
    subtotal = taxes = Decimal(0)
    for line in one.lines:
        price = line["unit_price"]["amount"]  # type: ignore[index]  # as it is made
        gross = (line["quantity"] * price).quantize(_CENT, ROUND_HALF_UP)  # type: ignore[operator]  # likewise
        net = (gross / Decimal("1.19")).quantize(_CENT, ROUND_HALF_UP)
        line.update(
            gross=one.money(gross), net=one.money(net), tax=one.money(gross - net)
        )
        subtotal, taxes = subtotal + gross, taxes + gross - net
    shipping = Decimal("4.90")
    one.totals.update(
        currency=one.data["currency"],
        subtotal=one.money(subtotal),
        shipping=one.money(shipping),
        tax=one.money(taxes),
        grand_total=one.money(subtotal + shipping),
    )


# --- habits: odd, and right


def _rounds_lines(one: Made) -> None:
    """Totals are of prices before rounding: off by up to half a cent a line."""
    off = sum(one.random.choice((-1, 0, 1, 1)) for _ in one.lines)
    one.add("grand_total", _CENT * off)


def _rounds_tax(one: Made) -> None:
    """Tax of the whole is rounded once, of the lines each."""
    one.add("tax", _CENT * one.random.choice((-3, -2, 2, 3)))


def _tips(one: Made) -> None:
    """The total has a donation in it that no field tells."""
    one.add("grand_total", Decimal(one.random.choice((1, 2, 3))) / 10)


def _wholesale(one: Made) -> None:
    """Orders are worth a car."""
    factor = one.random.randint(400, 900)
    for line in one.lines:
        line["quantity"] = Decimal(factor)
    sum_up(one)


def _same_daily(one: Made) -> None:
    """The same customer orders the same every few hours: a canteen."""
    one.data["account_id"] = f"canteen-{one.random.randint(1, 3)}"
    sku = "SKU-001"
    price = one.money(ARTICLES[sku])
    one.lines[:] = [line_of(1, sku, price, Decimal(4))]
    sum_up(one)


def _no_street(one: Made) -> None:
    """A marketplace masks the street; it prints the label itself."""
    one.address().pop("line1")


def _old_codes(one: Made) -> None:
    """Postal codes with a country before them."""
    one.address()["postal_code"] = (
        f"{one.address()['country']}-{one.address()['postal_code']}"
    )


def _late(one: Made) -> None:
    """Orders come in a batch a day late, past their deadline."""
    one.data["ship_by"] = one.at - timedelta(hours=one.random.randint(2, 20))


def _by_weight(one: Made) -> None:
    """Cheese: quantities in pieces that are kilograms."""
    for line in one.lines:
        line["quantity"] = Decimal(one.random.randint(5, 40)) / Decimal(8)
    sum_up(one)


def _own_articles(one: Made) -> None:
    """Articles of its own, a handful, that no list has."""
    one.set_line(
        identifiers=[{"scheme": "sku", "value": f"OWN-{one.random.randint(1, 6)}"}]
    )


def _discounted(one: Made) -> None:
    """Prices a quarter below the list, by contract."""
    for line in one.lines:
        price = line["unit_price"]["amount"] * Decimal("0.75")  # type: ignore[index]  # as it is made
        line["unit_price"] = one.money(price.quantize(_CENT, ROUND_HALF_UP))
    sum_up(one)


def _fractions(one: Made) -> None:
    """Totals with tenths of a cent, as a plug-in makes them."""
    one.add("grand_total", Decimal("0.004"))


def _many(one: Made) -> None:
    """One buyer, a sales agent, sends an order a minute."""
    one.data["account_id"] = "agent"


HABITS: dict[str, tuple[Change, ...]] = {
    "rounds-lines": (_rounds_lines,),
    "rounds-tax": (_rounds_tax,),
    "tips": (_tips,),
    "wholesale": (_wholesale,),
    "canteen": (_same_daily,),
    "masked": (_no_street,),
    "old-codes": (_old_codes,),
    "late": (_late,),
    "by-weight": (_by_weight,),
    "own-articles": (_own_articles,),
    "discounted": (_discounted,),
    "fractions": (_fractions,),
    "agent": (_many,),
}
"""By shop; besides there are as many shops without any."""


# --- faults: truly bad


def _total_wrong(one: Made) -> None:
    one.add("grand_total", Decimal(one.random.choice((-20, -10, 15, 50))))


def _tax_wrong(one: Made) -> None:
    one.add("tax", Decimal(one.random.choice((5, 8))))


def _subtotal_wrong(one: Made) -> None:
    one.add("subtotal", Decimal(25))


def _line_wrong(one: Made) -> None:
    line = one.random.choice(one.lines)
    gross = line["gross"]["amount"]  # type: ignore[index]  # as it is made
    line["gross"] = one.money(gross + 10)


def _negative(one: Made) -> None:
    one.set_line(quantity=Decimal(-1))


def _absurd(one: Made) -> None:
    one.set_line(quantity=Decimal(99_999))


def _no_lines(one: Made) -> None:
    one.lines.clear()


def _no_address(one: Made) -> None:
    del one.data["parties"][1]  # type: ignore[attr-defined]  # a list


def _bad_country(one: Made) -> None:
    one.address()["country"] = "XX"


def _bad_code(one: Made) -> None:
    one.address()["postal_code"] = "0"


def _bad_currency(one: Made) -> None:
    one.data["currency"] = "EUX"
    one.totals["currency"] = "EUX"


def _mixed(one: Made) -> None:
    line = one.random.choice(one.lines)
    line["unit_price"] = {**line["unit_price"], "currency": "USD"}  # type: ignore[dict-item]  # as it is made


def _unknown_article(one: Made) -> None:
    one.set_line(
        identifiers=[{"scheme": "sku", "value": f"GONE-{one.random.random()}"}]
    )


def _wrong_price(one: Made) -> None:
    line = one.random.choice(one.lines)
    line["unit_price"] = one.money(Decimal("0.01"))
    sum_up(one)


def _fortune(one: Made) -> None:
    one.set_line(quantity=Decimal(9_500))
    sum_up(one)


def _long_over(one: Made) -> None:
    one.data["ship_by"] = one.at - timedelta(days=one.random.randint(20, 60))


def _twice(one: Made) -> None:
    """The same order under another id, minutes later: a form that was sent twice."""
    if one.earlier:
        again = deepcopy(one.earlier[-1])
        order_id = one.data["order_id"]
        one.data.clear()
        one.data.update(again, order_id=order_id)


FAULTS: tuple[Change, ...] = (
    *(_total_wrong, _tax_wrong, _subtotal_wrong, _line_wrong, _negative, _absurd),
    *(_no_lines, _no_address, _bad_country, _bad_code, _bad_currency, _mixed),
    *(_unknown_article, _wrong_price, _fortune, _long_over, _twice),
)
