"""Checks of goods, of what came before, of limits and of what was noticed."""

from datetime import timedelta
from decimal import Decimal

import pytest

from bus.intake.findings import Finding as Noticed
from bus.intake.rules.memory import Memory
from bus.intake.rules.order import Order
from tests.support.judged import NOW, about, euros, found, judged, only, order, rule

# --- goods


ARTICLES = Memory(
    tables=lambda name: (
        {"MUG-1": {"price": "14.90", "currency": "EUR", "basis": "gross"}}
        if name in {"articles", "prices"}
        else {}
    )
)


def test_articles_by_a_table() -> None:
    """Nothing until there is one; then what is not in it, which a row would mend."""
    line = rule("article_known")
    assert found(order(), line) == []
    finding = only(judged(order(), line, context=about(ARTICLES)))
    assert (finding.code, finding.path, finding.need) == (
        "article_unknown",
        "lines[1].identifiers",
        "TEA-1",
    )


@pytest.mark.parametrize(
    ("price", "need"),
    [("14.90", None), ("16.39", None), ("16.40", "10.06"), ("1.49", "90")],
)
def test_prices_by_a_list(price: str, need: str | None) -> None:
    """Within ten percent; a list of another basis says nothing."""
    event = order(lines__0__unit_price=euros(price))
    findings = judged(event, rule("price_in_list"), context=about(ARTICLES)).findings
    assert [round(Decimal(str(one.need)), 1) for one in findings] == (
        [] if need is None else [round(Decimal(need), 1)]
    )
    assert (
        found(
            order(price_basis="net", lines__0__unit_price=euros("1")),
            rule("price_in_list"),
            about(ARTICLES),
        )
        == []
    )


@pytest.mark.parametrize(
    ("quantity", "unit", "code"),
    [
        ("1", None, None),
        ("0", None, "quantity_not_positive"),
        ("-1", None, "quantity_not_positive"),
        (None, None, "quantity_missing"),
        ("2.5", None, "quantity_not_whole"),
        ("2.5", "KGM", None),
        ("10001", None, "quantity_too_large"),
        ("two", None, "quantity_missing"),
    ],
)
def test_quantities(quantity: str | None, unit: str | None, code: str | None) -> None:
    """Positive, whole for pieces, not improbably high."""
    event = order(lines__0__quantity=quantity, lines__0__unit=unit)
    codes = [one for one, _ in found(event, rule("quantity"))]
    assert codes == ([] if code is None else [code])


def test_returns_at_a_till_may_be_allowed() -> None:
    """Then negative quantities pass, and nothing at all does not."""
    line = rule("quantity", {"negative": "yes"})
    assert found(order(lines__0__quantity="-1"), line) == []
    assert found(order(lines__0__quantity="0"), line)


# --- what came before


def test_the_same_again_is_found_under_another_id() -> None:
    """By the same buyer, within a day; the order itself, sent again, is none."""
    memory, line = Memory(), rule("duplicate")
    memory.note(Order(order()), about(observed_at=NOW - timedelta(hours=2)))
    again = order(order_id="shopify.shop-eu.2")
    assert found(again, line, about(memory)) == [("ordered_before", "order")]
    assert found(order(), line, about(memory)) == []
    assert found(order(order_id="2", account_id="C-2"), line, about(memory)) == []
    assert found(order(order_id="2", lines__0__quantity="3"), line, about(memory)) == []
    later = about(memory, observed_at=NOW + timedelta(days=2))
    assert found(again, line, later) == []


def test_purchase_orders_come_once() -> None:
    """The buyer's own number, whatever is in it."""
    memory, line = Memory(), rule("duplicate", {"by": "purchase_order"})
    first = order(order={"id": "1", "purchase_order": "PO-9"})
    memory.note(Order(first), about())
    other = order(order_id="2", order={"purchase_order": "PO-9"}, lines=[])
    assert found(other, line, about(memory)) == [("ordered_before", "order")]


def test_too_many_in_a_short_time() -> None:
    """The third of two that are allowed; the need says how many would be."""
    memory, line = (
        Memory(),
        rule("velocity", {"by": "buyer", "most": "2", "within": "1h"}),
    )
    for number in (1, 2):
        memory.note(Order(order(order_id=str(number))), about())
    finding = only(judged(order(order_id="3"), line, context=about(memory)))
    assert (finding.code, finding.need) == ("too_many_orders", Decimal(3))


