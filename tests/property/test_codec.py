"""What the codec takes it gives back; what it cannot read it refuses, always."""

import json
from contextlib import suppress
from datetime import UTC
from decimal import Decimal
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bus.client.schemas import load_catalogue
from bus.contracts.codec import Schema, decode, encode
from bus.contracts.framing import split_frame
from bus.errors import DecodeError, InvalidEventError
from tests.support.examples import examples

CATALOGUE = load_catalogue()
Definition = dict[str, object]
Values = st.SearchStrategy[object]

PRIMITIVES: dict[str, Values] = {
    "null": st.none(),
    "boolean": st.booleans(),
    "string": st.text(max_size=20),
    "int": st.integers(-(2**31), 2**31 - 1),
    "long": st.integers(-(2**63), 2**63 - 1),
    "double": st.floats(allow_nan=False, allow_infinity=False),
}
LOGICAL: dict[str, Values] = {
    "timestamp-micros": st.datetimes(timezones=st.just(UTC)),
    "date": st.dates(),
}


def logical(definition: Definition) -> Values:
    """All values of a logical type; decimals of as many digits as it says."""
    if definition["logicalType"] != "decimal":
        return LOGICAL[str(definition["logicalType"])]
    digits = int(str(definition["precision"]))
    scale = int(str(definition.get("scale", 0)))
    most = 10**digits - 1
    return st.integers(-most, most).map(lambda n: Decimal(n).scaleb(-scale))


def values(kind: object, named: dict[str, Values]) -> Values:
    """All values of an Avro type; records are given every field."""
    if isinstance(kind, str):
        return (PRIMITIVES | named)[kind]
    if isinstance(kind, list):
        return st.one_of([values(branch, named) for branch in kind])
    definition = cast("Definition", kind)
    if "logicalType" in definition:
        return logical(definition)
    match definition["type"]:
        case "array":
            return cast(
                "Values", st.lists(values(definition["items"], named), max_size=3)
            )
        case "map":
            inner = values(definition["values"], named)
            return cast("Values", st.dictionaries(st.text(max_size=9), inner))
        case "enum":
            result: Values = st.sampled_from(cast("list[str]", definition["symbols"]))
        case _:
            result = cast(
                "Values",
                st.fixed_dictionaries(
                    {
                        str(field["name"]): values(field["type"], named)
                        for field in cast("list[Definition]", definition["fields"])
                    }
                ),
            )
    named[f"{definition['namespace']}.{definition['name']}"] = result
    return result


def data_of(schema: Schema) -> st.SearchStrategy[dict[str, object]]:
    """All data of an event type."""
    strategy = values(json.loads(schema.text), {})
    return cast("st.SearchStrategy[dict[str, object]]", strategy)


STRATEGIES = {str(schema.event_type): data_of(schema) for schema in CATALOGUE}


@pytest.mark.parametrize("event_type", CATALOGUE.event_types)
@given(random=st.data(), schema_id=st.integers(0, 2**31 - 1))
@settings(max_examples=examples(40), deadline=None)
def test_round_trip(event_type: str, random: st.DataObject, schema_id: int) -> None:
    """Any data of any event type comes back equal, with its schema id."""
    schema = CATALOGUE.schema(event_type)
    data = random.draw(STRATEGIES[event_type])
    found, body = split_frame(encode(schema, schema_id, data))
    assert found == schema_id
    assert decode(schema, body) == data


@given(body=st.binary(max_size=400), event_type=st.sampled_from(CATALOGUE.event_types))
@settings(max_examples=examples(400), deadline=None)
def test_random_bytes_are_refused_or_read(body: bytes, event_type: str) -> None:
    """Whatever the bytes are, there is no other error than `DecodeError`."""
    with suppress(DecodeError):
        decode(CATALOGUE.schema(event_type), body)


@given(random=st.data(), event_type=st.sampled_from(CATALOGUE.event_types))
@settings(max_examples=examples(200), deadline=None)
def test_damaged_bytes_are_refused_or_read(
    random: st.DataObject, event_type: str
) -> None:
    """Changed, lost or added bytes lead to no other error than `DecodeError`."""
    schema = CATALOGUE.schema(event_type)
    body = bytearray(encode(schema, 1, random.draw(STRATEGIES[event_type]))[5:])
    place = random.draw(st.integers(0, len(body) - 1))
    inserted = random.draw(st.binary(max_size=2))
    body[place : place + random.draw(st.integers(0, 2))] = inserted
    with suppress(DecodeError):
        decode(schema, bytes(body))


WRONG: Values = st.one_of(
    st.none(),
    st.booleans(),
    st.text(max_size=5),
    st.integers(),
    st.floats(),
    st.binary(max_size=5),
    st.decimals(),
    st.dates(),
    st.datetimes(),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
)


@given(random=st.data(), wrong=WRONG, event_type=st.sampled_from(CATALOGUE.event_types))
@settings(max_examples=examples(300), deadline=None)
def test_a_wrong_value_is_refused_by_name(
    random: st.DataObject, wrong: object, event_type: str
) -> None:
    """A value in the wrong place is refused under the field's name, or read back.

    An empty record is in the right place where all its fields have defaults.
    """
    schema = CATALOGUE.schema(event_type)
    data = random.draw(STRATEGIES[event_type])
    name = random.draw(st.sampled_from(sorted(data)))
    data[name] = wrong
    refusal: InvalidEventError | None = None
    try:
        body = encode(schema, 1, data)[5:]
    except InvalidEventError as error:
        refusal = error
    else:
        read = decode(schema, body)
        if wrong == {} and isinstance(read[name], dict):
            data[name] = read[name]
        assert read == data
    assert refusal is None or refusal.field.startswith(name)
