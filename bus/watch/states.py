"""How everybody is, with the reasons: out of what the rules found."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bus.watch.facts import (
    FIVE_MINUTES,
    HOUR,
    THREE_DAYS,
    Facts,
    IntakeFacts,
    Part,
    SubscriptionFacts,
)
from bus.watch.of_intake import of as of_source
from bus.watch.rules import BY_NAME, Judged
from bus.watch.verdicts import WORST, Health, Kind, Subject

BUS = Subject(Kind.BUS)
NEEDED = (Part.CLUSTER, Part.PROCESSES, Part.SUBSCRIPTIONS, Part.SOURCES)
"""The parts without which nobody can say how the whole is."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why, and by which rule; empty: by its own word or for want of facts."""

    why: str
    rule: str = ""


@dataclass(frozen=True, slots=True)
class State:
    """How somebody is; the gravest reason first, none for who is healthy."""

    health: Health
    reasons: Sequence[Reason] = ()


HEALTHY = State(Health.HEALTHY)
_IDLE = State(Health.UNKNOWN, (Reason("nothing was sent in the last three days"),))
_UNCOUNTED = State(Health.UNKNOWN, (Reason("nothing has been counted yet"),))
_QUIET = State(Health.UNKNOWN, (Reason("nothing came in the last three days"),))


def states(facts: Facts, found: Judged) -> Mapping[Subject, State]:
    """Return the state of everybody, the whole bus first."""
    said: dict[Subject, list[tuple[Health, Reason]]] = {
        subject: [] for subject in _subjects(facts)
    }
    for subject, health, reason in _all(facts, found):
        said.setdefault(subject, []).append((health, reason))
    told = {subject: _worst(its) for subject, its in said.items()}
    for one in facts.subscriptions:
        if told[of(one)] is HEALTHY:
            told[of(one)] = _idle(one) or HEALTHY
    for source in facts.intakes:
        if told[of_source(source)] is HEALTHY and _is_quiet(source, facts.at):
            told[of_source(source)] = _QUIET
    return {**told, BUS: _whole(facts, told)}


def of(one: SubscriptionFacts) -> Subject:
    """The subject that a subscription is."""
    return Subject(Kind.SUBSCRIPTION, one.id)


def _subjects(facts: Facts) -> Iterator[Subject]:
    yield BUS
    for program in facts.programs:
        yield Subject(Kind.PROGRAM, program.name)
    for source in facts.sources:
        yield Subject(Kind.SOURCE, source.name)
    yield from map(of, facts.subscriptions)
    yield from map(of_source, facts.intakes)


def _all(facts: Facts, found: Judged) -> Iterator[tuple[Subject, Health, Reason]]:
    """What rules found, and what is so without one."""
    for finding in found.findings:
        reason = Reason(finding.evidence, finding.rule.name)
        yield finding.subject, finding.rule.state, reason
    for rule, subject in found.unsure:
        if BY_NAME[rule].state is not Health.FAILING:
            continue  # it is no worse than it would be anyway
        yield subject, Health.UNKNOWN, Reason(f"nobody can say: {rule}", rule)
    unknown = [
        Reason(f"{part}: {facts.unknown[part]}")
        for part in (Part.SUBSCRIPTIONS, Part.PROCESSES)
        if part in facts.unknown
    ]
    for one in facts.subscriptions:
        for reason in unknown:
            yield of(one), Health.UNKNOWN, reason
        if reason_held := _held(one):
            yield of(one), Health.HELD, reason_held
    for source in facts.intakes:
        yield from _of_intake(facts, source)


def _of_intake(
    facts: Facts, one: IntakeFacts
) -> Iterator[tuple[Subject, Health, Reason]]:
    if Part.INTAKES in facts.unknown:
        reason = Reason(f"{Part.INTAKES}: {facts.unknown[Part.INTAKES]}")
        yield of_source(one), Health.UNKNOWN, reason
    if one.state != "active":
        text = f"{one.state}: {one.why}" if one.why else one.state
        yield of_source(one), Health.HELD, Reason(text)


def _held(one: SubscriptionFacts) -> Reason | None:
    if one.state in {"paused", "removing"}:
        return Reason(f"{one.state}: {one.why}" if one.why else one.state)
    if one.unproven:
        return Reason("its endpoint has yet to say that it wants events")
    return None


def _idle(one: SubscriptionFacts) -> State | None:
    """Nothing to judge it by: too little is never healthy."""
    if one.figures is None:
        return _UNCOUNTED
    # The longest span is counted least often: of who is new, a shorter one says it.
    known = any(one.within(span).attempts for span in (THREE_DAYS, HOUR, FIVE_MINUTES))
    return None if known else _IDLE


def _is_quiet(one: IntakeFacts, at: float) -> bool:
    return at - one.figures.last > THREE_DAYS


def _worst(said: Sequence[tuple[Health, Reason]]) -> State:
    if not said:
        return HEALTHY
    ranked = sorted(said, key=lambda one: WORST.index(one[0]))
    return State(ranked[0][0], tuple(reason for _, reason in ranked))


def _whole(facts: Facts, told: Mapping[Subject, State]) -> State:
    """The bus is as bad as its worst part; what is a partner's only degrades it."""
    said: list[tuple[Health, Reason]] = []
    for subject, state in told.items():
        health = state.health
        if subject.kind in {Kind.SUBSCRIPTION, Kind.INTAKE}:
            if health is not Health.FAILING and health is not Health.DEGRADED:
                continue
            health = Health.DEGRADED
        if health is Health.HEALTHY:
            continue
        first = state.reasons[0]
        why = first.why if subject == BUS else f"{subject}: {first.why}"
        said.append((health, Reason(why, first.rule)))
    said += [
        (Health.UNKNOWN, Reason(f"{part}: {facts.unknown[part]}"))
        for part in NEEDED
        if part in facts.unknown
    ]
    return _worst(said)
