"""Currencies: known, served, one an order, and amounts that they can have."""

from collections.abc import Iterator

from bus.intake.converters.codes import CURRENCIES as KNOWN
from bus.intake.findings import shown
from bus.intake.rules.checks.kind import Check, Found, Knob, Run, Turn
from bus.intake.rules.checks.money import places_of, unit_of
from bus.intake.rules.checks.parameters import Given, Kind, Parameter, Strict
from bus.intake.rules.known import Context
from bus.intake.rules.order import Order
from bus.intake.rules.reading import amount, plain

_PAID = ("grand_total", "net_total", "due", "paid")


def _currency(given: Given) -> Run:
    only, one = frozenset(given.texts("only")), given.yes("one")

    def run(order: Order, _: Context) -> Iterator[Found]:
        currency = order.currency
        if not currency:
            if order.amounts:
                yield Found("currency_missing", "amounts name no currency", "currency")
            return
        if currency not in KNOWN:
            said = "three capital letters of ISO 4217 are expected"
            yield Found("currency_unknown", said, "currency", shown(currency))
        elif only and currency not in only:
            said = f"{currency} is none of the currencies that are taken"
            yield Found("currency_not_taken", said, "currency", currency, currency)
        if one:
            others = ((p, c) for p, c in order.amounts if c and c != currency)
            for path, other in others:
                said = f"the order is in {currency}"
                yield Found("currencies_mixed", said, path, shown(other))

    return run


def _places(_: Given) -> Run:
    def run(order: Order, _: Context) -> Iterator[Found]:
        currency = order.currency
        if currency not in KNOWN:
            return
        unit = unit_of(currency)
        for name in _PAID:
            value = amount(order.totals.get(name))
            if value is not None and value % unit:
                said = f"{currency} has {places_of(currency)} decimal places"
                yield Found("places_too_many", said, f"totals.{name}", plain(value))

    return run


CURRENCIES = (
    Check(
        name="currency",
        about="The order's currency is one of ISO 4217, taken, and the only one.",
        codes={
            "currency_missing": "Amounts name no currency.",
            "currency_unknown": "A currency is none of ISO 4217.",
            "currency_not_taken": "A currency is none of those that are taken.",
            "currencies_mixed": "An amount is in another currency than the order.",
        },
        make=_currency,
        parameters=(
            Parameter(
                "only",
                Kind.TEXTS,
                "the currencies that are taken; none: all of them",
                "",
                Strict.FEWER,
            ),
            Parameter(
                "one",
                Kind.YES,
                "whether all amounts have to be in it",
                "yes",
                Strict.MORE,
            ),
        ),
        knob=Knob("only", Turn.ADD),
    ),
    Check(
        name="currency_places",
        about="What is to be paid has no more decimal places than its currency.",
        codes={"places_too_many": "An amount has more places than its currency."},
        make=_places,
    ),
)
