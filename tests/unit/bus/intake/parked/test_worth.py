"""What an order is worth and by when it has to go, as far as its event says."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bus.intake.parked.item import Money
from bus.intake.parked.worth import Rates, ship_by_of, value_of

EUR = {"amount": "10.00", "currency": "EUR"}


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        (None, None),
        ({}, None),
        ({"totals": {"grand_total": EUR}}, Money(Decimal(10), "EUR")),
        (
            {
                "currency": "USD",
                "totals": {"subtotal": {"amount": 7, "currency": None}},
            },
            Money(Decimal(7), "USD"),
        ),
        ({"totals": {"grand_total": {"amount": "NaN"}}}, None),
        ({"totals": {"grand_total": {"amount": "much"}}}, None),
        ({"totals": {"due": {"amount": "5"}}}, Money(Decimal(5), "")),
        (
            {"lines": [{"gross": EUR}, {"net": EUR}, {"name": "gift"}]},
            Money(Decimal(20), "EUR"),
        ),
        ({"lines": [{"gross": EUR}, {"gross": {**EUR, "currency": "USD"}}]}, None),
        (
            {"lines": [{"unit_price": EUR, "quantity": "2.5"}, {"gross": EUR}]},
            Money(Decimal(35), "EUR"),
        ),
        ({"lines": [{"unit_price": EUR}]}, None),
        ({"lines": [{"unit_price": EUR, "quantity": "NaN"}]}, None),
        ({"lines": [{"unit_price": EUR, "quantity": "two"}]}, None),
        ({"lines": "none"}, None),
    ],
)
def test_value(payload: dict, expected: Money | None) -> None:
    """Its total, else its lines; nothing is guessed."""
    assert value_of(payload) == expected


def test_ship_by_is_the_first_of_all() -> None:
    """Of the order, its deliveries and its lines."""
    payload = {
        "ship_by": "2026-11-05T12:00:00Z",
        "deliveries": [{"ship_by": datetime(2026, 11, 4, tzinfo=UTC)}, {}],
        "lines": [{"ship_by": "soon"}, "no line"],
    }
    assert ship_by_of(payload) == datetime(2026, 11, 4, tzinfo=UTC)
    assert ship_by_of({}) is ship_by_of(None) is None


def test_rates() -> None:
    """One currency for all; one without a rate has no worth, and is named elsewhere."""
    rates = Rates("EUR", {"USD": Decimal("0.9")})
    assert rates.worth(Money(Decimal(10), "EUR")) == 10
    assert rates.worth(Money(Decimal(10), "USD")) == 9
    assert rates.worth(Money(Decimal(10), "XTS")) is None
    assert rates.worth(Money(Decimal(10), "")) is None
    assert rates.worth(None) is None


@given(
    st.recursive(
        st.none() | st.text(max_size=5) | st.integers() | st.booleans(),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["totals", "lines", "amount", "ship_by", "gross"]),
                inner,
            )
        ),
    )
)
def test_whatever_a_payload_holds_it_is_read(payload: object) -> None:
    """A half-made event is no error."""
    if isinstance(payload, dict):
        value_of(payload)
        ship_by_of(payload)
