"""Numbers of a sequence: what never came is missing, what is only late is not."""

import random

from hypothesis import given
from hypothesis import strategies as st

from bus.intake.health.numbers import SETTLES_S, UNSURE, WINDOW, Numbers, missing

NOON = 1_790_000_040.0
LATER = NOON + SETTLES_S + 60


def came(*numbers: int, at: float = NOON) -> Numbers:
    """A process that saw these."""
    seen = Numbers()
    for number in numbers:
        seen.take(number, at)
    return seen


def test_what_never_came_is_missing_after_a_while() -> None:
    """Not before: what is sent may overtake."""
    seen = came(1_000, 1_001, 1_003, 1_004)
    assert missing([seen], NOON + 60) == []
    assert missing([seen], LATER) == [1_002]


def test_what_comes_late_is_not_missing() -> None:
    """Nor what comes in any order."""
    seen = came(1_000, 1_004)
    for number in (1_003, 1_001, 1_002):
        seen.take(number, NOON + 600)
    assert missing([seen], LATER + 3_600) == []


def test_lower_numbers_than_the_first_say_nothing() -> None:
    """A change of an old order does not make all between the two missing."""
    assert missing([came(1_000, 1_001, 17, 1_002)], LATER) == []


def test_what_another_process_saw_is_not_missing() -> None:
    """Partitions share out the numbers."""
    even, odd = came(*range(1_000, 1_100, 2)), came(*range(1_001, 1_100, 2))
    assert missing([even, odd], LATER) == []
    assert missing([even], LATER) == list(range(1_001, 1_098, 2))


def test_below_the_first_of_a_process_nothing_is_sure() -> None:
    """The one before it was killed, and may have seen what it never wrote down."""
    before, after = came(1, 2), came(UNSURE + 10)
    assert missing([before, after], LATER) == list(range(3, 10))


def test_a_number_far_away_begins_anew() -> None:
    """Another sequence, or an id: not a million missing ones."""
    assert missing([came(5, 6, 10**12, 10**12 + 1)], LATER) == []


def test_memory_is_bounded() -> None:
    """However many numbers come."""
    seen = came(*range(0, 60_000, 3))
    assert seen.bits.bit_length() <= WINDOW
    seen = Numbers()
    for minute in range(1_000):
        seen.take(minute, NOON + 60 * minute)
    assert len(seen.marks) <= 32


def test_it_is_read_as_it_was_written() -> None:
    """And what is no such thing is none."""
    seen = came(1_000, 1_003)
    assert Numbers.read(seen.as_json()) == seen
    odds: list[object] = [None, [], {"first": 1}, {"first": 1, "high": 2, "bits": "x"}]
    for odd in odds:
        assert Numbers.read(odd).first is None


@given(
    st.sets(st.integers(1_000, 1_300), min_size=1), st.randoms(use_true_random=False)
)
def test_it_equals_a_set(numbers: set[int], shuffler: random.Random) -> None:
    """Whatever came in whatever order, from the first on."""
    order = list(numbers)
    shuffler.shuffle(order)
    seen = came(*order)
    first, high = order[0], max(order)
    expected = [n for n in range(first, high) if n not in numbers]
    assert missing([seen], LATER) == expected
