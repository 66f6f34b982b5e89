"""Each rule: what makes it speak, and what does not."""

from dataclasses import replace

import pytest

from bus.intake.health.figures import Figures as Counted
from bus.intake.health.figures import SourceFigures
from bus.log.health import Figures
from bus.watch.facts import (
    FIVE_MINUTES,
    HALF_HOUR,
    HOUR,
    Arrivals,
    ClusterFacts,
    Facts,
    LogFacts,
    ParkedFacts,
    Part,
    ProgramFacts,
    SubscriptionFacts,
    Waiting,
)
from bus.watch.rules import RULES
from bus.watch.verdicts import Kind, Subject
from tests.support.watched import (
    AT,
    SHOP,
    WELL,
    always,
    figures,
    found,
    hour,
    intake,
    orders,
    said,
    sent,
    shop,
)

DAY_S = 86_400.0
SHOP_SUBJECT = Subject(Kind.SUBSCRIPTION, "shop")


def fares(**spans: Figures) -> Facts:
    """A shop with other figures in some spans."""
    named = {"five": FIVE_MINUTES, "half": HALF_HOUR, "hour": HOUR}
    return shop(
        figures={**always(figures(1_000)), **{named[n]: f for n, f in spans.items()}}
    )


SPEAKING: dict[str, Facts] = {
    "breaker_open": shop(breaker="open", waiting={"30s": Waiting(7, 12.0)}),
    "burns_fast": fares(five=figures(90, 10), hour=figures(900, 100)),
    "burns_medium": shop(figures=always(figures(950, 50))),
    "burns_slow": shop(figures=always(figures(9_900, 100))),
    "slow": shop(figures=always(figures(200, p95_s=4.0))),
    "dead_letters": fares(half=figures(95, 5)),
    "disabled": shop(state="disabled", why="answered 410"),
    "secret_ending": shop(secret_ends=AT + 3 * DAY_S),
    "certificate_expiring": shop(certificate_ends=AT - 60),
    "many_failing": replace(
        WELL,
        subscriptions=[
            *(replace(SHOP, id=f"bad-{n}", breaker="open") for n in range(3)),
            *(replace(SHOP, id=f"good-{n}") for n in range(9)),
        ],
    ),
    "filters_dear": shop(overdrawn=True),
    "retries_late": shop(waiting={"5s": Waiting(3, 20.0)}, delays={"5s": 5.0}),
    "lag": orders(waiting=Waiting(40, 61.0)),
    "partition_stopped": orders(waiting=Waiting(2, 5.0), still={4: 130.0}),
    "silent": orders(arrivals=Arrivals(silent_s=600, expected=14.0)),
    "unusual_volume": orders(arrivals=Arrivals(z=(0.1, 7.0, 8.0, 0.0, 9.0))),
    "program_missing": replace(WELL, programs=(ProgramFacts(name="retry"),)),
    "process_silent": replace(
        WELL, programs=(ProgramFacts(name="retry", awake=["a/1"], silent=["b/2"]),)
    ),
    "not_ready": replace(
        WELL,
        programs=(ProgramFacts(name="retry", awake=["a/1"], not_ready={"a/1": "x"}),),
    ),
    "log_behind": replace(WELL, log=LogFacts(301.0)),
    "quarantine": replace(WELL, quarantined=1),
    "parked_value": replace(
        WELL,
        parked=[
            ParkedFacts(
                group=f"f1-{n}",
                name="sku-known",
                orders=3,
                at_risk=risk,
                currency="EUR",
                new=new,
                assigned=assigned,
            )
            for n, (risk, new, assigned) in enumerate(
                [
                    (1_001.0, True, False),
                    (999.0, True, False),
                    (5_000.0, False, False),
                    (5_000.0, True, True),
                ]
            )
        ],
    ),
    "kafka_away": replace(WELL, cluster=ClusterFacts(offline=2)),
    "broker_missing": replace(WELL, cluster=ClusterFacts(away=[3])),
    "intake_silent": intake(arrivals=Arrivals(silent_s=600, expected=14.0)),
    "intake_waiting": intake(waiting=Waiting(40, 61.0), still={3: 130.0}),
    "intake_refused": sent(came=80, **{"refused.mismatch": 20}),
    "intake_unmapped": sent(told=90, **{"parked.map": 10}),
    "intake_gaps": intake(figures=SourceFigures(missing=1, first_missing=(7,))),
    "intake_uncaptured": intake(
        figures=SourceFigures(day=Counted({"listed": 200, "missed": 20}))
    ),
    "intake_unreconciled": sent(**{"round.failed": 3}),
    "intake_unregistered": intake(
        figures=SourceFigures(lately=Counted({"webhooks.gone": 1}))
    ),
    "intake_fields": intake(figures=SourceFigures(gone=(("orders/create", "id"),))),
    "intake_put_off": sent(came=80, put_off=20),
    "intake_slow": sent(**{"answer.0.025": 90, "answer.2.5": 10}),
    "intake_repeats": sent(told=50, repeat=50),
    "intake_clock": sent(told=80, ahead=20),
    "intake_old_secret": intake(
        ending={"s-1": AT + 3_600}, figures=hour(**{"secret.s-1": 3, "secret.s-2": 9})
    ),
}


def test_a_bus_that_is_well_says_nothing() -> None:
    """No rule speaks of it, and none is blind."""
    told = found(WELL)
    assert (told.findings, told.blind, told.unsure) == ((), frozenset(), frozenset())


