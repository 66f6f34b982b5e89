"""Ids of a stream: positions as a text, and what is no such text."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bus.errors import BadCursorError
from bus.record import TopicPartition
from processors.live.positions import Kind, checksum, read, write

BOTH = frozenset(Kind)
PLACES = st.dictionaries(
    st.builds(
        TopicPartition,
        st.sampled_from(["oms.order", "oms.payment", "bus.attempts"]),
        st.integers(0, 30),
    ),
    st.integers(0, 2**61),
    max_size=40,
)


@given(PLACES, st.sets(st.sampled_from(Kind)))
def test_a_text_says_what_was_written(
    positions: dict[TopicPartition, int], kinds: set[Kind]
) -> None:
    """Every offset, by topic; a partition that was left out is at its beginning."""
    stand = read(write(kinds, positions))
    assert stand.kinds == kinds
    for tp, offset in positions.items():
        assert (stand.offsets(tp.topic) or {})[tp.partition] == offset
    assert stand.offsets("oms.other") is None


def test_a_text_is_short() -> None:
    """Forty-two partitions that have been at work for years fit in one line."""
    topics = [f"oms.{n}" for n in range(6)] + ["bus.attempts"]
    positions = {TopicPartition(t, p): 10**9 for t in topics for p in range(6)}
    assert len(write(BOTH, positions)) < 350
    few = {TopicPartition("bus.attempts", p): 10**6 for p in range(6)}
    assert len(write({Kind.ATTEMPTS}, few)) < 50


GOOD = write(BOTH, {TopicPartition("oms.order", 1): 300})


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-",
        "ü",
        "\udcff",
        GOOD[:-1],
        GOOD[1:],
        GOOD + "A",
        GOOD + "=",
        GOOD + "\n",
        f" {GOOD}",
        GOOD.swapcase(),
        f"{GOOD},{GOOD}",
        "A" * 6_000,
        "A" * (6_000 + 1),
        "0/1/2",
    ],
)
def test_what_was_not_given_out_is_refused(text: str) -> None:
    """With an error of its own, never misread."""
    with pytest.raises(BadCursorError):
        read(text)


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    """Also those with a right checksum, which somebody hostile can compute."""
    raw = b"\x01\x03" + body
    text = base64.urlsafe_b64encode(raw + checksum(raw)).rstrip(b"=").decode()
    try:
        stand = read(text)
    except BadCursorError:
        return
    assert all(0 <= at < 2**63 for t in stand.topics.values() for at in t.values())
