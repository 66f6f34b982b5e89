"""May a batch be written, and which of its rows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bus.errors import LogOvertakenError
from bus.log.positions import admit
from bus.log.rows import Advance, Position
from bus.record import TopicPartition
from tests.contract.log.rows import ATTEMPTS, attempt

_TP = TopicPartition(ATTEMPTS, 0)


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(1, 4)), max_size=30))
def test_whatever_is_sent_again_each_offset_is_written_once(
    sent: list[tuple[int, int]],
) -> None:
    """In order and without a gap, if the owner follows the position."""
    stored: dict[TopicPartition, Position] = {}
    seen: list[int] = []
    for first, count in sent:
        rows = [attempt(n) for n in range(first, first + count)]
        stands = stored[_TP].next_offset if _TP in stored else -1
        after = max(first + count, stands)
        admitted = admit(rows, [Advance(_TP, stands, after, 0)], stored)
        seen += [row.at.offset for row in admitted.rows]
        for advance in admitted.advances:
            stored[_TP] = Position(*advance[2:])
    assert seen == sorted(set(seen))


@pytest.mark.parametrize(
    ("stands", "before", "after"), [(5, 3, 8), (5, 3, 4), (5, -1, 8), (None, 5, 8)]
)
def test_from_anywhere_else_it_is_overtaken(
    stands: int | None, before: int, after: int
) -> None:
    """Whether the log is ahead, or knows of nothing."""
    stored = {} if stands is None else {_TP: Position(stands, 0)}
    with pytest.raises(LogOvertakenError, match=f"{ATTEMPTS}/0"):
        admit([], [Advance(_TP, before, after, 0)], stored)


def test_another_topic_of_the_name_is_read_from_its_beginning() -> None:
    """By its id, or by an end that lies before what was read."""
    rows = [attempt(0), attempt(1)]
    stored = {_TP: Position(9, 0, "old")}
    for advance in (Advance(_TP, 9, 12, 0, "new"), Advance(_TP, 9, 2, 0)):
        assert admit(rows, [advance], stored).rows == rows
    assert not admit(rows, [Advance(_TP, 9, 12, 0)], stored).rows


def test_a_batch_that_is_there_already_is_passed_by() -> None:
    """Its answer was lost; that of another topic of the name is none."""
    stored = {_TP: Position(9, 0, "one")}
    again = admit([attempt(8)], [Advance(_TP, 7, 9, 0, "one")], stored)
    assert not again.rows
    assert not again.advances
    with pytest.raises(LogOvertakenError):
        admit([], [Advance(_TP, 7, 9, 0, "two")], stored)
