"""Spans put together of days, hours and minutes hold what they say and no more."""

import pytest

from bus.adapters.sql.tables import DAY, FIVE_MINUTES, HOUR, MINUTE
from bus.adapters.sql.tallies import pieces

_LENGTHS = {MINUTE: 1, FIVE_MINUTES: 5, HOUR: 60, DAY: 1_440}
_END = 4 * 1_440


@pytest.mark.parametrize("step", [1, 5, 60])
def test_every_minute_counts_once_and_none_before(step: int) -> None:
    """Whenever a span begins; and of many rows few are read."""
    for start in range(1_440, 2 * 1_440 + 1, step):
        counted = [0] * _END
        for piece in pieces(start, step):
            length = _LENGTHS[piece.table]
            assert piece.since % length == 0
            for minute in range(piece.since, piece.until or _END):
                counted[minute] += -1 if piece.less else 1
        assert counted == [0] * start + [1] * (_END - start)


def test_a_day_takes_half_a_day_of_hours_at_most() -> None:
    """Those that are left of the first day, or those before it begins."""
    for hour in range(24):
        of = pieces(1_440 + hour * 60, 60)
        hours = [one for one in of if one.table is HOUR]
        read = sum(((one.until or 0) - one.since) // 60 for one in hours)
        assert read <= min(hour, 24 - hour)
