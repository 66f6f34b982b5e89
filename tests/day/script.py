"""The day's script: what happens when, and who is to notice. Minutes of the day."""

from dataclasses import replace
from typing import NamedTuple

from bus.topics.topic import Cluster
from tests.day import acts
from tests.day.acts import Acts
from tests.day.incident import Incident

_DAY = 24 * 60.0


class _When(NamedTuple):
    at: float
    lasts: float


def _h(hour: int, minute: int, lasts: float) -> _When:
    return _When(hour * 60.0 + minute, lasts)


def _made(
    name: str,
    when: _When,
    pair: Acts,
    by: tuple[str, ...],
    along: tuple[str, ...],
    *,
    pages: bool,
) -> Incident:
    return Incident(
        name=name,
        at=when.at,
        lasts=when.lasts,
        begin=pair[0],
        end=pair[1],
        by=by,
        along=along,
        pages=pages,
    )


def _page(
    name: str, when: _When, pair: Acts, *by: str, along: tuple[str, ...] = ()
) -> Incident:
    """Somebody is woken."""
    return _made(name, when, pair, by, along, pages=True)


def _ticket(
    name: str, when: _When, pair: Acts, *by: str, along: tuple[str, ...] = ()
) -> Incident:
    """It is on the list, and wakes nobody."""
    return _made(name, when, pair, by, along, pages=False)


def _partner(what: str, who: str, when: _When, pair: Acts, *rules: str) -> Incident:
    """It is a partner's own, and wakes nobody."""
    by = tuple(f"{rule}:subscription/{who}" for rule in rules)
    along = tuple(f"{rule}:subscription/{who}" for rule in _OF_PARTNERS)
    made = _made(f"{what} ({who})", when, pair, by, along, pages=False)
    return replace(made, within=75.0)


def _harmless(name: str, when: _When, pair: Acts) -> Incident:
    """Nobody is to hear of it."""
    return _made(name, when, pair, (), (), pages=False)


_OF_PARTNERS = (
    "burns_*",
    "breaker_open",
    "dead_letters",
    "slow",
    "certificate_expiring",
)
_TWO_OF_THREE = Cluster((0, 1), missing=(2,), thin=40)
_ALL = tuple(acts.USUAL)
_NOTHING: Acts = (lambda _: None, lambda _: None)

