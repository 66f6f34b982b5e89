"""What comes in minute by minute."""

from bus.watch.usual import chance_of_none
from processors.watch.arriving import Arriving

HOUR = 497_777
"""Since the epoch."""
START = HOUR * 3_600.0


def fed(arriving: Arriving, begin: float, seconds: int, a_minute: int) -> float:
    """Look every ten seconds; return when that was over."""
    end = getattr(arriving, "fed", 0)
    for n in range(seconds // 10):
        if n % 6 == 0:
            end += a_minute
        arriving.look(end, begin + n * 10)
    setattr(arriving, "fed", end)  # noqa: B010 - a note of the test's own
    return begin + seconds


def test_an_hour_seen_whole_is_kept_before_the_past_ones() -> None:
    """Once; one that was begun in the middle is not."""
    arriving = Arriving("oms.order")
    now = fed(arriving, START - 120, 120, 30)
    fed(arriving, now, 3_600, 30)
    past = arriving.hour(HOUR, None)
    assert past is not None
    assert (past.topic, past.hour, past.weeks) == ("oms.order", HOUR, [[30] * 60])
    assert arriving.hour(HOUR, past) is None
    assert arriving.hour(HOUR - 1, None) is None


def test_a_silence_that_is_unusual_shows() -> None:
    """Against a past week of thirty a minute."""
    arriving = Arriving("oms.order")
    now = fed(arriving, START, 600, 30)
    weeks = {HOUR % 168: [[30] * 60] * 4}
    assert chance_of_none(arriving.arrivals(weeks).expected or 0) == 1
    fed(arriving, now, 180, 0)
    found = arriving.arrivals(weeks)
    assert found.expected == 60
    assert 180 <= found.silent_s < 240
    assert arriving.arrivals({}).expected is None


def test_a_flood_shows_minute_by_minute() -> None:
    """In the last five whole ones."""
    arriving = Arriving("oms.order")
    now = fed(arriving, START, 600, 30)
    fed(arriving, now, 180, 3_000)
    z = arriving.arrivals({HOUR % 168: [[30] * 60] * 4}).z
    assert len(z) == 5
    assert [one > 6 for one in z] == [False, False, False, True, True]


def test_what_was_missed_is_no_silence_and_no_flood() -> None:
    """Nobody looked for a while: what came meanwhile came nobody knows when."""
    arriving = Arriving("oms.order")
    now = fed(arriving, START, 600, 30)
    arriving.look(100_000, now + 600)
    assert arriving.arrivals({HOUR % 168: [[30] * 60] * 4}).z == ()
    assert arriving.hour(HOUR, None) is None
    assert Arriving("oms.risk").arrivals({}).silent_s == 0
