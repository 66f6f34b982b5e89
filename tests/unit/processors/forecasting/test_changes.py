"""Which counts take a row."""

from bus.log.lags import LagRow
from processors.forecasting.changes import Changes
from processors.forecasting.counting import Counts

_STEP = 30_000_000
_AT = 600_000_000 * 1_000


def test_what_does_not_change_takes_no_row() -> None:
    """The first count does, and then those that differ."""
    changes = Changes(frozenset())
    assert changes.rows(_AT, {"q": Counts(5, 3)}) == [LagRow(_AT, "q", 5, 3)]
    assert changes.rows(_AT + _STEP, {"q": Counts(5, 3)}) == []
    assert changes.rows(_AT + 2 * _STEP, {"q": Counts(5, 3)}) == []


def test_a_change_is_dated() -> None:
    """The count before it is written with it, once."""
    changes = Changes(frozenset())
    for n in range(3):
        changes.rows(_AT + n * _STEP, {"q": Counts(5, 3)})
    assert changes.rows(_AT + 3 * _STEP, {"q": Counts(9, 3)}) == [
        LagRow(_AT + 2 * _STEP, "q", 5, 3),
        LagRow(_AT + 3 * _STEP, "q", 9, 3),
    ]
    assert changes.rows(_AT + 4 * _STEP, {"q": Counts(9, 4)}) == [
        LagRow(_AT + 4 * _STEP, "q", 9, 4)
    ]


def test_slots_of_daily_queues() -> None:
    """Every ten minutes, changed or not, until nothing happened for a day."""
    changes = Changes({"oms.order"})
    counts = {"oms.order": Counts(5, 5), "other": Counts(1, 1)}
    first = changes.rows(_AT, counts)
    assert [row.slot for row in first] == [True, False]
    assert changes.rows(_AT + _STEP, counts) == []
    next_slot = _AT + 600_000_000
    assert changes.rows(next_slot, counts) == [
        LagRow(next_slot, "oms.order", 5, 5, slot=True)
    ]
    assert changes.rows(_AT + 86_400_000_000, counts) == []


def test_a_queue_that_is_gone_is_forgotten() -> None:
    """One of its name that comes later is new."""
    changes = Changes(frozenset())
    changes.rows(_AT, {"q": Counts(5, 3)})
    assert changes.rows(_AT + _STEP, {}) == []
    again = _AT + 2 * _STEP
    assert changes.rows(again, {"q": Counts(5, 3)}) == [LagRow(again, "q", 5, 3)]
