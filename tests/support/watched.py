"""Facts to judge: a bus that is well, and what is to be said otherwise."""

from collections.abc import Mapping
from dataclasses import replace

from bus.intake.health.figures import Figures as Counted
from bus.intake.health.figures import SourceFigures
from bus.log.health import Figures
from bus.watch.facts import (
    SPANS,
    Facts,
    IntakeFacts,
    LogFacts,
    ProgramFacts,
    SourceFacts,
    SubscriptionFacts,
)
from bus.watch.limits import Limits
from bus.watch.rules import Judged, judged
from bus.watch.verdicts import Subject

AT = 1_790_000_000.0
LIMITS = Limits()


def figures(accepted: int = 0, dead: int = 0, p95_s: float | None = 0.1) -> Figures:
    """Figures of a span: so many accepted, so many given up."""
    attempts = accepted + dead
    p95_us = None if p95_s is None else p95_s * 1e6
    return Figures(
        attempts=attempts,
        accepted=accepted,
        held=0,
        dead_letters=dead,
        success_rate=accepted / attempts if attempts else None,
        p50_us=p95_us,
        p95_us=p95_us,
        p99_us=p95_us,
    )


def always(one: Figures) -> Mapping[int, Figures]:
    """The same figures in every span."""
    return dict.fromkeys(SPANS, one)


SHOP = SubscriptionFacts(id="shop", figures=always(figures(1_000)))
ORDERS = SourceFacts(name="oms.order")
WELL = Facts(
    at=AT,
    subscriptions=(SHOP,),
    sources=(ORDERS,),
    programs=tuple(
        ProgramFacts(name=name, awake=("host/1",))
        for name in ("fanout", "retry", "ordered")
    ),
    log=LogFacts(lag_s=1.0),
)


def shop(**changes: object) -> Facts:
    """A bus that is well but for what is said of its one subscription."""
    return replace(WELL, subscriptions=(replace(SHOP, **changes),))  # type: ignore[arg-type]


def orders(**changes: object) -> Facts:
    """A bus that is well but for what is said of its one source topic."""
    return replace(WELL, sources=(replace(ORDERS, **changes),))  # type: ignore[arg-type]


def intake(**changes: object) -> Facts:
    """A bus that is well but for what is said of its one source of intake."""
    one = IntakeFacts(id="shop-eu", figures=SourceFigures(last=AT))
    return replace(WELL, intakes=(replace(one, **changes),))  # type: ignore[arg-type]


def hour(**counts: int) -> SourceFigures:
    """A source that did this in the last hour."""
    return SourceFigures(last=AT, hour=Counted(counts))


def sent(**counts: int) -> Facts:
    """A bus whose one source did this in the last hour."""
    return intake(figures=hour(**counts))


def found(facts: Facts) -> Judged:
    """What the rules find."""
    return judged(facts, LIMITS)


def said(facts: Facts) -> Mapping[str, Subject]:
    """By rule, of whom something is found."""
    return {f.rule.name: f.subject for f in found(facts).findings}