def test_memory_forgets_the_oldest_within_bounds() -> None:
    """Marks that were not seen for long go first, and times beyond the window."""
    memory = Memory(window=timedelta(hours=1), most=2)
    memory.note(Order(order()), about(observed_at=NOW - timedelta(hours=3)))
    memory.note(Order(order(order_id="2", account_id="C-2")), about())
    line = rule("duplicate", {"within": "7d"})
    assert found(order(order_id="9"), line, about(memory)) == []


# --- limits


def test_values_by_currency() -> None:
    """Another currency has no limit until it is given one."""
    line = rule("value_limit", {"limits": {"EUR": "44.99"}, "least": {"USD": "50"}})
    finding = only(judged(order(), line))
    assert (finding.code, finding.need) == ("value_too_high", Decimal(45))
    assert [
        code for code, _ in found(order(currency="USD", totals__currency="USD"), line)
    ] == ["value_too_low"]
    assert found(order(currency="CHF", totals__currency="CHF"), line) == []


def test_accounts_that_may_order() -> None:
    """By a list, or a table; nothing while there is neither."""
    assert found(order(), rule("allowed_account")) == []
    line = rule("allowed_account", {"accounts": ["A-1"]})
    assert only(judged(order(), line)).need == "A-7"
    customer = rule("allowed_account", {"accounts": ["C-1"], "of": "customer"})
    assert found(order(), customer) == []
    assert found(order(), line, about(account="")) == [
        ("account_missing", "source.account")
    ]


def test_tests_are_told_by_the_event_or_the_source() -> None:
    """Even of a thin order."""
    line = rule("test_order")
    assert found(order(test=True, completeness="thin"), line) == [
        ("test_order", "test")
    ]
    assert found(order(), line, about(test=True)) == [("test_order", "test")]


def test_deadlines() -> None:
    """Over, too near, far away, or before what they follow."""
    line = rule("ship_by", {"hours": "4"})
    assert found(order(ship_by=NOW + timedelta(hours=4)), line) == []
    finding = only(judged(order(ship_by=NOW + timedelta(hours=1)), line))
    assert (finding.code, finding.need) == ("too_late", Decimal(1))
    assert found(order(deliver_by="2031-01-01T00:00:00Z"), line) == [
        ("too_far", "deliver_by")
    ]
    crossed = {"not_before": "2026-12-03T00:00:00Z", "ship_by": "2026-12-01T00:00:00Z"}
    assert found(order(deliveries=[crossed]), line) == [
        ("times_crossed", "deliveries[0].ship_by")
    ]


# --- what the conversion noticed, and shapes


def test_findings_of_the_conversion_can_park() -> None:
    """By code and field; told twice it is one."""
    line = rule("noticed", {"codes": ["unreadable"], "within": ["lines[].quantity"]})
    noticed = Noticed("unreadable", "no number", "lines[3].quantity", value="two")
    in_event = {"code": "unreadable", "path": "lines[3].quantity", "value": "two"}
    context = about(noticed=(noticed,))
    assert found(order(findings=[in_event]), line, context) == [
        ("unreadable", "lines[3].quantity")
    ]
    elsewhere = about(noticed=(Noticed("unreadable", "", "note"),))
    assert found(order(), line, elsewhere) == []


def test_shapes_by_json_schema() -> None:
    """Numbers are exact, moments texts, and a finding never repeats a value."""
    schema = {
        "required": ["note"],
        "properties": {"account_id": {"type": "string", "maxLength": "2"}},
    }
    findings = judged(order(), rule("shape", {"schema": schema})).findings
    assert {(one.code, one.path) for one in findings} == {
        ("not_of_shape", ""),
        ("not_of_shape", "account_id"),
    }
    assert not any("C-1" in one.text for one in findings)
    as_text = '{"properties": {"totals": {"properties": {"tax": {"const": 5}}}}}'
    assert found(order(), rule("shape", {"schema": as_text})) == [
        ("not_of_shape", "totals.tax")
    ]
