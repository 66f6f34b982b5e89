"""Each check by itself: what it finds, and what is odd but fine."""

import pytest

from bus.intake.rules.checks import CHECKS
from bus.intake.rules.checks.contacts import is_email, is_phone
from bus.intake.rules.checks.postal_codes import fits, is_needed
from bus.intake.rules.memory import Memory
from tests.support.judged import (
    about,
    euros,
    found,
    judged,
    only,
    order,
    rule,
    rules_of,
    shipped,
)


def test_a_plain_order_passes_all_that_comes_with_the_bus() -> None:
    """No finding at all."""
    assert judged(order()).findings == ()


# --- presence and formats


def test_what_is_missing_is_named() -> None:
    """Each field by its path; an empty list is nothing."""
    line = rule(
        "present",
        {"fields": ["lines", "order.purchase_order", "parties[role=buyer].email"]},
    )
    assert found(order(lines=[]), line) == [
        ("nothing_there", "lines"),
        ("nothing_there", "order.purchase_order"),
    ]


def test_one_of_several_may_suffice() -> None:
    """An address of one kind or the other."""
    line = rule(
        "present", {"fields": ["order.purchase_order", "account_id"], "any": "yes"}
    )
    assert found(order(), line) == []
    assert found(order(account_id=None), line) == [("nothing_there", "")]


def test_formats_of_every_line() -> None:
    """A GTIN has a check digit; a value of a pattern is one wholly."""
    line = rule("format", {"field": "lines[].identifiers[0].value", "format": "gtin"})
    event = order(lines__0__identifiers=[{"scheme": "gtin", "value": "4006381333931"}])
    assert [code for code, _ in found(event, line)] == ["not_of_format"]
    pattern = rule("format", {"field": "order.id", "pattern": "[0-9]{1,3}"})
    assert found(order(), pattern) == []
    assert found(order(order={"id": "1x"}), pattern) == [("not_of_format", "order.id")]


def test_lists_of_values_and_tables() -> None:
    """One of some values, or of a table, once that has rows."""
    values = rule("listed", {"field": "currency", "values": ["EUR", "CHF"]})
    assert found(order(), values) == []
    assert only(judged(order(currency="USD"), values)).need == "USD"
    table = rule("listed", {"field": "currency", "table": "money"})
    assert found(order(), table) == []
    known = Memory(tables=lambda _: {"CHF": {}})
    assert found(order(), table, about(known)) == [("not_listed", "currency")]


# --- currencies and countries


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        (
            {"currency": "EURO", "totals__currency": "EURO"},
            {"currency_unknown", "currencies_mixed"},
        ),
        ({"totals__tax": {"amount": "7.19", "currency": "USD"}}, {"currencies_mixed"}),
    ],
)
def test_currencies(changes: dict[str, object], codes: set[str]) -> None:
    """One that there is, and only one."""
    assert {code for code, _ in found(order(**changes), rule("currency"))} == codes


def test_amounts_without_any_currency() -> None:
    """Nobody can say what 45.00 are."""
    event = order(
        currency=None, totals={"grand_total": {"amount": "45.00"}}, lines=[], charges=[]
    )
    assert found(event, rule("currency")) == [("currency_missing", "currency")]


def test_nobody_pays_fractions_of_the_smallest_unit() -> None:
    """EUR has two places, JPY none, BHD three."""
    line = rule("currency_places")
    assert found(order(totals__grand_total=euros("45.005")), line) == [
        ("places_too_many", "totals.grand_total")
    ]
    assert found(order(totals__grand_total=euros("45.000000")), line) == []
    for currency, amount, wrong in (("JPY", "45.5", True), ("BHD", "45.125", False)):
        event = order(
            totals={
                "currency": currency,
                "grand_total": {"amount": amount, "currency": currency},
            }
        )
        assert bool(found(event, line)) is wrong


def test_countries() -> None:
    """ISO 3166-1, and those that are served."""
    line = rule("country", {"only": ["DE", "FR"]})
    assert found(order(), line) == []
    event = order(parties__1__address__country="XX")
    assert found(event, line) == [("country_unknown", "parties[1].address.country")]
    served = only(judged(order(parties__1__address__country="SE"), line))
    assert (served.code, served.need) == ("country_not_served", "SE")


