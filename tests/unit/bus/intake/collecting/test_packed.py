"""Packed files: unpacked to a bound, whatever is in them."""

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bus.intake.collecting.packed import (
    TooLongError,
    inner_name,
    is_packed,
    unpacked,
)
from bus.intake.collecting.servers import parse_sftp


@given(st.lists(st.binary(max_size=500), min_size=1, max_size=4), st.integers(0, 3))
def test_members_are_one_file(pieces: list[bytes], padding: int) -> None:
    """As `gzip` reads them, padding and all; to the bound, and no further."""
    packed = b"".join(map(gzip.compress, pieces)) + b"\0" * padding
    whole = b"".join(pieces)
    assert unpacked(packed, len(whole)) == whole
    if whole:
        with pytest.raises(TooLongError):
            unpacked(packed, len(whole) - 1)


def test_a_bomb_is_not_unpacked() -> None:
    """A gigabyte of zeros in a megabyte stops at the bound."""
    bomb = gzip.compress(bytes(50_000_000), mtime=0)
    with pytest.raises(TooLongError):
        unpacked(bomb, 1_000)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"ISA*00*", "not packed by gzip"),
        (gzip.compress(b"x" * 1_000, mtime=0)[:-9], "breaks off"),
        (gzip.compress(b"x", mtime=0) + b"rest", "not packed by gzip"),
        (gzip.compress(b"x", mtime=0)[:-1] + b"?", "damaged"),
    ],
)
def test_what_cannot_be_unpacked(content: bytes, why: str) -> None:
    """Says why."""
    with pytest.raises(ValueError, match=why):
        unpacked(content, 10_000)


def test_names() -> None:
    """By their end; one that is nothing else is none."""
    assert is_packed("orders.CSV.GZ")
    assert inner_name("orders.csv.gz") == "orders.csv"
    assert not is_packed(".gz")
    assert inner_name("a.edi") == "a.edi"


def test_where_a_server_is() -> None:
    """Its port is the usual one unless it is said; nothing leads out of the folder."""
    place = parse_sftp("sftp://files.example/in/orders", ())
    assert (place.host, place.port, place.path) == ("files.example", 22, "/in/orders")
    assert place.names == ("files.example:22", "files.example")
    assert parse_sftp("sftp://files.example:2222", ()).path == "/"
    for url in ("https://x/", "sftp://u:p@x/", "sftp://x/../y", "sftp:///in"):
        with pytest.raises(ValueError, match=r"expected|credentials"):
            parse_sftp(url, ())
