"""Burn rates against the table of the SRE workbook, and Wilson's interval."""

from dataclasses import replace

import pytest

from bus.delivery.objective import OwnObjective
from bus.watch.burning import FAST, MEDIUM, SLOW, Share, burns, late, wilson_low
from bus.watch.facts import Objective, SubscriptionFacts, aimed_at
from tests.support.watched import figures


def test_factors_are_those_of_the_workbook() -> None:
    """2 % in an hour, 5 % in six, 10 % in three days, of thirty days' budget."""
    assert FAST.factor == pytest.approx(14.4)
    assert MEDIUM.factor == pytest.approx(6)
    assert SLOW.factor == pytest.approx(1)


def test_a_subscriptions_own_objective_goes_first() -> None:
    """What it does not say is as all have it; the rules judge by it."""
    of_all = Objective(success=0.995, p95_s=2)
    assert aimed_at(OwnObjective(), of_all) == of_all
    strict = aimed_at(OwnObjective(success=0.9999), of_all)
    assert strict == Objective(success=0.9999, p95_s=2)
    assert aimed_at(OwnObjective(p95_s=0.5), of_all).p95_s == 0.5
    counts = dict.fromkeys((300, 3_600), figures(10_000, 40))
    bad = SubscriptionFacts(id="a", figures=counts, objective=of_all)
    assert not burns(bad, FAST)
    assert burns(replace(bad, objective=strict), FAST)


def test_few_say_less_than_many() -> None:
    """One of thirteen is 7.7 %, and hardly says so; a hundred of 1,300 do."""
    assert wilson_low(Share(1, 13)) < 0.02
    assert 0.06 < wilson_low(Share(100, 1_300)) < 100 / 1_300
    assert wilson_low(Share(0, 0)) == 0
    assert wilson_low(Share(0, 10)) == 0
    assert wilson_low(Share(10, 10)) < 1


def test_late_are_at_least_those_that_nothing_can_have_taken() -> None:
    """Whoever was accepted since may be one of them, or may not."""
    assert late(100, figures(30, 5)) == 65
    assert late(10, figures(30)) == 0
