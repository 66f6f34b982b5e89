"""A seeded corpus of orders: shops with odd habits, and a few orders truly bad.

Each shop has one or two habits that look like faults and are none: it rounds each line,
sends cents as prices, ships from a code, orders the same every day. Three percent of
all orders are bad in one of many ways, spread over all shops alike. Nothing in here
knows the rules that judge: good and bad are decided before.
"""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random

from tests.support.corpus_changes import (
    ARTICLES,
    FAULTS,
    HABITS,
    Data,
    Made,
    line_of,
    sum_up,
)

START = datetime(2026, 11, 1, tzinfo=UTC)
BAD_SHARE = 0.03
_CITIES = {
    "DE": ("Berlin", "10115"),
    "FR": ("Lyon", "69002"),
    "NL": ("Utrecht", "3511 AB"),
    "AT": ("Wien", "1010"),
    "PL": ("Gdynia", "81-300"),
}


@dataclass(frozen=True, slots=True)
class Corpus:
    """One order of the corpus."""

    data: Data
    event_type: str
    channel: str
    source: str
    account: str
    at: datetime
    bad: str
    """What is truly wrong with it; empty: nothing."""


# --- plain orders


def _plain(random: Random, at: datetime, number: int, shop: str) -> Made:
    country = random.choice(sorted(_CITIES))
    city, code = _CITIES[country]
    buyer = f"c{random.randint(1, 100_000)}"
    totals: Data = {}
    lines: list[Data] = []
    address = {
        "line1": f"Weg {number % 90}",
        "city": city,
        "postal_code": code,
        "country": country,
    }
    data: Data = {
        "order_id": f"corpus.{shop}.{number}",
        "completeness": "full",
        "price_basis": "gross",
        "currency": "EUR",
        "account_id": buyer,
        "lines": lines,
        "totals": totals,
        "charges": [],
        "parties": [
            {"role": "buyer", "name": buyer, "email": f"{buyer}@example.com"},
            {"role": "ship_to", "name": buyer, "address": address},
        ],
        "ship_by": at + timedelta(days=2),
    }
    one = Made(random, at, data, lines, totals)
    for line in range(random.randint(1, 5)):
        sku = random.choice(sorted(ARTICLES))
        quantity = Decimal(random.randint(1, 4))
        lines.append(line_of(line + 1, sku, one.money(ARTICLES[sku]), quantity))
    sum_up(one)
    return one


def corpus(count: int, seed: int) -> Iterator[Corpus]:
    """Orders in the order in which they come, the same for the same seed."""
    random = Random(seed)  # noqa: S311 - no secret
    shops = [*HABITS, *(f"plain-{number}" for number in range(len(HABITS)))]
    earlier: dict[str, list[Data]] = {shop: [] for shop in shops}
    channels = ("shopify", "woocommerce", "generic-json")
    for number in range(count):
        shop = random.choice(shops)
        at = START + timedelta(seconds=6 * number)
        one = _plain(random, at, number, shop)
        for habit in HABITS.get(shop, ()):
            habit(one)
        fault = random.choice(FAULTS) if random.random() < BAD_SHARE else None
        one.earlier = earlier[shop]
        if fault is not None:
            fault(one)
        else:
            one.earlier[:] = [deepcopy(one.data)]
        channel = channels[shops.index(shop) % len(channels)]
        yield Corpus(
            data=one.data,
            event_type="intake.order_received",
            channel=channel,
            source=f"{channel}-1",
            account=shop,
            at=at,
            bad="" if fault is None else fault.__name__.strip("_"),
        )
