"""Quarantined records: read back as they were, and explained."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bus.contracts.codec import decode, parse_schema
from bus.contracts.framing import split_frame
from bus.delivery.attributes import read_attributes
from bus.delivery.headers import build_event, read_state
from bus.delivery.quarantine import (
    CODES,
    is_quarantined,
    meaning_of,
    read_quarantined,
)
from bus.errors import DecodeError
from bus.record import Record

SCHEMA = parse_schema(
    '{"type": "record", "name": "A", "fields": [{"name": "a", "type": "string"}]}'
)
EMPTY = Record("oms.order", 0, 0, 0, None, None)
OURS = (
    ("bus-quarantine-reason", b"no value"),
    ("bus-quarantine-origin", b"oms.order/3/17"),
    ("bus-quarantine-origin-ms", b"99"),
    ("bus-quarantine-topic-id", b"abc"),
    ("bus-quarantine-at-ms", b"123"),
)
names = st.sampled_from(["ce_id", "bus-quarantine-reason", "bus-mark", "x"])


@given(headers=st.lists(st.tuples(names, st.binary(max_size=9)), max_size=5))
def test_headers_come_back_as_they_were(headers: list[tuple[str, bytes]]) -> None:
    """Whatever a record says of itself, ours are the last; none of its own is lost."""
    own = (*headers, ("x", b""))
    record = Record("bus.quarantine", 1, 5, 1_000, b"k", b"v", (*own, *OURS))
    assert is_quarantined(record)
    said = read_quarantined(record)
    assert said.source == Record(
        "oms.order", 3, 17, 99, b"k", b"v", own, topic_id="abc"
    )
    assert (said.place, said.why, said.at_ms) == ("oms.order/3/17", "no value", 123)


def test_what_is_damaged_is_as_if_it_were_not_there() -> None:
    """It is still shown, under its place in quarantine."""
    headers = (("bus-quarantine-reason", b"\xff"), ("bus-quarantine-origin", b"?"))
    record = Record("bus.quarantine", 1, 5, 1_000, b"k", b"v", headers)
    said = read_quarantined(record)
    assert (said.place, said.why, said.at_ms) == ("", r"\xff", 1_000)
    assert said.source.topic_partition == record.topic_partition


def test_lost_headers_are_not_made_up() -> None:
    """Without them it would be another event: it cannot be decoded."""
    why = "a header's name is not UTF-8: ff"
    headers = (("bus-quarantine-reason", why.encode()), *OURS[1:])
    record = Record("bus.quarantine", 1, 5, 1_000, b"k", b"v", headers)
    with pytest.raises(DecodeError, match="header's name"):
        read_attributes(read_quarantined(record).source)


def _fail(record: Record) -> str:
    with pytest.raises(DecodeError) as caught:
        _decode(record)
    return str(caught.value)


def _decode(record: Record) -> None:
    attributes = read_attributes(record)
    _, body = split_frame(record.value)
    build_event(record, attributes, decode(SCHEMA, body), 1, None)


@pytest.mark.parametrize(
    ("record", "code"),
    [
        (EMPTY, "no_value"),
        (EMPTY._replace(value=b'{"a": 1}'), "not_framed"),
        (EMPTY._replace(value=b"\0\0"), "not_framed"),
        (EMPTY._replace(value=b"\0\0\0\0\1\x10a"), "not_of_its_schema"),
        (EMPTY._replace(value=b"\0\0\0\0\1\x02aa"), "not_of_its_schema"),
        (EMPTY._replace(value=b"\0\0\0\0\1\x02a"), "no_event_type"),
        (
            EMPTY._replace(value=b"\0\0\0\0\1\x02a", headers=(("ce_type", b"a.b"),)),
            "no_order",
        ),
        (EMPTY._replace(headers=(("ce_id", b"a"), ("ce_id", b"b"))), "bad_attribute"),
        (EMPTY._replace(headers=(("ce_specversion", b"0.3"),)), "bad_attribute"),
    ],
)
def test_the_decoder_s_own_words_are_understood(record: Record, code: str) -> None:
    """Each way in which decoding fails has a meaning, not `other`."""
    meaning = meaning_of(_fail(record))
    assert meaning.code == code
    assert meaning.words.endswith(".")
    assert meaning.todo


@pytest.mark.parametrize(
    ("why", "code"),
    [
        ("the registry has no schema with id 7", "unknown_schema"),
        ("a record without value is no event", "no_value"),
        ("schema 7 cannot be used: expected the schema of a record", "unusable_schema"),
        ("the registry refuses schema 7: 403", "registry_refused"),
        ("the registry does not give schema id 7: 500 no value: x", "registry_refused"),
        ("schema id 7 cannot be used: not JSON", "unusable_schema"),
        ("the registry has no schema with guid 1-2", "unknown_schema"),
        ("its headers cannot be read: SystemError", "unreadable_headers"),
        ("a header's name is not UTF-8: ff", "unreadable_headers"),
        ("its batch cannot be read: Decompression failed", "unreadable_batch"),
        ("MSG_SIZE_TOO_LARGE: too large", "too_large"),
        ("a bug nobody foresaw", "other"),
    ],
)
def test_what_others_say(why: str, code: str) -> None:
    """Of the registry, of the client, of nobody in particular."""
    assert meaning_of(why).code == code


def test_damaged_hops_are_the_bus_s_own() -> None:
    """A producer has nothing to do with them."""
    with pytest.raises(DecodeError) as caught:
        read_state(EMPTY)
    assert meaning_of(str(caught.value)).code == "damaged_hop"


def test_codes_are_unique() -> None:
    """A filter means one thing."""
    assert len(set(CODES)) == len(CODES)
