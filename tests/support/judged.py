"""Orders to be judged, and rules to judge them by."""

from collections.abc import Mapping
from copy import deepcopy
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache

from bus.client.rules import shipped_lines
from bus.intake.rules.book import Book, Effective
from bus.intake.rules.judging import Finding, Judgement, judge
from bus.intake.rules.known import NOTHING, Context, Known
from bus.intake.rules.lines import Line, read_line
from bus.intake.rules.order import Order

NOW = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)
RECEIVED = "intake.order_received"


@cache
def shipped() -> tuple[Line, ...]:
    """The rules that come with the bus."""
    return shipped_lines()


def euros(text: str) -> dict[str, object]:
    """An amount."""
    return {"amount": Decimal(text), "currency": "EUR"}


_ADDRESS = {
    "line1": "Lindenweg 4",
    "city": "Berlin",
    "postal_code": "10115",
    "country": "DE",
}
_ORDER: dict[str, object] = {
    "order_id": "shopify.shop-eu.1",
    "completeness": "full",
    "price_basis": "gross",
    "currency": "EUR",
    "account_id": "C-1",
    "source": {"channel": "shopify", "instance": "shop-eu", "account": "A-7"},
    "order": {"id": "1"},
    "lines": [
        {
            "line_id": "1",
            "name": "Mug",
            "identifiers": [{"scheme": "sku", "value": "MUG-1"}],
            "quantity": Decimal(2),
            "unit_price": {**euros("14.90"), "base_quantity": None},
            "net": euros("25.04"),
            "tax": euros("4.76"),
            "gross": euros("29.80"),
        },
        {
            "line_id": "2",
            "name": "Tea",
            "identifiers": [{"scheme": "sku", "value": "TEA-1"}],
            "quantity": Decimal(1),
            "unit_price": {**euros("10.20"), "base_quantity": None},
            "net": euros("8.57"),
            "tax": euros("1.63"),
            "gross": euros("10.20"),
        },
    ],
    "charges": [{"kind": "shipping", "amount": euros("5.00"), "tax": euros("0.80")}],
    "totals": {
        "currency": "EUR",
        "subtotal": euros("40.00"),
        "shipping": euros("5.00"),
        "tax": euros("7.19"),
        "grand_total": euros("45.00"),
    },
    "parties": [
        {
            "role": "buyer",
            "name": "Ada Berg",
            "email": "ada@example.com",
            "phone": "+49 30 123456",
        },
        {"role": "ship_to", "name": "Ada Berg", "address": _ADDRESS},
    ],
}


def order(**changes: object) -> dict[str, object]:
    """A plain order with which nothing is wrong, some of it changed.

    `lines__0__quantity=…` changes what lies within.
    """
    made = deepcopy(_ORDER)
    for path, value in deepcopy(changes).items():
        place: object = made
        *way, last = path.split("__")
        for step in way:
            place = place[int(step)] if isinstance(place, list) else place[step]  # type: ignore[index]  # as the order has it
        place[int(last) if last.isdigit() else last] = value  # type: ignore[index]  # likewise
    return made


def about(known: Known = NOTHING, **changes: object) -> Context:
    """An order's coming: shopify, source shop-eu, account A-7, at noon."""
    fields: dict[str, object] = {
        "event_type": RECEIVED,
        "channel": "shopify",
        "source": "shop-eu",
        "account": "A-7",
        "observed_at": NOW,
        "known": known,
    }
    return Context(**{**fields, **changes})  # type: ignore[arg-type]  # its own fields


def rule(
    check: str, parameters: Mapping[str, object] | None = None, **more: object
) -> Line:
    """A line of a rule that parks, in force."""
    document = {
        "id": "the-rule",
        "check": check,
        "parameters": dict(parameters or {}),
        "severity": "park",
        "mode": "enforce",
        **more,
    }
    return read_line(document)


def rules_of(*lines: Line, context: Context | None = None) -> Effective:
    """The rules of lines, for an order's account; none of them faulty."""
    whose = context or about()
    found = Book(lines).effective(whose.channel, whose.source, whose.account)
    assert not found.faults, found.faults
    return found


def judged(
    event: Mapping[str, object], *lines: Line, context: Context | None = None
) -> Judgement:
    """An order judged by lines; without any, by those that come with the bus."""
    whose = context or about()
    return judge(Order(event), whose, rules_of(*(lines or shipped()), context=whose))


def found(
    event: Mapping[str, object], line: Line, context: Context | None = None
) -> list[tuple[str, str]]:
    """Codes and places of what one rule finds."""
    return [
        (one.code, one.path) for one in judged(event, line, context=context).findings
    ]


def only(judgement: Judgement) -> Finding:
    """The one finding that there is."""
    (finding,) = judgement.findings
    return finding
