"""One cause is told once: what another alert says already begins none of its own."""

from dataclasses import replace

from bus.watch.alerts import Alert, Phase, advance
from bus.watch.covering import COVERS
from bus.watch.facts import SPANS, Facts, ProgramFacts, Waiting
from bus.watch.rules import BY_NAME
from tests.support.watched import AT, WELL, figures, found, orders, shop

STOPPED = orders(waiting=Waiting(40, 200.0), still={4: 130.0})
LATE = orders(waiting=Waiting(40, 200.0))
LAG, STILL = "lag:source/oms.order", "partition_stopped:source/oms.order"


def lived(*moments: tuple[float, Facts]) -> dict[str, Alert]:
    """All alerts after the facts of some moments."""
    alerts: dict[str, Alert] = {}
    for after_s, facts in moments:
        alerts = dict(advance(alerts, found(facts), AT + after_s))
    return alerts


def test_a_lag_that_a_stopped_partition_explains_is_not_told() -> None:
    """However long it lasts."""
    alerts = lived(*((n * 60.0, STOPPED) for n in range(30)))
    assert alerts[STILL].phase is Phase.FIRING
    assert LAG not in alerts or alerts[LAG].phase is Phase.PENDING


def test_what_goes_on_without_its_cause_is_told() -> None:
    """Once the other has been over for a while."""
    alerts = lived((0, STOPPED), (60, LATE), (130, LATE), (300, LATE), (500, LATE))
    assert alerts[STILL].phase is Phase.RESOLVED
    assert alerts[LAG].phase is Phase.PENDING
    assert advance(alerts, found(LATE), AT + 620)[LAG].phase is Phase.FIRING


def test_what_fires_already_goes_on() -> None:
    """Whoever was told of it hears its end when it is over."""
    alerts = lived((0, LATE), (120, LATE), (130, STOPPED), (300, STOPPED))
    assert alerts[LAG].phase is Phase.FIRING
    assert alerts[STILL].phase is Phase.FIRING


def test_one_missing_program_explains_every_topic() -> None:
    """Its alert is another subject's."""
    gone = replace(LATE, programs=[ProgramFacts(name="fanout")])
    alerts = lived(*((n * 30.0, gone) for n in range(10)))
    assert alerts["program_missing:program/fanout"].phase is Phase.FIRING
    assert LAG not in alerts


def test_covers_are_rules() -> None:
    """Each names a rule that there is, and none itself."""
    assert COVERS.keys() <= BY_NAME.keys()
    for name, cover in COVERS.items():
        named = {other.partition(":")[0] for other in cover.by}
        assert named <= BY_NAME.keys() - {name}


def test_two_that_cover_each_other_are_one_alert() -> None:
    """Found at once, the graver one's."""
    bad = {span: figures(50, 50) for span in SPANS}
    alerts = lived(*((n * 30.0, shop(figures=bad)) for n in range(10)))
    fires = {key for key, one in alerts.items() if one.phase is Phase.FIRING}
    assert fires == {"burns_fast:subscription/shop"}


def test_what_was_over_is_remembered_though_it_nearly_began_anew() -> None:
    """So that it goes on to cover; and it was told of once."""
    dead = shop(figures={span: figures(0, 3) for span in SPANS})
    alerts = lived((0, dead), (60, dead), (90, WELL), (1_900, WELL))
    key = "dead_letters:subscription/shop"
    over = alerts[key].resolved
    assert alerts[key].phase is Phase.RESOLVED
    again = advance(alerts, found(dead), AT + 2_000)
    assert again[key].phase is Phase.PENDING
    after = advance(again, found(WELL), AT + 2_030)[key]
    assert (after.phase, after.resolved) == (Phase.RESOLVED, over)
