"""Rules of sources: what is too little, too few, or somebody's wish, says nothing."""

from dataclasses import replace

import pytest

from bus.watch.facts import Arrivals, Facts, Part
from bus.watch.states import BUS, states
from bus.watch.verdicts import Health, Kind, Subject
from tests.support.watched import AT, found, hour, intake, said, sent

SHOP = Subject(Kind.INTAKE, "shop-eu")


def evidence(facts: Facts) -> str:
    """What the one finding says."""
    (one,) = found(facts).findings
    assert one.subject == SHOP
    return one.evidence


@pytest.mark.parametrize(
    "facts",
    [
        sent(came=1_000, **{"refused.mismatch": 4}),  # strangers try
        sent(came=100_000, **{"refused.mismatch": 40}),
        sent(told=1_000, **{"parked.map": 5}),
        sent(told=10, **{"parked.rule": 30}),  # rules are no errors of mapping
        sent(**{"answer.0.5": 999, "answer.2.5": 1}),
        sent(**{"answer.2.5": 5}),  # too few to say
        sent(told=900, repeat=100),
        sent(told=1_000, ahead=4),
        intake(arrivals=Arrivals(silent_s=600, expected=3.0)),
        intake(ending={"s-1": AT + 3_600}, figures=hour(**{"secret.s-2": 9})),
        intake(ending={"s-1": AT + 86_401 * 3}, figures=hour(**{"secret.s-1": 9})),
    ],
)
def test_what_is_usual_or_too_little_says_nothing(facts: Facts) -> None:
    """A rule speaks once it is sure."""
    assert said(facts) == {}


def test_wrong_signatures_after_a_rotation_say_so() -> None:
    """It is what they most often come of."""
    bad = hour(came=10, **{"refused.mismatch": 30, "refused.stale": 1})
    rotated = evidence(intake(figures=bad, rotated=AT - 600))
    assert rotated == (
        "76 % of 41 refused: 30 mismatch, 1 stale; its secret was rotated 10 min ago"
    )
    assert "rotated" not in evidence(intake(figures=bad, rotated=AT - 3 * 86_400))
    assert "rotated" not in evidence(intake(figures=bad))


def test_a_paused_source_is_held_and_says_nothing_else() -> None:
    """Whatever is counted of it."""
    bad = hour(**{"refused.mismatch": 30})
    facts = intake(state="paused", why="moved", figures=bad)
    assert said(facts) == {}
    state = states(facts, found(facts))[SHOP]
    assert (state.health, state.reasons[0].why) == (Health.HELD, "paused: moved")


def test_a_source_of_which_nothing_came_is_unknown() -> None:
    """Too little is never healthy; and one that is not known now is unknown, too."""
    facts = intake(figures=replace(hour(), last=AT - 3 * 86_401))
    assert states(facts, found(facts))[SHOP].health is Health.UNKNOWN
    assert states(intake(), found(intake()))[SHOP].health is Health.HEALTHY
    blind = replace(intake(), unknown={Part.INTAKES: "no answer"})
    assert states(blind, found(blind))[SHOP].health is Health.UNKNOWN


def test_a_source_that_fails_only_degrades_the_bus() -> None:
    """It is its sender's fault as a rule."""
    facts = intake(arrivals=Arrivals(silent_s=600, expected=30.0))
    told = states(facts, found(facts))
    assert told[SHOP].health is Health.FAILING
    assert told[BUS].health is Health.DEGRADED
    assert told[BUS].reasons[0].why.startswith("intake/shop-eu: nothing for 10 min")


def test_a_clock_that_is_off_is_told_by_its_signatures() -> None:
    """Where the channel signs the time, what is too old or too new is refused."""
    facts = sent(came=10_000, told=10_000, **{"refused.stale": 6})
    assert evidence(facts) == "6 signatures of another time refused"


def test_answers_beyond_the_last_span_are_told_as_such() -> None:
    """Nobody knows how long they took."""
    facts = sent(**{"answer.more": 100})
    assert evidence(facts) == "99 of 100 answers took over 10 s"
