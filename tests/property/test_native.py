"""The native part beside the Python: the same bytes, or left to it."""

from collections.abc import Sequence
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bus.client.schemas import load_catalogue
from bus.contracts.codec import encode
from bus.native.loading import core, told
from tests.bench.events import Sample, samples
from tests.fuzz.hostile import Maker
from tests.fuzz.native import check, run

pytestmark = pytest.mark.skipif(core is None, reason=f"nothing to compare: {told}")
CATALOGUE = load_catalogue()
_FRAME = 5


@pytest.fixture(scope="module")
def made() -> Sequence[Sample]:
    """Whole lifecycles of orders."""
    return samples({})


def test_every_sample_is_read_natively(made: Sequence[Sample]) -> None:
    """Of what producers usually write nothing is left to the Python."""
    types = set()
    for sample in made:
        schema = CATALOGUE.schema(sample.event.type)
        event = replace(sample.event, data={})
        assert check(schema, sample.value[_FRAME:], event) == "the same"
        types.add(sample.event.type)
    assert len(types) > 10


@pytest.mark.parametrize("event_type", CATALOGUE.event_types)
@given(seed=st.integers(0, 2**64))
@settings(max_examples=25, deadline=None)
def test_any_record_of_ours(event_type: str, seed: int, made: Sequence[Sample]) -> None:
    """Of any event type: random values, and what is damaged."""
    maker = Maker(Random(seed))  # noqa: S311 - not a secret
    schema = CATALOGUE.schema(event_type)
    maker.know(schema.parsed)
    body = maker.body(schema.parsed)
    event = replace(made[0].event, data={})
    check(schema, body, event)
    check(schema, maker.damaged(body), event)


@given(seed=st.integers(0, 2**64))
@settings(max_examples=50, deadline=None)
def test_any_record_of_any_schema(seed: int) -> None:
    """Random schemas and records, whole, odd and damaged: nothing differs."""
    run(Random(seed))  # noqa: S311 - not a secret


def test_the_comparison_finds_what_differs(monkeypatch: pytest.MonkeyPatch) -> None:
    """It would fail if a body were one byte off."""
    monkeypatch.setattr("tests.fuzz.native.json_body", lambda _: b"{}")
    event = replace(samples({})[0].event, schema_id=0)
    schema = CATALOGUE.schema(event.type)
    body = encode(schema, 0, event.data)[_FRAME:]
    with pytest.raises(AssertionError):
        check(schema, body, event)
