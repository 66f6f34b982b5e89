"""A made-up order, drawn from a seed: who, what, how much, and where it stands.

It is what `bus.samples.lifecycles` tells its stories about. The same generator state
gives the same order.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Protocol, TypeVar

T = TypeVar("T")
Fields = dict[str, object]

_CENT = Decimal("0.01")
_FREE_SHIPPING_FROM = Decimal(50)
_TAX_RATE = Decimal("0.19")

_ARTICLES = (
    ("ESP-1204", "Espresso machine Duetto", "449.00"),
    ("GRD-0310", "Coffee grinder, conical burrs", "129.90"),
    ("BEA-7731", "Espresso beans, 1 kg", "24.50"),
    ("FIL-0042", "Paper filters, 100 pieces", "3.95"),
    ("MUG-2200", "Stoneware mug, blue", "14.90"),
    ("SCA-0901", "Barista scale with timer", "59.00"),
    ("TMP-0058", "Tamper 58 mm", "34.90"),
    ("KET-1100", "Gooseneck kettle 0.9 l", "79.00"),
)
_PEOPLE = (
    ("Anna Keller", "DE", "Berlin", "10115", "Invalidenstraße 44", "+49170555", "de"),
    ("Jonas Weber", "DE", "Leipzig", "04109", "Nikolaistraße 6", "+49171555", "de"),
    ("Chloé Martin", "FR", "Lyon", "69002", "12 rue Mercière", "+33655500", "fr"),
    ("Luca Bianchi", "IT", "Torino", "10121", "Via Roma 101", "+39340555", "it"),
    ("Sofía García", "ES", "Valencia", "46002", "Calle Colón 27", "+34655500", "es"),
    ("Emma de Vries", "NL", "Utrecht", "3511 AB", "Oudegracht 210", "+31655500", "nl"),
)
_CHANNELS = ("web", "web", "web", "store", "edi", "phone", "marketplace:bazaar")
_PAYMENTS = (
    ("card", "visa"),
    ("card", "mastercard"),
    ("paypal", None),
    ("wallet", "apple_pay"),
    ("sepa_debit", None),
)


class Generator(Protocol):
    """The part of `random.Random` that is used."""

    def choice(self, seq: Sequence[T], /) -> T:
        """Return one of them."""
        ...

    def sample(self, population: Sequence[T], k: int) -> list[T]:
        """Return k different ones."""
        ...

    def randint(self, a: int, b: int) -> int:
        """Return a number from a to b, both included."""
        ...

    def random(self) -> float:
        """Return a number from 0 up to 1."""
        ...

    def getrandbits(self, k: int, /) -> int:
        """Return a number of k random bits."""
        ...


@dataclass(slots=True, kw_only=True)
class Order:
    """One order and how far it has come.

    Attributes:
        status, version, now: Of its latest event.
        previous_status: Before its latest event.
        failures: Declined payments so far.
        refunded: Paid back so far.
    """

    id: str
    account: str
    channel: str
    correlation: str
    tag: str
    now: datetime
    lines: list[Fields]
    totals: Fields
    total: Decimal
    customer: Fields
    address: Fields
    payment: Fields
    client: Fields
    stock: dict[str, int]
    placed_at: datetime
    status: str = "created"
    previous_status: str = "created"
    version: int = 0
    failures: int = 0
    captured: Decimal = Decimal(0)
    refunded: Decimal = Decimal(0)

    def items(self) -> list[Fields]:
        """What was ordered, by line, without prices."""
        return [
            {key: line[key] for key in ("line_id", "sku", "quantity")}
            for line in self.lines
        ]


def money(amount: Decimal) -> Fields:
    """An amount in euros, rounded to the cent."""
    return {"amount": amount.quantize(_CENT), "currency": "EUR"}


Builder = Callable[[Order, Generator], Fields]
SYSTEM: Fields = {"kind": "system", "id": "oms-core", "name": None}


def day_after(order: Order, days: int) -> date:
    """The day that many days after the order's latest event."""
    return (order.now + timedelta(days=days)).date()