@pytest.mark.parametrize(
    ("country", "good", "bad"),
    [
        ("DE", "10115", "1011"),
        ("GB", "SW1A 1AA", "SW1A 1A1"),
        ("GB", "m1 1ae", "12345"),
        ("NL", "1012 AB", "1012"),
        ("US", "10118-0110", "1011"),
        ("CA", "K1A 0B1", "K1A"),
        ("PL", "00-950", "0-95"),
        ("PT", "1000-205", "10-2"),
        ("SE", "114 55", "114 5"),
        ("IE", "D02 AF30", "DUBLIN2"),
        ("JP", "100-0001", "100"),
        ("BR", "01310-100", "0131"),
        ("MT", "VLT 1117", "1117"),
    ],
)
def test_postal_codes(country: str, good: str, bad: str) -> None:
    """As they are written there, spaces and dashes or not."""
    assert fits(country, good)
    assert not fits(country, bad)


def test_countries_without_postal_codes_need_none() -> None:
    """Hong Kong has none; what nobody knows fits."""
    assert not is_needed("HK")
    assert not is_needed("IE")
    assert is_needed("DE")
    assert fits("HK", "999077")
    event = order(
        parties__1__address__postal_code="", parties__1__address__country="HK"
    )
    assert found(event, rule("postal_code")) == []


def test_a_wrong_postal_code_is_covered() -> None:
    """It says what is expected, and not where somebody lives."""
    finding = only(
        judged(order(parties__1__address__postal_code="1011X"), rule("postal_code"))
    )
    assert finding.text == "for DE 5 digits is expected"
    assert finding.value == "…1X"


# --- addresses and contacts


def test_what_is_sent_has_an_address() -> None:
    """Or a code that stands for a place; downloads need none."""
    line = rule("deliverable")
    nobody = order(parties=[])
    assert found(nobody, line) == [("address_missing", "parties")]
    assert found(order(parties__1__address__city=None), line) == [
        ("address_incomplete", "parties[1].address")
    ]
    coded = [{"role": "ship_to", "ids": [{"scheme": "gln", "value": "4006381000000"}]}]
    assert found(order(parties=coded), line) == []
    assert found(order(parties=[], deliveries=[{"pickup_point": "L-7"}]), line) == []
    download = [{"quantity": "1", "requires_shipping": False}]
    assert found(order(parties=[], lines=download), line) == []
    theirs = [{"quantity": "1", "fulfilled_by": "marketplace"}]
    assert found(order(parties=[], lines=theirs), line) == []


@pytest.mark.parametrize(
    "good",
    [
        "ada@example.com",
        "ada+shop@mail.example.co.uk",
        "a.b_c@xn--bcher-kva.example",
        "jörg@bücher.example",
        "x7k2p@marketplace.example",
    ],
)
def test_mail_addresses(good: str) -> None:
    """Tags, relays and other scripts are fine."""
    assert is_email(good)


@pytest.mark.parametrize(
    "bad",
    [
        "",
        "ada",
        "ada@",
        "@example.com",
        "ada@example",
        "a b@example.com",
        "a..b@example.com",
        "ada@exa_mple.",
        "x@" + "a" * 300 + ".com",
    ],
)
def test_no_mail_addresses(bad: str) -> None:
    """What no server takes."""
    assert not is_email(bad)


@pytest.mark.parametrize(
    "good",
    [
        "+49 30 123456",
        "0049-30-123456",
        "(030) 12 34 56",
        "555-0100 x12",
        "+1.212.555.0100",
    ],
)
def test_phones(good: str) -> None:
    """With a country or without, as people write them."""
    assert is_phone(good)


@pytest.mark.parametrize(
    "bad", ["0", "000000000", "n/a", "12345", "+49 30 12345678901234567"]
)
def test_no_phones(bad: str) -> None:
    """Too short, too long, all the same, no number."""
    assert not is_phone(bad)


def test_contacts_are_covered() -> None:
    """A finding shows enough to find the order."""
    finding = only(judged(order(parties__0__email="ada@@example"), rule("email")))
    assert (finding.path, finding.value) == ("parties[0].email", "a…@example")
    wanted = rule("phone", {"roles": ["ship_to"], "needed": "yes"})
    assert found(order(), wanted) == [("phone_missing", "parties")]


# --- all of them


@pytest.mark.parametrize("name", sorted(CHECKS))
def test_a_check_says_only_codes_of_its_own(name: str) -> None:
    """Every code has a meaning, and no code has two."""
    meanings: dict[str, str] = {}
    for check in CHECKS.values():
        for code, meaning in check.codes.items():
            assert meanings.setdefault(code, meaning) == meaning
    assert CHECKS[name].about.endswith(".")
    assert CHECKS[name].codes


def test_what_comes_with_the_bus_can_be_used_everywhere() -> None:
    """For each channel that has lines of its own, too."""
    scopes = {line.scope for line in shipped()}
    assert len(scopes) > 1
    for scope in scopes:
        context = about(
            channel=scope.channel, source=scope.source, account=scope.account
        )
        assert rules_of(*shipped(), context=context).rules
