"""How everybody is, and why."""

from dataclasses import replace

import pytest

from bus.watch.facts import HOUR, Facts, Part, ProgramFacts, Waiting
from bus.watch.states import State, states
from bus.watch.verdicts import Health, Kind, Subject
from tests.support.watched import WELL, always, figures, found, orders, shop

SHOP, BUS = Subject(Kind.SUBSCRIPTION, "shop"), Subject(Kind.BUS)


def state(facts: Facts, subject: Subject) -> State:
    """The state of somebody."""
    return states(facts, found(facts))[subject]


def test_a_bus_that_is_well_is_healthy_all_over() -> None:
    """Everybody is named, the whole bus first."""
    told = states(WELL, found(WELL))
    assert {one.health for one in told.values()} == {Health.HEALTHY}
    assert next(iter(told)) == BUS
    assert [str(subject) for subject in told] == [
        "bus/bus",
        "program/fanout",
        "program/retry",
        "program/ordered",
        "source/oms.order",
        "subscription/shop",
    ]


@pytest.mark.parametrize(
    ("facts", "health", "why"),
    [
        (
            shop(breaker="open", waiting={"1s": Waiting(1)}),
            Health.FAILING,
            "the breaker is open, 1 delivery waits",
        ),
        (
            shop(breaker="open", waiting={"1s": Waiting(2), "5s": Waiting(3)}),
            Health.FAILING,
            "the breaker is open, 5 deliveries wait",
        ),
        (shop(figures=always(figures(900, 100))), Health.FAILING, "deliveries failed"),
        (shop(state="paused", why="as asked"), Health.HELD, "paused: as asked"),
        (shop(unproven=True), Health.HELD, "has yet to say"),
        (shop(figures=always(figures(0))), Health.UNKNOWN, "nothing was sent"),
        (shop(figures={HOUR: figures(9)}), Health.HEALTHY, ""),  # new: no days of it
        (shop(figures=None), Health.UNKNOWN, "nothing has been counted"),
        (shop(breaker=None), Health.UNKNOWN, "nobody can say"),
        (
            replace(WELL, unknown={Part.PROCESSES: "no answer"}),
            Health.UNKNOWN,
            "processes: no answer",
        ),
    ],
)
def test_a_subscription_says_how_it_is_and_why(
    facts: Facts, health: Health, why: str
) -> None:
    """Too little data is a state of its own."""
    told = state(facts, SHOP)
    assert told.health is health
    assert why in "".join(one.why for one in told.reasons[:1])


def test_what_nobody_has_looked_at_yet_makes_nobody_unknown() -> None:
    """A certificate is no reason to say that all of it is unknown."""
    assert state(shop(certificate_known=False), SHOP).health is Health.HEALTHY


def test_a_partners_endpoint_only_degrades_the_bus() -> None:
    """It names whose and why."""
    told = state(shop(breaker="open"), BUS)
    assert told.health is Health.DEGRADED
    assert told.reasons[0].why.startswith("subscription/shop: the breaker is open")


def test_what_is_held_or_idle_does_not_touch_the_whole() -> None:
    """Somebody wants it so, or there is nothing to say."""
    for facts in (shop(state="paused"), shop(figures=always(figures(0)))):
        assert state(facts, BUS).health is Health.HEALTHY


def test_the_whole_is_as_bad_as_its_worst_part() -> None:
    """A missing program fails it; what else is wrong stands behind that."""
    facts = replace(
        orders(still={1: 500.0}), programs=(ProgramFacts(name="retry"),), quarantined=3
    )
    told = state(facts, BUS)
    assert told.health is Health.FAILING
    assert [reason.rule for reason in told.reasons] == [
        "program_missing",
        "partition_stopped",
        "quarantine",
    ]


def test_without_facts_nobody_can_say_how_the_bus_is() -> None:
    """Unless something is known to be wrong anyway."""
    blind = replace(WELL, unknown={Part.SUBSCRIPTIONS: "no answer within 5 s"})
    assert state(blind, BUS).health is Health.UNKNOWN
    assert state(replace(blind, quarantined=1), BUS).health is Health.DEGRADED
    without_log = replace(WELL, unknown={Part.COUNTS: "there is no log"})
    assert state(without_log, BUS).health is Health.HEALTHY
