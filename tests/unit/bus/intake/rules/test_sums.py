"""Sums: exact, within a tolerance, and lenient in what senders mean by a word."""

from decimal import Decimal

import pytest

from tests.support.judged import euros, found, judged, only, order, rule

TOTAL = rule("total_sum")
SUBTOTAL = rule("subtotal_sum")
TAX = rule("tax_sum")
LINE = rule("line_sum")


def test_an_order_that_adds_up_passes() -> None:
    """Each sum of the plain order agrees."""
    for line in (TOTAL, SUBTOTAL, TAX, LINE):
        assert found(order(), line) == []


@pytest.mark.parametrize(
    ("total", "codes"),
    [
        ("45.01", []),
        ("44.99", []),
        ("45.02", ["total_differs"]),
        ("40", ["total_differs"]),
    ],
)
def test_a_total_may_be_off_by_a_cent(total: str, codes: list[str]) -> None:
    """The tolerance is one smallest unit, both ways."""
    event = order(totals__grand_total=euros(total))
    assert [code for code, _ in found(event, TOTAL)] == codes


def test_a_finding_says_what_was_expected_and_what_would_do() -> None:
    """Told, computed, and the tolerance with which it were none."""
    finding = only(judged(order(totals__grand_total=euros("45.07")), TOTAL))
    assert finding.text == "grand_total is 45.07 EUR, the parts come to 45.00 EUR"
    assert (finding.path, finding.value) == ("totals.grand_total", "45.07 EUR")
    assert finding.need == Decimal(7)
    wider = rule("total_sum", {"tolerance": "7"})
    assert found(order(totals__grand_total=euros("45.07")), wider) == []


@pytest.mark.parametrize(
    "parameters", [{"tolerance": "0", "per_line": "3.5"}, {"percent": "0.2"}]
)
def test_tolerances_by_line_and_by_share(parameters: dict[str, str]) -> None:
    """Two lines of 3.5 cents, or 0.2 percent of 45 euros, are 7 cents or more."""
    event = order(totals__grand_total=euros("45.07"))
    assert found(event, rule("total_sum", parameters)) == []
    assert found(event, TOTAL)


def test_smallest_units_are_those_of_the_currency() -> None:
    """One yen is one unit; two are too many."""
    yen = {"amount": Decimal(100), "currency": "JPY"}
    event = order(
        currency="JPY",
        charges=[],
        lines=[{"quantity": "1", "unit_price": yen}],
        totals={"currency": "JPY", "subtotal": yen, "grand_total": yen},
    )
    assert found(event, TOTAL) == []
    event["totals"]["grand_total"] = {"amount": "102", "currency": "JPY"}  # type: ignore[index]  # a total
    assert only(judged(event, TOTAL)).need == Decimal(2)


NET = {
    "price_basis": "net",
    "lines": [{"quantity": "3", "unit_price": euros("20")}],
    "charges": [],
    "totals": {
        "currency": "USD",
        "subtotal": euros("60"),
        "discount": euros("14"),
        "shipping": euros("8"),
        "tax": euros("4.46"),
        "grand_total": euros("58.46"),
    },
}


def test_net_prices_have_tax_on_top() -> None:
    """60 less 14, with 8 and the tax, is 58.46; without the tax it is wrong."""
    assert found(order(**NET), TOTAL) == []
    assert found(order(**NET, totals__grand_total=euros("54.00")), TOTAL)


def test_gross_prices_have_none() -> None:
    """The same with gross prices is wrong with the tax, right without."""
    gross = {**NET, "price_basis": "gross"}
    assert found(order(**gross), TOTAL)
    assert found(order(**gross, totals__grand_total=euros("54.00")), TOTAL) == []


def test_where_nobody_says_either_is_right() -> None:
    """Net or gross, as the sums come out."""
    unknown = {**NET, "price_basis": "unknown"}
    for total in ("58.46", "54.00"):
        assert found(order(**unknown, totals__grand_total=euros(total)), TOTAL) == []
    assert found(order(**unknown, totals__grand_total=euros("56.00")), TOTAL)


