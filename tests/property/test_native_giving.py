"""Events' data written natively beside the Python: the same Avro, or left to it."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bus.client.schemas import load_catalogue
from bus.contracts.codec import Schema, decode
from bus.errors import DecodeError
from bus.native.loading import core, told
from tests.bench.events import samples
from tests.fuzz.giving import changed, check
from tests.fuzz.hostile import Maker
from tests.property.test_native_taking import OURS

pytestmark = pytest.mark.skipif(core is None, reason=f"nothing to compare: {told}")
CATALOGUE = load_catalogue()


def some(random: Random, schema: Schema) -> object:
    """Random data of a schema; now and then odd in places."""
    maker = Maker(random)
    maker.know(schema.parsed)
    try:
        data = decode(schema, maker.body(schema.parsed))
    except DecodeError:
        data = {}
    return changed(random, data)


def test_every_sample_is_written_natively() -> None:
    """Of what producers usually write nothing is left to the Python."""
    for sample in samples({}):
        schema = CATALOGUE.schema(sample.event.type)
        assert check(schema, sample.event.data) == "the same"


@pytest.mark.parametrize("event_type", CATALOGUE.event_types)
@given(seed=st.integers(0, 2**64))
@settings(max_examples=25, deadline=None)
def test_any_event_of_ours(event_type: str, seed: int) -> None:
    """Random values and odd ones: nothing differs."""
    random = Random(seed)  # noqa: S311 - not a secret
    schema = CATALOGUE.schema(event_type)
    check(schema, some(random, schema))


@given(seed=st.integers(0, 2**64))
@settings(max_examples=300, deadline=None)
def test_any_kind_of_field(seed: int) -> None:
    """Of all kinds there are, with defaults of all kinds."""
    random = Random(seed)  # noqa: S311 - not a secret
    schema = OURS.schema("any.thing")
    check(schema, some(random, schema))


def test_the_comparison_finds_what_differs(monkeypatch: pytest.MonkeyPatch) -> None:
    """It would fail if what is written were another event's."""
    sample = samples({})[0].event
    schema = CATALOGUE.schema(sample.type)
    monkeypatch.setattr("tests.fuzz.giving.natively", lambda *_: b"another")
    with pytest.raises(AssertionError):
        check(schema, sample.data)
