"""Who may order, for how much, and whether it is meant."""

from collections.abc import Iterator

from bus.intake.rules.checks.kind import Check, Found, Knob, Run, Turn
from bus.intake.rules.checks.money import shown
from bus.intake.rules.checks.parameters import Given, Kind, Parameter, Strict
from bus.intake.rules.known import Context
from bus.intake.rules.order import Order
from bus.intake.rules.reading import text

_TOTALS = ("grand_total", "net_total", "subtotal")


def _value_limit(given: Given) -> Run:
    limits, least = given.limits("limits"), given.limits("least")

    def run(order: Order, _: Context) -> Iterator[Found]:
        for name in _TOTALS:
            value = order.total(name)
            if value is None:
                continue
            currency, place = order.currency, f"totals.{name}"
            limit, lowest = limits.get(currency), least.get(currency)
            came = shown(value, currency)
            if limit is not None and value > limit:
                said = f"at most {shown(limit, currency)} goes on without a look"
                yield Found("value_too_high", said, place, came, value)
            elif lowest is not None and value < lowest:
                said = f"at least {shown(lowest, currency)} is expected"
                yield Found("value_too_low", said, place, came)
            return

    return run


def _account(given: Given) -> Run:
    accounts, table = frozenset(given.texts("accounts")), given.text("table")
    column = given.text("of")

    def run(order: Order, about: Context) -> Iterator[Found]:
        if not accounts and not (table and about.known.has_table(table)):
            return
        if column == "customer":
            account, place = text(order.data.get("account_id")), "account_id"
        else:
            account, place = about.account, "source.account"
        if account in accounts or (table and about.known.row(table, account)):
            return
        if not account:
            yield Found("account_missing", "no account is named", place)
            return
        said = "the account is none of those that may order"
        yield Found("account_not_allowed", said, place, account, account)

    return run


def _test(_: Given) -> Run:
    def run(order: Order, about: Context) -> Iterator[Found]:
        if about.test or order.data.get("test") is True:
            yield Found("test_order", "its source marks it as a test", "test", "true")

    return run


LIMITS = (
    Check(
        name="value_limit",
        about="The order's value is within limits, by currency. None for others.",
        codes={
            "value_too_high": "The order is worth more than goes on without a look.",
            "value_too_low": "The order is worth less than expected.",
        },
        make=_value_limit,
        parameters=(
            Parameter(
                "limits", Kind.LIMITS, "the highest: {EUR: 10000}", {}, Strict.LESS
            ),
            Parameter("least", Kind.LIMITS, "the lowest: {EUR: 1}", {}, Strict.MORE),
        ),
        knob=Knob("limits", Turn.MORE),
    ),
    Check(
        name="allowed_account",
        about="The account may order. Nothing while neither list nor table has any.",
        codes={
            "account_missing": "No account is named.",
            "account_not_allowed": "The account is none of those that may order.",
        },
        make=_account,
        parameters=(
            Parameter("accounts", Kind.TEXTS, "those that may", "", Strict.FEWER),
            Parameter("table", Kind.TEXT, "a lookup table with those", "accounts"),
            Parameter(
                "of",
                Kind.TEXT,
                "whose account: the seller's, or the customer's",
                "seller",
                words=("seller", "customer"),
            ),
        ),
        knob=Knob("table", Turn.ROW),
        thin=True,
    ),
    Check(
        name="test_order",
        about="The order is no test.",
        codes={"test_order": "The source marks the order as a test."},
        make=_test,
        thin=True,
    ),
)
