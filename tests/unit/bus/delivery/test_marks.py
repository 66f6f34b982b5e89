"""Marks on dead letters: written, read, told from dead letters."""

import pytest

from bus.delivery.headers import hop_headers
from bus.delivery.marks import Edit, Fate, Mark, follow, mark, read_mark
from bus.errors import DecodeError
from bus.record import Headers, Record
from tests.support.facts import a_delivery

LETTER = Record("bus.dlq.erp", 2, 41, 1_000, b"SO-1", b"body")


def written(headers: Headers) -> Record:
    """A record without value, as it is read back."""
    return Record("bus.dlq.erp", 2, 42, 5_000, b"SO-1", None, headers)


@pytest.mark.parametrize("fate", list(Fate))
def test_a_mark_is_read_back(fate: Fate) -> None:
    """Same partition and key, no value, and what it says of which letter."""
    message = mark(LETTER, fate)
    assert (message.topic, message.partition) == ("bus.dlq.erp", 2)
    assert (message.key, message.value) == (b"SO-1", None)
    assert read_mark(written(message.headers)) == Mark(fate, 2, 41, 5_000)


def test_a_dead_letter_is_no_mark() -> None:
    """A hop's headers say nothing of a fate."""
    headers = hop_headers(
        a_delivery(), attempts=4, tier=None, reason=None, detail="", at_ms=0
    )
    assert read_mark(LETTER._replace(headers=headers)) is None


@pytest.mark.parametrize(
    ("fate", "place", "why"),
    [
        (b"eaten", b"2/41", "unknown"),
        (b"\xff", b"2/41", "unknown"),
        (b"replayed", b"2", "malformed"),
        (b"replayed", b"2/x", "malformed"),
        (b"replayed", b"", "malformed"),
        (b"replayed", b"2/" + b"9" * 5_000, "malformed"),
    ],
)
def test_a_damaged_mark_is_refused(fate: bytes, place: bytes, why: str) -> None:
    """It says which header is wrong."""
    headers = (("bus-mark", fate), ("bus-mark-of", place))
    with pytest.raises(DecodeError, match=why):
        read_mark(written(headers))


def edit(token: str, at_ms: int, fate: Fate = Fate.REPLACING) -> Mark:
    """A mark of an edit."""
    return Mark(fate, 2, 41, at_ms, Edit(token, "d", "oms.order"))


@pytest.mark.parametrize(
    ("marks", "stands"),
    [
        ([], None),
        ([edit("a", 0)], 0),
        ([edit("a", 0), edit("b", 5)], 0),
        ([edit("a", 0), edit("b", 11)], 1),
        ([edit("a", 0), edit("b", 5), edit("c", 11)], 2),
        ([edit("a", 0), edit("a", 1, Fate.REPLACED), edit("b", 50)], 1),
        ([edit("a", 0), Mark(Fate.PENDING, 2, 41, 1), edit("b", 2)], 2),
        ([Mark(Fate.DISCARDED, 2, 41, 0), edit("a", 99)], 0),
        ([Mark(Fate.REPLAYED, 2, 41, 0), Mark(Fate.DISCARDED, 2, 41, 1)], 1),
    ],
)
def test_of_edits_at_once_the_first_stands(
    marks: list[Mark], stands: int | None
) -> None:
    """Until its time is over; whatever else was done last counts."""
    standing: Mark | None = None
    for one in marks:
        standing = follow(standing, one, patience_ms=10)
    assert standing == (None if stands is None else marks[stands])