@pytest.mark.parametrize("rule", [rule.name for rule in RULES])
def test_each_rule_speaks_of_what_it_is_for(rule: str) -> None:
    """With evidence, and of nobody else."""
    findings = [f for f in found(SPEAKING[rule]).findings if f.rule.name == rule]
    assert len(findings) == 1
    assert findings[0].evidence


@pytest.mark.parametrize("rule", [rule.name for rule in RULES if rule.needs])
def test_a_rule_without_its_facts_is_blind(rule: str) -> None:
    """It says nothing then, and that it knows nothing."""
    part = next(r for r in RULES if r.name == rule).needs
    for one in part:
        told = found(replace(SPEAKING[rule], unknown={one: "no answer"}))
        assert rule in told.blind
        assert rule not in {f.rule.name for f in told.findings}


def test_kafka_without_an_answer_is_away() -> None:
    """What no other rule can say anything about."""
    facts = replace(WELL, unknown={Part.CLUSTER: "no answer within 5 s"})
    assert said(facts)["kafka_away"] == Subject(Kind.BUS)


@pytest.mark.parametrize(
    "facts",
    [
        shop(breaker="open", state="paused"),
        shop(breaker="half_open", unproven=True),
        shop(figures=always(figures(0, 500)), state="paused"),
        shop(waiting={"5s": Waiting(3, 900.0)}, delays={"5s": 5.0}, state="paused"),
    ],
)
def test_what_somebody_holds_is_no_trouble(facts: Facts) -> None:
    """A paused subscription fails nobody."""
    assert not said(facts).keys() & {"breaker_open", "burns_fast", "retries_late"}


@pytest.mark.parametrize(
    ("facts", "rule"),
    [
        (fares(five=figures(10, 2), hour=figures(40, 8)), "burns_fast"),
        (fares(five=figures(1_000, 0), hour=figures(900, 100)), "burns_fast"),
        (fares(five=figures(97, 3), hour=figures(970, 30)), "burns_fast"),
        (shop(figures=always(figures(20, p95_s=4.0))), "slow"),
        (fares(five=figures(200, p95_s=0.1)), "slow"),
        (fares(half=figures(995, 5)), "dead_letters"),
        (fares(half=figures(59, 1)), "dead_letters"),
        (shop(secret_ends=AT + 8 * DAY_S), "secret_ending"),
        (shop(certificate_ends=AT + 15 * DAY_S), "certificate_expiring"),
        (orders(waiting=Waiting(100_000, 59.0)), "lag"),
        (orders(still={4: 130.0}, read=False), "partition_stopped"),
        (orders(arrivals=Arrivals(silent_s=600, expected=13.0)), "silent"),
        (orders(arrivals=Arrivals(silent_s=9e9, expected=None)), "silent"),
        (orders(arrivals=Arrivals(z=(7.0, -7.0, 0, 0, 7.0))), "unusual_volume"),
        (shop(waiting={"5s": Waiting(3, 9.0)}, delays={"5s": 5.0}), "retries_late"),
        (shop(waiting={"gone": Waiting(3, 900.0)}), "retries_late"),
        (
            shop(waiting={"5s": Waiting(3, 99.0)}, delays={"5s": 5.0}, breaker="open"),
            "retries_late",
        ),
        (
            shop(overdrawn=True, waiting={"5s": Waiting(3, 90.0)}, delays={"5s": 5.0}),
            "retries_late",
        ),
    ],
)
def test_near_misses_are_none(facts: Facts, rule: str) -> None:
    """Too few to say, only one of two spans, below the limit."""
    assert rule not in said(facts)


def test_deliveries_that_are_late_burn_the_budget_too() -> None:
    """An endpoint that is down gives nothing up for two days; it is late at once."""
    down = figures(0, 0, p95_s=None)
    facts = shop(
        figures={**always(figures(500)), FIVE_MINUTES: down}, late=60, breaker="open"
    )
    assert said(facts)["burns_fast"] == SHOP_SUBJECT


def test_one_partner_of_many_pages_nobody() -> None:
    """However many deliveries it has: its ticket is a ticket."""
    many = [replace(SHOP, id=f"good-{n}") for n in range(9)]
    down = SubscriptionFacts(
        id="big", breaker="open", figures=always(figures(0, 10**6))
    )
    told = found(replace(WELL, subscriptions=[*many, down]))
    assert {f.rule.severity.value for f in told.findings} == {"ticket"}


def test_what_a_topic_cannot_tell_is_no_lag_and_no_calm() -> None:
    """The oldest record could not be read: nobody knows."""
    told = found(orders(waiting=Waiting(5, None)))
    assert ("lag", Subject(Kind.SOURCE, "oms.order")) in told.unsure
    assert "lag" not in {f.rule.name for f in told.findings}


def test_a_certificate_that_nobody_has_seen_yet_ends_no_alert() -> None:
    """After a restart it takes a while until all endpoints were looked at."""
    told = found(shop(certificate_known=False))
    assert told.unsure == {("certificate_expiring", SHOP_SUBJECT)}


def test_rules_have_names_and_say_what_they_mean() -> None:
    """Each once, each in a sentence."""
    assert len({rule.name for rule in RULES}) == len(RULES)
    assert all(rule.meaning.endswith(".") for rule in RULES)


@pytest.mark.parametrize(
    ("records", "words"), [(1, "1 record waits,"), (40, "40 records wait,")]
)
def test_one_record_waits_and_many_wait(records: int, words: str) -> None:
    """As people say it."""
    (lag,) = found(orders(waiting=Waiting(records, 61.0))).findings
    assert lag.evidence.startswith(words)
