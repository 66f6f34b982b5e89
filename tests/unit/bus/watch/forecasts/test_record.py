"""What forecasts were worth, and how wide they have to be for it."""

import pytest

from bus.watch.forecasts.drain import WIDTH, Within
from bus.watch.forecasts.record import (
    Outcome,
    Record,
    record_of,
    width_of,
    worth_keeping,
)

_RANGE = Within(50, 100, 200)


def _took(took_s: float | None, waited_s: float = 0.0, width: float = 1.0) -> Outcome:
    return Outcome(_RANGE, width, took_s, waited_s)


@pytest.mark.parametrize(
    ("outcome", "held"),
    [
        (_took(100), True),
        (_took(50), True),
        (_took(49), False),
        (_took(201), False),
        (_took(None, 150), None),
        (_took(None, 201), False),
    ],
)
def test_whether_it_held(outcome: Outcome, held: bool | None) -> None:  # noqa: FBT001 - expected
    """One that is overdue did not hold, though it has not come yet."""
    assert outcome.held is held


def test_the_record_counts_what_is_known() -> None:
    """What is still open counts as neither."""
    record = record_of([_took(100), _took(300), _took(None, 20)])
    assert record == Record(known=2, held=1)
    assert record.coverage == 0.5
    assert Record().coverage is None


def test_scores_are_powers() -> None:
    """1 is at the edge; a range that was widened is judged before that."""
    assert _took(200).score == pytest.approx(1)
    assert _took(25).score == pytest.approx(2)
    assert _took(200, width=1.5).score == pytest.approx(1.5)
    assert _took(None, 400).score == pytest.approx(2)


def test_the_width_that_would_have_held() -> None:
    """Of forty outcomes 80 % are at 2 and below, so 2 it is."""
    outcomes = [_took(400)] * 33 + [_took(1_600)] * 7
    assert width_of(outcomes) == pytest.approx(2)
    assert width_of([_took(1e9)] * 40) == 8


def test_few_outcomes_teach_nothing_alone() -> None:
    """Then those of all queues count; without these, what is shipped."""
    assert width_of([_took(400)] * 29) == WIDTH
    assert width_of([_took(100)] * 29, [_took(400)] * 40) == pytest.approx(2)


def test_only_the_newest_count() -> None:
    """What was long ago is forgotten."""
    assert width_of([_took(400)] * 120 + [_took(100)] * 880) == pytest.approx(2)


def test_what_is_worth_keeping() -> None:
    """The next one once half of the last one's time is over, five minutes at least."""
    assert worth_keeping(None, 0)
    assert not worth_keeping(_RANGE, 299)
    assert worth_keeping(_RANGE, 300)
    assert not worth_keeping(Within(900, 1_200, 1_500), 599)
