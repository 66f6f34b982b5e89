"""JSON taken in natively beside the Python: the same Avro, or left to it."""

import json
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bus.client.schemas import load_catalogue
from bus.contracts.catalogue import Catalogue
from bus.native.loading import core, told
from bus.native.taking import take
from bus.webhook.document import plain
from tests.bench.events import samples
from tests.fuzz.taking import check, fits, request

pytestmark = pytest.mark.skipif(core is None, reason=f"nothing to compare: {told}")
CATALOGUE = load_catalogue()
ANY = """{"type": "record", "name": "Any", "namespace": "oms.any.v1",
"event_type": "any.thing", "fields": [
{"name": "order_id", "type": "string"},
{"name": "channel", "type": {"type": "enum", "name": "C", "symbols": ["a", "b"]}},
{"name": "occurred_at", "type": {"type": "long", "logicalType": "timestamp-micros"}},
{"name": "at", "type": {"type": "long", "logicalType": "timestamp-millis"}},
{"name": "whole", "type": "long", "default": 7},
{"name": "small", "type": ["null", "int"], "default": null},
{"name": "flag", "type": "boolean", "default": true},
{"name": "text", "type": "string", "default": "\\u00fc"},
{"name": "price", "type": {"type": "bytes", "logicalType": "decimal",
 "precision": 5, "scale": 2}, "default": "0"},
{"name": "day", "type": {"type": "int", "logicalType": "date"}, "default": 3},
{"name": "raw", "type": ["null", "bytes", "string"], "default": null},
{"name": "ratio", "type": ["null", "double"], "default": null},
{"name": "kind", "type": "C", "default": "b"},
{"name": "behind", "type": ["string", "null"], "default": "x"},
{"name": "texts", "type": {"type": "map", "values": ["null", "string"]}, "default": {}},
{"name": "rows", "type": {"type": "array", "items": {"type": "record", "name": "Row",
 "fields": [{"name": "n", "type": "int"}, {"name": "more", "type":
 {"type": "array", "items": "int"}, "default": []}]}}, "default": []}]}"""
OURS = Catalogue.of([("any/Any.avsc", ANY)], topic_prefix="oms.")


def test_every_sample_is_taken_natively() -> None:
    """Of what producers usually write nothing is left to the Python."""
    types = set()
    for sample in samples({}):
        wish = {"type": sample.event.type, "data": plain(sample.event.data)}
        assert check(json.dumps(wish).encode(), CATALOGUE) == "the same"
        types.add(sample.event.type)
    assert len(types) > 10


@pytest.mark.parametrize("event_type", CATALOGUE.event_types)
@given(seed=st.integers(0, 2**64))
@settings(max_examples=25, deadline=None)
def test_any_event_of_ours(event_type: str, seed: int) -> None:
    """Random values, odd ones, and text that is damaged: nothing differs."""
    random = Random(seed)  # noqa: S311 - not a secret
    text = request(random, CATALOGUE.schema(event_type))
    if check(text, CATALOGUE) == "the same":
        assert fits(text, CATALOGUE)


@given(seed=st.integers(0, 2**64))
@settings(max_examples=300, deadline=None)
def test_any_kind_of_field(seed: int) -> None:
    """Of all kinds there are, with defaults of all kinds."""
    random = Random(seed)  # noqa: S311 - not a secret
    text = request(random, OURS.schema("any.thing"))
    if check(text, OURS) == "the same":
        assert fits(text, OURS)


@pytest.mark.parametrize(
    "wrong",
    [
        b"",
        b"[]",
        b'{"events": []}',
        b'{"events": [{"type": "any.thing"}]}',
        b'{"type": "ops.alert_fired", "data": {}}',
        b'{"type": "any.thing", "data": {}}',
        b"[" * 100_000,
        b'{"type": "any.thing", "data": {"order_id": "\\ud800"}}',
        b"\xef\xbb\xbf{}",
    ],
)
def test_what_is_left(wrong: bytes) -> None:
    """What is wrong is the Python's to name."""
    assert take(wrong, OURS, 500) is None


def test_the_comparison_finds_what_differs(monkeypatch: pytest.MonkeyPatch) -> None:
    """It would fail if what is taken were another event's."""
    sample = samples({})[0]
    wish = {"type": sample.event.type, "data": plain(sample.event.data)}
    found = take(json.dumps(wish).encode(), CATALOGUE, 500)
    monkeypatch.setattr("tests.fuzz.taking.take", lambda *_: found)
    wish["data"] = {**sample.event.data, "order_id": "other"}
    with pytest.raises(AssertionError):
        check(json.dumps(plain(wish)).encode(), CATALOGUE)
