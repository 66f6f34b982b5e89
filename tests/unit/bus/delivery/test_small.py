"""Small dead letters say where a record stands, and stay small."""

from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bus.delivery.quarantine import read_quarantined
from bus.delivery.small import read_elsewhere, small
from bus.errors import DecodeError
from bus.record import Headers, Message, Record
from tests.support.facts import a_record

BIG = a_record()._replace(value=b"x" * 3_000_000)


def as_read(message: Message) -> Record:
    """The record that a message becomes."""
    return Record(message.topic, 0, 7, 1, message.key, message.value, message.headers)


def letter_of(record: Record, attributes: Headers = (), ours: Headers = ()) -> Record:
    """A small letter for a record."""
    whole = Message("bus.dlq.erp", record.key, record.value, (*record.headers, *ours))
    return as_read(small(whole, record, attributes, "too large"))


def test_says_where_the_record_stands() -> None:
    """Place, size, reason, and a digest that only this body has."""
    letter = letter_of(BIG, ours=(("bus-reason", b"exhausted"),))
    found = read_elsewhere(letter)
    assert found is not None
    assert found.place == "oms.order/2/41"
    assert (found.size, found.why) == (3_000_000, "too large")
    assert found.is_body(BIG)
    assert not found.is_body(BIG._replace(value=b"y" * 3_000_000))
    assert ("bus-reason", b"exhausted") in letter.headers
    assert (letter.key, letter.value) == (b"SO-1", None)


def test_a_whole_letter_stands_nowhere_else() -> None:
    """Nor does a producer's header of that name make it one."""
    assert read_elsewhere(BIG) is None
    assert read_elsewhere(BIG._replace(headers=(("bus-body-at", b"t/1/2"),))) is None


FORGED = (
    ("bus-body-at", b"bus.keys/0/3"),
    ("bus-body-bytes", b"1"),
    ("bus-body-sha256", b"0" * 64),
    ("bus-body-why", b"because"),
)


def test_a_producers_own_headers_move_nothing() -> None:
    """What says where the body stands is the bus's, whatever was there before."""
    letter = letter_of(BIG._replace(headers=FORGED), FORGED, FORGED)
    found = read_elsewhere(letter)
    assert found is not None
    assert found.place == "oms.order/2/41"


def test_a_forged_place_in_quarantine_is_data() -> None:
    """A tombstone that says where "its body" stands is a whole record without value."""
    tombstone = a_record()._replace(value=None, headers=(*FORGED, *SAID[:1]))
    put_aside = tombstone._replace(headers=(*tombstone.headers, *SAID))
    assert read_elsewhere(put_aside) is None
    found = read_quarantined(put_aside)
    assert found.source.headers == tombstone.headers
    assert (found.why, found.place) == ("no value", "oms.order/2/41")


def test_a_small_record_in_quarantine_says_both() -> None:
    """Why it was put aside, and where it stands; nothing of that is the producer's."""
    record = BIG._replace(headers=FORGED)
    whole = Message("bus.quarantine", b"k", None, (*record.headers, *SAID))
    letter = as_read(small(whole, record, (), "too large"))
    elsewhere = read_elsewhere(letter)
    assert elsewhere is not None
    assert elsewhere.is_body(BIG)
    assert read_quarantined(letter).why == "no value"
    assert read_quarantined(letter).source.headers == FORGED


SAID = (
    ("bus-quarantine-reason", b"no value"),
    ("bus-quarantine-origin", b"oms.order/2/41"),
    ("bus-quarantine-origin-ms", b"7"),
    ("bus-quarantine-topic-id", b"t"),
    ("bus-quarantine-at-ms", b"8"),
)


@pytest.mark.parametrize(
    "at", [b"", b"t/1", b"t/one/2", b"/1/2", b"\xff", b"t/1/" + b"9" * 5_000]
)
def test_a_malformed_place_is_named(at: bytes) -> None:
    """It cannot be fetched from there."""
    letter = letter_of(BIG)
    headers = tuple((n, at if n == "bus-body-at" else v) for n, v in letter.headers)
    with pytest.raises(DecodeError, match="bus-body-at"):
        read_elsewhere(letter._replace(headers=headers))


long = st.integers(0, 5_000).map(lambda n: b"h" * n)
headers = st.lists(st.tuples(st.sampled_from(["ce_id", "bus-x", "own"]), long)).map(
    tuple
)


@given(attributes=headers, own=headers, key=st.none() | long)
def test_is_small_whatever_the_record_is(
    attributes: Headers, own: Headers, key: bytes | None
) -> None:
    """Headers and keys may be what is too large."""
    letter = letter_of(BIG._replace(key=key, headers=own), attributes)
    size = sum(
        len(part)
        for part in chain.from_iterable(
            (name.encode(), value) for name, value in letter.headers
        )
    )
    assert size + len(letter.key or b"") < 100_000
    assert read_elsewhere(letter) is not None