INCIDENTS = (
    _ticket(
        "one of two retry processes lost",
        _h(0, 30, 25),
        acts.killed("retry-1"),
        "process_silent:program/retry",
    ),
    _partner(
        "wrong secret: 401",
        "carrier-a",
        _h(1, 0, 180),
        acts.down("carrier-a", said=401),
        "dead_letters",
    ),
    _ticket(
        "a certificate with two weeks left",
        _h(4, 0, 120),
        acts.shows("tax", 365),
        "certificate_expiring:subscription/tax",
    ),
    _ticket(
        "a broker away",
        _h(5, 0, 30),
        acts.cluster(_TWO_OF_THREE),
        "broker_missing:bus/bus",
    ),
    _partner(
        "expired certificate",
        "market-a",
        _h(11, 0, 150),
        acts.expired("market-a"),
        "burns_fast",
        "breaker_open",
        "certificate_expiring",
    ),
    _partner("endpoint down", "erp", _h(6, 0, 45), acts.down("erp"), "burns_fast"),
    _partner(
        "endpoint down, few events",
        "boutique",
        _h(6, 30, 240),
        acts.down("boutique"),
        "breaker_open",
        "dead_letters",
    ),
    _page(
        "poison order", _h(7, 30, 30), acts.poison("oms.order"), "quarantine:bus/bus"
    ),
    _partner("slow endpoint", "crm", _h(8, 0, 75), acts.slow("crm", 3.2), "slow"),
    _page(
        "a partition stopped",
        _h(9, 45, 20),
        acts.stuck("oms.order", 2),
        "partition_stopped:source/oms.order",
    ),
    _ticket(
        "a secret that ends",
        _h(10, 0, 120),
        acts.secret_ends("mail", 6 * 86_400),
        "secret_ending:subscription/mail",
    ),
    _page(
        "source silent",
        _h(10, 30, 30),
        acts.surge("oms.payment", 0.0),
        "silent:source/oms.payment",
    ),
    _ticket(
        "a source at a tenth",
        _h(11, 30, 40),
        acts.surge("oms.order", 0.1),
        "unusual_volume:source/oms.order",
    ),
    _partner("410 Gone", "market-b", _h(12, 0, 60), acts.gone("market-b"), "disabled"),
    _page(
        "all ordered processes lost",
        _h(12, 40, 15),
        acts.killed("ordered-1"),
        "program_missing:program/ordered",
    ),
    _page(
        "a burst beyond what is possible",
        _h(13, 15, 20),
        acts.surge("oms.inventory", 40.0),
        "lag:source/oms.*",
        along=("unusual_volume:source/oms.inventory",),
    ),
    _partner(
        "a third of requests time out",
        "loyalty",
        _h(14, 15, 60),
        acts.flaky("loyalty", 0.3, "timeout", 5.0),
        "slow",
        "dead_letters",
    ),
    _ticket(
        "the log's database away",
        _h(15, 20, 25),
        acts.log_away("disk full"),
        "log_behind:program/projector",
    ),
    _ticket(
        "the log ten minutes late",
        _h(16, 20, 40),
        acts.log_late(600),
        "log_behind:program/projector",
    ),
    _page("Kafka away", _h(17, 20, 8), acts.KAFKA_AWAY, "kafka_away:bus/bus"),
    _page(
        "many endpoints away: our way out",
        _h(18, 0, 15),
        acts.down(*_ALL, said="connect"),
        "many_failing:bus/bus",
    ),
    _page(
        "the registry away",
        _h(19, 10, 15),
        acts.unready("fanout", "schemas", "waits for schema id 7"),
        "not_ready:program/fanout",
    ),
    _ticket(
        "retries three minutes late",
        _h(19, 45, 25),
        acts.together(acts.retries_late(180), acts.flaky("bi", 0.2, 503, 0.1)),
        "retries_late:program/retry",
    ),
    _partner(
        "throttles four of five",
        "wms",
        _h(20, 30, 45),
        acts.throttling("wms", 5),
        "dead_letters",
        "burns_fast",
    ),
    _page(
        "all fan-out processes lost",
        _h(21, 40, 12),
        acts.killed("fanout-1", "fanout-2"),
        "program_missing:program/fanout",
    ),
    _partner(
        "one type refused: 5 %",
        "ledger",
        _h(15, 0, 420),
        acts.flaky("ledger", 0.05, 422, 0.1),
        "dead_letters",
        "burns_slow",
    ),
)

HARMLESS = (
    _harmless("a quiet night", _h(2, 0, 120), _NOTHING),
    _harmless(
        "a killed process, replaced at once", _h(3, 15, 1), acts.killed("ordered-1")
    ),
    _harmless("a rolling deployment", _h(7, 5, 15), acts.rolling()),
    _harmless("half a minute of 503", _h(8, 40, 1), acts.down("erp")),
    _harmless("paused by an operator", _h(9, 0, 150), acts.paused("fraud")),
    _harmless(
        "a topic's holiday: half the usual",
        _h(3, 30, 230),
        acts.surge("oms.shipment", 0.5),
    ),
    _harmless(
        "a burst of three minutes", _h(16, 0, 3), acts.surge("oms.inventory", 3.0)
    ),
    _harmless(
        "one in a hundred 503, made good",
        _h(13, 0, 60),
        acts.flaky("bi", 0.01, 503, 0.1),
    ),
    _harmless(
        "slower than usual, within the objective",
        _h(22, 0, 60),
        acts.slow("carrier-b", 0.8),
    ),
)
SCRIPT = INCIDENTS + HARMLESS