def test_tax_that_is_not_told_cannot_be_missed() -> None:
    """A net order whose tax nobody tells may cost up to 30 percent more, not less."""
    totals = {"subtotal": euros("60"), "grand_total": euros("71.40")}
    event = order(**{**NET, "totals": totals})
    assert found(event, TOTAL) == []
    for total in ("59.00", "80.00"):
        event["totals"] = {**totals, "grand_total": euros(total)}
        assert found(event, TOTAL), total


def test_discount_that_is_forgotten_is_found() -> None:
    """The total of before the discount is wrong."""
    event = order(totals__discount=euros("4"))
    assert [code for code, _ in found(event, TOTAL)] == ["total_differs"]


def test_allowances_and_charges_one_by_one() -> None:
    """What the totals do not tell is added from the list."""
    charges = [
        {"kind": "shipping", "amount": euros("5")},
        {"kind": "tip", "amount": euros("2")},
        {"kind": "allowance", "amount": euros("1"), "is_allowance": True},
    ]
    event = order(charges=charges, totals__grand_total=euros("46"))
    assert found(event, TOTAL) == []


def test_components_of_a_bundle_are_not_paid_twice() -> None:
    """Lines within another one count for nothing."""
    event = order()
    event["lines"].append(  # type: ignore[attr-defined]  # a list
        {"parent_line_id": "1", "quantity": "1", "unit_price": euros("7")}
    )
    assert found(event, SUBTOTAL) == found(event, TOTAL) == []


def test_a_line_tells_twice_what_it_costs() -> None:
    """Net with tax, and quantity times price; the base quantity divides."""
    event = order(lines__0__gross=euros("29.90"))
    assert found(event, LINE) == [
        ("line_sum_differs", "lines[0].gross"),
        ("line_sum_differs", "lines[0].gross"),
    ]
    hundred = {"amount": "12.5", "currency": "EUR", "base_quantity": "100"}
    lines = [{"quantity": "250", "unit_price": hundred, "net": euros("31.25")}]
    assert found(order(price_basis="net", lines=lines), LINE) == []


def test_a_discount_of_the_order_may_lower_a_line() -> None:
    """If the order has one that is large enough; else the line is wrong."""
    lines = [{"quantity": "1", "unit_price": euros("40"), "net": euros("36")}]
    event = order(price_basis="net", lines=lines)
    assert [path for _, path in found(event, LINE)] == ["lines[0].net"]
    event["totals"]["discount"] = euros("4")  # type: ignore[index]  # a total
    assert found(event, LINE) == []


def test_taxes_come_to_the_tax() -> None:
    """In detail, or of lines and charges."""
    assert found(order(totals__tax=euros("7.50")), TAX)
    detailed = order(taxes=[{"amount": euros("5")}, {"amount": euros("2.50")}])
    assert found(detailed, TAX) == []  # the lines' own still agree
    detailed["totals"]["tax"] = euros("7.50")  # type: ignore[index]  # a total
    assert found(detailed, TAX) == []


def test_a_change_that_tells_only_itself_has_no_sums() -> None:
    """Nobody knows the other lines."""
    event = order(restated=False, totals__grand_total=euros("1"))
    for line in (TOTAL, SUBTOTAL, TAX):
        assert found(event, line) == []


def test_sums_are_exact() -> None:
    """Ten times a tenth is one, and digits beyond those of a float count."""
    lines = [{"quantity": "1", "unit_price": euros("0.10"), "gross": euros("0.10")}]
    event = order(
        lines=lines * 10,
        charges=[],
        totals={"subtotal": euros("1.00"), "currency": "EUR"},
    )
    strict = rule("subtotal_sum", {"tolerance": "0"})
    assert found(event, strict) == []
    huge = euros("123456789012345678.12")
    event = order(
        lines=[{"quantity": "1", "unit_price": huge}],
        totals={"subtotal": euros("123456789012345678.13"), "currency": "EUR"},
    )
    assert only(judged(event, strict)).need == Decimal(1)
