"""The ledger of an objective: shares come to the whole, budgets to what is known."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bus.log.causes import Cause, Party
from bus.log.ledger import Counted, Missed, together
from bus.log.rollup import BUCKETS
from bus.watch.facts import Objective
from bus.watch.objectives.ledger import Ledger, Span, ledger

AIM = Objective(success=0.99, p95_s=1)
DAY_S = 86_400.0
CAUSES = [cause for cause in Cause if cause is not Cause.NONE]

counts = st.integers(0, 10_000)
missed = st.dictionaries(st.sampled_from(CAUSES), st.builds(Missed, counts, counts))
latencies = st.lists(counts, min_size=BUCKETS, max_size=BUCKETS).map(tuple)
counted = st.builds(
    Counted, kept=counts, recovered=counts, missed=missed, latencies=latencies
)
waiting = st.dictionaries(st.sampled_from(CAUSES), counts)


def of(whole: Counted, lately: Counted | None = None, seconds: float = DAY_S) -> Ledger:
    """The ledger of what was counted, of which this was lately."""
    return ledger(AIM, whole, Span(lately or whole, seconds), {})


def spoilt(kept: int, dead: int) -> Counted:
    """So many kept, and so many given up for 5xx."""
    return Counted(kept, missed={Cause.SERVER_ERROR: Missed(dead=dead)})


@given(counted, waiting)
def test_shares_come_to_the_whole(whole: Counted, late: dict[Cause, int]) -> None:
    """Receiver's and sender's are all that is bad; wishes are none of it."""
    made = ledger(AIM, whole, Span(whole, DAY_S), late)
    assert made.of(Party.RECEIVER) + made.of(Party.SENDER) == made.bad
    assert made.kept + made.bad == made.promised
    assert made.of(Party.WISH) == 0
    all_ = sum(sum(one) for one in whole.missed.values()) + sum(late.values())
    assert made.bad + made.excused == all_
    assert made.left == pytest.approx(made.promised * 0.01 - made.bad)
    assert all(part.all for part in made.parts)
    assert (made.attained is None) == (not made.promised)


@given(st.lists(counted, max_size=6), st.randoms())
def test_days_together_are_the_span(days: list[Counted], random: Random) -> None:
    """Whatever order they are added in, and in whatever groups."""
    whole = together(days)
    shuffled = random.sample(days, len(days))
    assert together(shuffled) == whole
    cut = len(days) // 2
    assert together([together(days[:cut]), together(days[cut:])]) == whole
    assert of(whole).promised == sum(of(day).promised for day in days)
    assert of(whole).bad == sum(of(day).bad for day in days)


def test_the_gravest_cause_comes_first() -> None:
    """Of as many the one that comes first in the table."""
    causes = {
        Cause.TLS: Missed(late=1),
        Cause.TIMEOUT: Missed(dead=1),
        Cause.LATE: Missed(1, 1),
    }
    found = of(Counted(missed=causes)).parts
    assert [part.cause for part in found] == [Cause.LATE, Cause.TIMEOUT, Cause.TLS]


@pytest.mark.parametrize(
    ("whole", "lately", "verdict", "in_s"),
    [
        (spoilt(0, 0), spoilt(0, 0), "cannot_say", None),
        (spoilt(40, 0), spoilt(40, 0), "cannot_say", None),
        (spoilt(900, 100), spoilt(0, 0), "gone", None),
        (spoilt(10_000, 20), spoilt(500, 0), "never", None),
        (spoilt(10_000, 20), spoilt(40, 2), "cannot_say", None),
        (spoilt(10_000, 20), spoilt(1_000, 5), "never", None),
        (spoilt(9_950, 50), spoilt(900, 60), "within", 50 / (60 - 9.6) * DAY_S),
        (spoilt(99_999, 1), spoilt(995, 12), "never", None),
    ],
)
def test_when_the_budget_is_used_up(
    whole: Counted, lately: Counted, verdict: str, in_s: float | None
) -> None:
    """At the rate of lately; what is promised meanwhile adds to it."""
    told = of(whole, lately).exhausted
    assert told.verdict == verdict
    assert told.in_s == (None if in_s is None else pytest.approx(in_s))
    assert bool(told.why) == (verdict in {"never", "cannot_say"})


def test_what_waits_too_long_is_bad_already() -> None:
    """An outage shows in the budget before anything is given up."""
    whole = spoilt(1_000, 0)
    made = ledger(AIM, whole, Span(whole, DAY_S), {Cause.CONNECT: 500})
    assert (made.promised, made.bad) == (1_500, 500)
    assert made.exhausted.verdict == "gone"