def draw_order(rng: Generator, seed: int, started: datetime) -> Order:
    """Draw an order placed at `started`; different seeds give different ids."""
    tag = f"{seed % 1_000_000:06d}-{rng.getrandbits(20):05x}".upper()
    lines = [
        _line(number, article, rng)
        for number, article in enumerate(rng.sample(_ARTICLES, rng.randint(1, 4)), 1)
    ]
    customer, address = _person(rng)
    totals, total = _totals(lines)
    return Order(
        id=f"SO-{tag}",
        account=f"ACC-{rng.randint(10_000, 99_999)}",
        channel=rng.choice(_CHANNELS),
        correlation=f"{rng.getrandbits(64):016x}",
        tag=tag,
        now=started,
        placed_at=started,
        lines=lines,
        totals=totals,
        total=total,
        customer=customer,
        address=address,
        payment=_payment(rng),
        client={
            "ip_address": f"198.51.100.{rng.randint(1, 254)}",
            "user_agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0",
            "device_id": f"dev-{rng.getrandbits(32):08x}",
            "session_id": f"ses-{rng.getrandbits(32):08x}",
        },
        stock={str(line["sku"]): rng.randint(20, 400) for line in lines},
    )


def _line(number: int, article: tuple[str, str, str], rng: Generator) -> Fields:
    sku, name, price = article
    quantity = rng.randint(1, 3)
    full = Decimal(price) * quantity
    discount = (full / 10).quantize(_CENT) if rng.random() < 0.2 else None  # noqa: PLR2004 - a share
    total = full - (discount or 0)
    return {
        "line_id": str(number),
        "sku": sku,
        "name": name,
        "quantity": quantity,
        "unit": "EA",
        "unit_price": money(Decimal(price)),
        "discount": None if discount is None else money(discount),
        "tax": money(_contained_tax(total)),
        "total": money(total),
        "attributes": {"gift_wrap": "true"} if rng.random() < 0.1 else {},  # noqa: PLR2004 - a share
    }


def _contained_tax(amount: Decimal) -> Decimal:
    return amount - amount / (1 + _TAX_RATE)


def amount_of(value: object) -> Decimal:
    """The amount of a Money field, zero for None."""
    match value:
        case {"amount": Decimal() as amount}:
            return amount
        case _:
            return Decimal(0)


def _totals(lines: list[Fields]) -> tuple[Fields, Decimal]:
    net = sum((amount_of(line["total"]) for line in lines), Decimal(0))
    discount = sum((amount_of(line["discount"]) for line in lines), Decimal(0))
    shipping = Decimal(0) if net >= _FREE_SHIPPING_FROM else Decimal("4.95")
    total = net + shipping
    return {
        "subtotal": money(net + discount),
        "discount": money(discount),
        "shipping": money(shipping),
        "tax": money(_contained_tax(total)),
        "grand_total": money(total),
    }, total


def _person(rng: Generator) -> tuple[Fields, Fields]:
    name, country, city, code, street, dial, locale = rng.choice(_PEOPLE)
    first = name.split()[0].lower().encode("ascii", "ignore").decode()
    customer: Fields = {
        "name": name,
        "email": f"{first}.{rng.randint(100, 999)}@example.com",
        "phone": f"{dial}{rng.randint(1000, 9999)}",
        "locale": locale,
        "sms_allowed": rng.random() < 0.7,  # noqa: PLR2004 - a share
        "email_allowed": True,
    }
    address: Fields = {
        "name": name,
        "line1": street,
        "city": city,
        "postal_code": code,
        "country": country,
    }
    return customer, address


def _payment(rng: Generator) -> Fields:
    kind, brand = rng.choice(_PAYMENTS)
    last4 = f"{rng.randint(0, 9999):04d}" if kind == "card" else None
    token = f"tok_{rng.getrandbits(48):012x}"
    return {"kind": kind, "brand": brand, "last4": last4, "token": token}
