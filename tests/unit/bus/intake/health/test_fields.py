"""Fields against the channel's samples: new ones, and those that are gone."""

import json

import pytest

from bus.client.channels import channels_folder, read_samples
from bus.intake.channels.definition import Channel
from bus.intake.health.fields import FEWEST, MOST, Fields, Known, known_of, names_in
from bus.intake.samples import Sample
from tests.support.converting import shop
from tests.support.sources import CHANNELS

HEADERS = {"x-shopify-topic": "orders/create"}


@pytest.fixture(scope="module")
def shopify() -> Channel:
    """Shopify as it is shipped."""
    found = CHANNELS.get("shopify")
    assert found is not None
    return found


@pytest.fixture(scope="module")
def known(shopify: Channel) -> Known:
    """What its samples have."""
    return known_of(shopify, read_samples(channels_folder() / "shopify"))


def of(kind: str, **item: object) -> Sample:
    """A sample of the channel `shop`."""
    body = json.dumps({"items": [{"kind": kind, **item}]}).encode()
    return Sample(kind, body, {}, None)


def test_a_sample_has_nothing_new(shopify: Channel, known: Known) -> None:
    """Whatever of them comes, however often."""
    fields = Fields()
    for sample in read_samples(channels_folder() / "shopify"):
        for kind, names in names_in(shopify, sample.body, sample.headers, {}):
            fields.look(known, kind, names)
    assert not fields.new
    assert not list(fields.gone())


def test_a_field_that_no_sample_has_is_new(shopify: Channel, known: Known) -> None:
    """By its names; never its value."""
    fields = Fields()
    body = json.dumps({"id": 1, "loyalty": {"tier": "secret-value"}}).encode()
    for kind, names in names_in(shopify, body, HEADERS, {}):
        fields.look(known, kind, names)
    assert dict(fields.new) == {"loyalty.tier": 1}
    assert "secret-value" not in json.dumps(fields.as_json())


def test_a_field_that_is_read_and_comes_no_more_is_gone() -> None:
    """After fifty of its kind in a row without it; once it is back, it is not."""
    channel = shop()
    samples = [of("order", id=n, version=1, event=n) for n in (1, 2)]
    known, fields = known_of(channel, samples), Fields()
    without, whole = {"kind", "id", "event"}, {"kind", "id", "event", "version"}
    fields.look(known, "order", whole)
    for _ in range(FEWEST - 1):
        fields.look(known, "order", without)
    assert list(fields.gone()) == []
    fields.look(known, "order", without)
    assert list(fields.gone()) == [("order", "version")]
    assert list(Fields.read(fields.as_json()).gone()) == [("order", "version")]
    fields.look(known, "order", whole)
    assert list(fields.gone()) == []


def test_what_the_mapping_does_not_read_may_go() -> None:
    """Nor what not every sample has, nor of a kind with one sample alone."""
    channel = shop()
    samples = [
        of("order", id=1, event=1, version=1, colour="red"),
        of("order", id=2, event=2, version=1, colour="red", note="x"),
        of("pay", id=3, event=3),
    ]
    known = known_of(channel, samples)
    assert known.usual["order"] == {"kind", "event", "id", "version"}
    assert "pay" not in known.usual


def test_memory_is_bounded_whatever_is_sent() -> None:
    """Names made of ids are one name; kinds and new names have a most."""
    channel = shop()
    known, fields = known_of(channel, []), Fields()
    for number in range(500):
        names = {f"field_{'abcdefghij'[number % 10] * (number // 10)}", "id"}
        fields.look(known, f"kind-{number}", names)
    assert len(fields.new) <= MOST
    assert len(fields.looked) <= MOST + 1
    ids = json.dumps({"items": [{"kind": "order", "by": {"4711-0815": 1}}]}).encode()
    ((_, names),) = names_in(channel, ids, {}, {})
    assert "by.*" in names
    assert names_in(channel, b"{", {}, {}) == []


def test_another_version_of_the_channel_begins_anew() -> None:
    """What was new may be known to it."""
    channel = shop()
    old, fields = known_of(channel, []), Fields()
    fields.look(old, "order", {"extra"})
    mended = Known("next", frozenset({"extra"}), {})
    fields.look(mended, "order", {"extra"})
    assert not fields.new
    assert fields.looked["order"] == 1
