"""Minutes that were down, joined to incidents; compared with minutes one by one."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from bus.log.causes import Cause
from bus.log.ledger import Hour, Trouble, bits
from bus.watch.objectives.downtime import (
    GAP,
    DayTime,
    begins,
    by_cause,
    by_day,
    incidents,
    lasts,
)

CAUSES = (Cause.SERVER_ERROR, Cause.TIMEOUT, Cause.BREAKER)
masks = st.integers(0, 2**60 - 1) | st.sampled_from((0, 1, 2**59, 2**60 - 1))
troubles = st.builds(Trouble, masks, st.integers(1, 9), st.integers(0, 500))
DAY = 1_440 * 20_000
hours = st.dictionaries(
    st.integers(0, 72).map(lambda n: DAY + 60 * n),
    st.tuples(masks, st.dictionaries(st.sampled_from(CAUSES), troubles)),
    max_size=6,
).map(lambda found: [Hour(start, *one) for start, one in found.items()])


def mask(*minutes: int) -> int:
    """These minutes as bits."""
    return sum(1 << minute for minute in minutes)


def hour(start: int, up: int = 0, **failing: int) -> Hour:
    """An hour with minutes (bits) that failed by causes."""
    named = {Cause[name]: Trouble(bits_, 1, 60) for name, bits_ in failing.items()}
    return Hour(start, up, named)


def slowly(found: Sequence[Hour]) -> list[tuple[int, int]]:
    """Incidents by looking at minute after minute."""
    ups = {one.start + n for one in found for n in bits(one.up)}
    failed = {
        one.start + n
        for one in found
        for trouble in one.troubles.values()
        for n in bits(trouble.minutes)
    }
    spans: list[tuple[int, int]] = []
    for minute in sorted(failed - ups):
        start, end = spans[-1] if spans else (minute, minute)
        joins = minute - end <= GAP and not ups & set(range(end, minute))
        if spans and joins:
            spans[-1] = (start, minute + 1)
        else:
            spans.append((minute, minute + 1))
    return spans


@given(hours, st.randoms())
def test_incidents_are_those_of_single_minutes(
    found: list[Hour], random: Random
) -> None:
    """In whatever order hours come."""
    made = incidents(found)
    assert [(one.start, one.end) for one in made] == slowly(found)
    assert incidents(random.sample(found, len(found))) == made


@given(hours)
def test_times_add_up(found: list[Hour]) -> None:
    """Causes come to all that is down, and days do."""
    made = incidents(found)
    down = sum(one.end - one.start for one in made)
    assert sum(by_cause(made).values()) == down
    days = by_day(found, made)
    assert sum(day.down for day in days.values()) == down
    ups = sum(one.up.bit_count() for one in found)
    assert sum(day.up + day.partly for day in days.values()) == ups
    for day in days.values():
        assert day.up + day.partly + day.down <= 1_440
    for one in made:
        assert all(before.end == run.start for before, run in pairwise(one.runs))


def test_an_accepted_call_ends_it() -> None:
    """A pause without any call does not, unless it is long."""
    first = hour(DAY, mask(20), TIMEOUT=mask(10, 14, 24, 59))
    later = hour(DAY + 60, 0, TIMEOUT=mask(3, 30))
    made = incidents([first, later])
    spans = [(one.start - DAY, one.end - DAY) for one in made]
    assert spans == [(10, 15), (24, 25), (59, 64), (90, 91)]


def test_some_of_both_is_partly() -> None:
    """It shows, and is no downtime."""
    found = [hour(DAY, mask(0, 1), TIMEOUT=mask(1, 2))]
    assert by_day(found, incidents(found)) == {DAY: DayTime(up=1, partly=1, down=1)}


def test_over_midnight_it_is_part_of_both_days() -> None:
    """And one incident."""
    found = [
        hour(DAY - 60, 0, TLS=mask(50, 59)),
        hour(DAY, mask(9), TLS=mask(0, 1, 2)),
    ]
    (one,) = incidents(found)
    days = by_day(found, [one])
    assert {day: time.down for day, time in days.items()} == {DAY - 1_440: 10, DAY: 3}
    assert one.cause is Cause.TLS


def test_the_cause_of_most_of_it() -> None:
    """A minute of several is the one's that failed more calls in the hour."""
    busy: Mapping[Cause, Trouble] = {
        Cause.SERVER_ERROR: Trouble(mask(0, 1, 2), 3, 3),
        Cause.CONNECT: Trouble(mask(0, 1), 50, 20),
    }
    (one,) = incidents([Hour(DAY, 0, busy)])
    assert one.cause is Cause.CONNECT
    assert Counter(by_cause([one])) == {Cause.CONNECT: 2, Cause.SERVER_ERROR: 1}
    assert one.deliveries == 21


def test_whether_it_goes_on() -> None:
    """Until a call is accepted, or nobody has said anything for long."""
    found = [hour(DAY, 0, TIMEOUT=mask(5))]
    (one,) = incidents(found)
    assert lasts(one, found, DAY + 5)
    assert lasts(one, found, DAY + 5 + GAP)
    assert not lasts(one, found, DAY + 6 + GAP)
    better = [hour(DAY, mask(7), TIMEOUT=mask(5))]
    assert not lasts(one, better, DAY + 8)


def test_when_it_begins_to_count() -> None:
    """When it was added; of one that was there before, what is known of it counts."""
    added = datetime.fromtimestamp((DAY + 70) * 60, UTC)
    assert begins([], added) == DAY + 70
    assert begins([hour(DAY + 60, up=mask(12, 13))], added) == DAY + 70
    assert begins([hour(DAY), hour(DAY + 60, up=mask(9))], added) == DAY + 69
    assert begins([hour(DAY, TIMEOUT=mask(3, 5))], added) == DAY + 3
    assert begins([hour(DAY, up=mask(3))], None) == 0
