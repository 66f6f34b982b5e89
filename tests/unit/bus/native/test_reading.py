"""Events that are read lazily: the same data, the same bodies, the same errors."""

from dataclasses import replace
from datetime import timedelta, timezone

import pytest

from bus.client.schemas import load_catalogue
from bus.contracts.codec import Schema, encode
from bus.contracts.writers import Writer
from bus.contracts.writers import read as read_now
from bus.errors import DecodeError
from bus.event import Event
from bus.native import reading
from bus.native.loading import core, told
from bus.native.reading import LazyData, json_body, read
from bus.samples.lifecycles import lifecycle
from bus.webhook.document import LIFTED, outline
from bus.webhook.rendering import render_outline
from tests.fuzz.native import in_words
from tests.support.facts import NOON

native = pytest.mark.skipif(core is None, reason=f"not built: {told}")


@pytest.fixture
def event() -> Event:
    """One of our own, with the data that is read of it."""
    made = lifecycle(1, NOON, 0)[0]
    _, writer, body = written(made)
    return replace(made, data=read_now(writer, body)[1])


def written(event: Event) -> tuple[Schema, Writer, bytes]:
    """An event's schema, twice, and its Avro body."""
    schema = load_catalogue().schema(event.type)
    writer = Writer((schema,), union=False)
    return schema, writer, encode(schema, 0, event.data)[5:]


@native
def test_data_is_decoded_when_it_is_looked_into(event: Event) -> None:
    """Whoever looks sees what was always there."""
    schema, writer, body = written(event)
    found, data = read(writer, body)
    assert found is schema
    assert type(data) is LazyData
    assert data == event.data
    assert event.data == data
    assert len(data) == len(event.data)
    assert list(data) == list(event.data)
    assert data["order_id"] == event.subject
    assert repr(data) == repr(read_now(writer, body)[1])


@native
def test_the_body_is_the_same(event: Event) -> None:
    """To the byte, whatever the envelope says otherwise than the data."""
    _, writer, body = written(event)
    _, data = read(writer, body)
    for changes in (
        {},
        {"time": NOON + timedelta(days=1)},
        {"subject": 'another "order"'},
        {"extensions": (("partition", "ü"), ("a", "b"))},
        {"schema_id": 2**31 - 1, "source": "/\x00", "type": "é"},
    ):
        now = replace(event, **changes)
        lazily = json_body(replace(now, data=data))
        assert lazily == render_outline(outline(now))


@native
def test_the_lifted_fields_are_those_of_the_document() -> None:
    """Rust and Python name the same ones."""
    assert core is not None
    assert set(core.LIFTED) == LIFTED


def test_a_time_in_another_zone_is_rendered_as_ever(event: Event) -> None:
    """Only UTC is written natively."""
    _, writer, body = written(event)
    east = NOON.astimezone(timezone(timedelta(hours=2)))
    assert json_body(replace(event, data=read(writer, body)[1], time=east)) is None


def test_data_that_is_not_lazy_is_rendered_as_ever(event: Event) -> None:
    """An event in JSON, say."""
    assert json_body(event) is None


@pytest.mark.parametrize("lost", [1, 7])
def test_a_broken_record_is_refused_in_the_same_words(event: Event, lost: int) -> None:
    """Before it counts as decoded."""
    _, writer, body = written(event)
    with pytest.raises(DecodeError) as expected:
        read_now(writer, body[:-lost])
    with pytest.raises(DecodeError) as found:
        read(writer, body[:-lost])
    assert in_words(found.value) == in_words(expected.value)


def test_without_the_library_all_is_read_at_once(
    event: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same data, as the dict it always was."""
    monkeypatch.setattr(reading, "core", None)
    _, writer, body = written(event)
    _, data = read(writer, body)
    assert type(data) is dict
    assert data == event.data


def test_a_schema_without_end_is_left(
    event: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One with too many parts is Python's."""
    monkeypatch.setattr("bus.native.plans._MOST_NODES", 1)
    reading._plan.cache_clear()  # noqa: SLF001 - plans are kept
    _, writer, body = written(event)
    assert type(read(writer, body)[1]) is dict
    reading._plan.cache_clear()  # noqa: SLF001 - likewise
