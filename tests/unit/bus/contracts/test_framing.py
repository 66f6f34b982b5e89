"""Which schema a record names."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bus.contracts.framing import SCHEMA_HEADER, named, needed, split
from bus.errors import DecodeError
from bus.record import Headers, Record, SchemaRef

GUID = UUID("89791762-2336-4186-9674-299b90a802e2")
IN_HEADER = (SCHEMA_HEADER, b"\x01" + GUID.bytes)
TEXTS = st.binary(max_size=20)
NAMES = st.sampled_from([SCHEMA_HEADER, "ce_id"])


def record(value: bytes | None, *headers: tuple[str, bytes]) -> Record:
    """A record of this value."""
    return Record("t", 0, 0, 0, None, value, tuple(headers))


@pytest.mark.parametrize(
    ("value", "headers", "ref", "body"),
    [
        (b"\x00\x00\x00\x00\x07ab", (), 7, b"ab"),
        (b"\x00\x7f\xff\xff\xff", (), 2**31 - 1, b""),
        (b"ab", (IN_HEADER,), GUID, b"ab"),
        (b"\x00\x00\x00\x00\x07ab", (IN_HEADER,), GUID, b"\x00\x00\x00\x00\x07ab"),
        (b"", (IN_HEADER,), GUID, b""),
        (b"ab", ((SCHEMA_HEADER, b"\x00\x00\x00\x00\x09"),), 9, b"ab"),
        (b"ab", ((SCHEMA_HEADER, b"?"), IN_HEADER), GUID, b"ab"),
    ],
)
def test_a_schema_is_named_in_the_value_or_a_header(
    value: bytes, headers: Headers, ref: SchemaRef, body: bytes
) -> None:
    """The id before the body, or the GUID in a header, which comes first."""
    assert needed(record(value, *headers)) == ref
    assert split(record(value, *headers)) == (ref, body)


@pytest.mark.parametrize(
    ("value", "headers", "why"),
    [
        (None, (), "no value"),
        (None, (IN_HEADER,), "tombstone"),
        (b"\x00\x80\x00\x00\x00ab", (), r"2\^31-1"),
        (b"\x00\x00", (), "too few"),
        (b"{}", (), "JSON"),
        (b"ab", ((SCHEMA_HEADER, b"\x01ab"),), "GUID"),
        (b"ab", ((SCHEMA_HEADER, b""),), "GUID"),
        (b"ab", ((SCHEMA_HEADER, b"\x00\xff\xff\xff\xff"),), "GUID"),
    ],
)
def test_what_names_no_schema_says_why(
    value: bytes | None, headers: Headers, why: str
) -> None:
    """It fails without anybody being asked."""
    with pytest.raises(DecodeError, match=why):
        split(record(value, *headers))
    if value is not None:
        assert needed(record(value, *headers)) is None


@given(st.none() | st.binary(max_size=8), st.lists(st.tuples(NAMES, TEXTS)))
def test_what_is_needed_is_what_is_split(
    value: bytes | None, headers: list[tuple[str, bytes]]
) -> None:
    """Whoever fetched what `needed` says finds it when splitting; else it fails."""
    odd = record(value, *headers)
    try:
        ref, _ = split(odd)
    except DecodeError:
        assert needed(odd) is None or value is None
    else:
        assert needed(odd) == ref


def test_a_message_names_it() -> None:
    """Ids and GUIDs are told apart."""
    assert named(7) == "id 7"
    assert named(GUID) == f"guid {GUID}"
