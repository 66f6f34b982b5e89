"""Heads that say their length twice, mended; what cannot be is left alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bus.adapters.http.framing import fault, mended

TWICE = fault("Duplicate Content-Length")
OK = b"HTTP/1.1 200 OK\r\n"
LENGTH = b"content-length: %d\r\n"


@given(st.integers(0, 10**9), st.integers(2, 4), st.binary(max_size=20))
def test_equal_lengths_become_one(length: int, times: int, body: bytes) -> None:
    """The body stays as it is, and the connection's end is announced."""
    head = OK + LENGTH % length * times

    better = mended(head + b"\r\n" + body, TWICE)

    assert better == OK + LENGTH % length + b"connection: close\r\n\r\n" + body


@given(st.integers(0, 10**9), st.data())
def test_it_waits_for_the_end_of_the_head(length: int, data: st.DataObject) -> None:
    """A length may still be cut."""
    whole = OK + LENGTH % length * 2 + b"\r\n"
    assert mended(whole[: data.draw(st.integers(0, len(whole) - 1))], TWICE) == b""


@pytest.mark.parametrize(
    "head",
    [
        b"content-length: 3\r\ncontent-length: 4\r\n",
        b"content-length: 3\r\n 4\r\n",
        b"content-length: x\r\n",
        b"content-length: 3\r\ntransfer-encoding: gzip\r\n",
        b"transfer-encoding: chunked, gzip\r\ncontent-length: 3\r\n",
        b"content-length: %d\r\n" % 10**30 * 2,
        b"x: y\r\n",
    ],
)
def test_what_nobody_agrees_on_is_left_alone(head: bytes) -> None:
    """Lengths that differ, foreign codings, folded lines, no number."""
    assert mended(OK + head + b"\r\n", TWICE) is None


def test_other_faults_are_left_alone() -> None:
    """They are told at once."""
    assert mended(OK + LENGTH % 3 * 2, fault("Invalid header token")) is None


def test_informational_answers_stay_as_they_are() -> None:
    """Only the answer itself is mended."""
    before = b"HTTP/1.1 103 x\r\nlink: a\r\n\r\n"
    better = mended(before + OK + LENGTH % 3 * 2 + b"\r\n", TWICE)
    assert better is not None
    assert better.startswith(before + OK + LENGTH % 3 + b"connection: close")


def test_nothing_of_an_answer_is_repeated() -> None:
    """Both libraries quote what they could not read."""
    told = "Invalid character in Content-Length:\n\n  b'content-length: secret'"
    assert fault(told) == "a content-length that is no number"
    assert fault("Something new:\n\n  b'Empty Content-Length'") == ""
