"""What an old sender outside may have been told to leave, as a report has to know."""

from bus.migration.owners import may_be_left, old_sends
from tests.unit.bus.migration.test_ledger import HOUR_MS, moving


def test_what_was_left_before_a_step_back() -> None:
    """The old side has it again, and may have been told to leave it until then."""
    made = moving(100, 0)
    back_ms, around = 2 * HOUR_MS, int(made.overlap_s * 1000)
    at = (back_ms - 1, back_ms + around + 1, HOUR_MS - around - 1)
    assert old_sends(made, "SO-1", back_ms - 1)
    assert [may_be_left(made, "SO-1", one) for one in at] == [True, False, False]
