"""Money in JSON is what was written, to the last digit, or it is refused."""

from decimal import Context, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bus.contracts.codec import Schema, parse_schema
from bus.contracts.jsontext import read_json
from bus.contracts.natural import from_json
from bus.errors import InvalidEventError


def of(precision: int, scale: int, kind: str = "bytes") -> Schema:
    """A record with one decimal, `amount`."""
    named = '"name": "Sum", "size": 24, ' if kind == "fixed" else ""
    return parse_schema(
        f"""{{"type": "record", "name": "R", "fields": [{{"name": "amount", "type":
        {{"type": "{kind}", {named}"logicalType": "decimal",
        "precision": {precision}, "scale": {scale}}}}}]}}"""
    )


@pytest.mark.parametrize("kind", ["bytes", "fixed"])
@pytest.mark.parametrize("text", ["1234.56", '"1234.56"', "-1000", "1e3", "99999999"])
def test_too_many_digits_are_refused_by_name(kind: str, text: str) -> None:
    """The field, what was expected, and what is too much of it."""
    with pytest.raises(InvalidEventError) as refused:
        from_json(of(5, 2, kind), read_json(b'{"amount": %s}' % text.encode()))
    assert refused.value.field == "amount"
    assert refused.value.why == (
        "expected decimal(5,2), got more than 3 digits before the point"
    )


@given(
    value=st.decimals(allow_nan=False, allow_infinity=False)
    | st.decimals(min_value=-(10**9), max_value=10**9, places=3),
    quoted=st.booleans(),
    shape=st.sampled_from([(5, 2), (9, 0), (18, 4), (38, 9), (50, 25)]),
)
def test_it_never_rounds(value: Decimal, quoted: bool, shape: tuple[int, int]) -> None:  # noqa: FBT001 - drawn
    """Whatever the number and the schema: the very value, or an error."""
    text = f'"{value}"' if quoted else str(value)
    told = read_json(b'{"amount": %s}' % text.encode())
    exact = value.normalize(Context(prec=1_000))
    places = exact.as_tuple().exponent
    assert isinstance(places, int)
    whole = shape[0] - shape[1]
    if -places <= shape[1] and (not value or exact.adjusted() < whole):
        assert from_json(of(*shape), told) == {"amount": value}
    else:
        with pytest.raises(InvalidEventError, match=r"amount: expected (a )?decimal"):
            from_json(of(*shape), told)
