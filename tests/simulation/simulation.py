"""One simulation: a plan carried out, then held against the promises."""

import gc
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bus.delivery.choices import Ordering
from bus.delivery.delivery import Attempt
from processors.delivery.engine import Engine
from tests.guarantees import DelayPrecision, Isolation, NothingLost, Pair
from tests.simulation.director import Director
from tests.simulation.known import Known
from tests.simulation.plan import Fate, Kind, Mood, Plan
from tests.simulation.programs import MakeEngine
from tests.simulation.rest import lagging
from tests.simulation.scheduler import EPOCH
from tests.simulation.witness import Witness
from tests.simulation.world import TOPOLOGY, World

_WITHIN_S = 0.3
_LATE_S = 0.05
_ROUNDING_S = 2e-6
_SECOND = 2


@dataclass(frozen=True)
class Verdict:
    """What a simulation came to: the promises broken, and what happened."""

    plan: Plan
    violations: tuple[str, ...]
    trace: tuple[str, ...]
    steps: int
    repeated: int


def simulate(
    plan: Plan, *, make_engine: MakeEngine = Engine, tracing: bool = False
) -> Verdict:
    """Carry out a plan; the same plan always comes to the same."""
    collecting = gc.isenabled()
    gc.disable()  # what a dead process held must not be collected, and clean up
    world = World(plan, tracing=tracing)
    try:
        violations = tuple(_run(world, make_engine))
    finally:
        if collecting:
            gc.enable()
    return Verdict(
        plan,
        violations,
        tuple(world.trace),
        world.loop.steps,
        len(world.witness.duplicates.repeated),
    )


def _run(world: World, make_engine: MakeEngine) -> Iterator[str]:
    director = world.context.run(Director, world, make_engine)
    try:
        rested = world.loop.simulate(director.run())
    except AssertionError as error:
        yield f"Stuck: {error}"
        rested = True
    if not rested:
        yield f"Stuck: {'; '.join(lagging(world))}"
    yield from world.witness.violations
    yield from (f"Trouble: {trouble}" for trouble in world.loop.troubles)
    yield from judge(world.plan, world.witness)


def judge(plan: Plan, witness: Witness) -> Iterator[str]:
    """The promises that are checked when all is over."""
    for promise in (
        _nothing_lost(witness),
        witness.order,
        witness.duplicates,
        *_delays(plan, witness),
        _isolation(plan, witness),
    ):
        try:
            promise.check()
        except AssertionError as error:
            yield f"{type(promise).__name__}: {error}"


def _nothing_lost(witness: Witness) -> NothingLost:
    promise = NothingLost()
    for known in witness.events.values():
        excused = witness.excused(known)
        quarantined = known.id in witness.quarantined
        if witness.stands_aside(known) and (quarantined or not excused):
            promise.produced(known.id, ["quarantine"])
        for subscription in witness.versions:
            pair = Pair(known.id, subscription)
            begun = witness.hops[pair] and not witness.precedes(known, subscription)
            required = witness.required(known, subscription) and not excused
            wanted = begun or required
            if wanted and known.fate is not Fate.ASIDE:
                promise.produced(known.id, [subscription])
            _found(witness, promise, pair)
        if quarantined:
            promise.received(known.id, "quarantine")
    return promise


def _found(witness: Witness, promise: NothingLost, pair: Pair) -> None:
    dead = any(hop.reason for hop in witness.hops[pair]) or pair in witness.aside
    accepted = witness.duplicates.accepted[pair] > 0
    if dead or accepted or (pair in witness.acked and pair in promise.expected):
        promise.received(*pair)
        known = witness.events[pair.event_id]
        if witness.possible(known, pair.subscription):
            promise.produced(pair.event_id, [pair.subscription])


def _steady(plan: Plan, witness: Witness) -> set[str]:
    """Subscriptions that nothing keeps from being served at once."""
    return {
        p.id
        for p in plan.partners
        if plan.options.calm
        and p.id not in witness.disturbed
        and len(witness.versions.get(p.id, ())) == 1
        and p.concurrency >= len(plan.sends)
        and p.rate is None
    }


def _delays(plan: Plan, witness: Witness) -> tuple[DelayPrecision, DelayPrecision]:
    """Never early for all, hardly ever late for those that nothing holds up."""
    any_time, in_time = DelayPrecision(p95_s=float("inf")), DelayPrecision(_LATE_S)
    if any(t.kind is Kind.CLOCK_JUMP for t in plan.troubles):
        return any_time, in_time
    steady = _steady(plan, witness)
    ordered = {p.id for p in plan.partners if p.ordering is Ordering.KEY}
    ends: dict[tuple[object, Pair, int], list[float]] = defaultdict(list)
    for process, attempt in witness.attempts:
        pair = Pair(attempt.event_id, attempt.subscription)
        at = attempt.started_us / 1e6 + _ROUNDING_S
        ends[process, pair, attempt.number].append(at + attempt.duration_us / 1e6)
        before = ends.get((process, pair, attempt.number - 1))
        if attempt.number < _SECOND:
            continue
        if pair.subscription not in ordered:
            due = _due(witness, attempt, at)
            any_time.started(*pair, due, at)
            if pair.subscription in steady and plan.refusal is None:
                in_time.started(*pair, due, at)
        elif before is not None:
            wait_s = _waits(witness, attempt) - 2 * _ROUNDING_S
            due = _latest([end + wait_s for end in before], at)
            any_time.started(*pair, due, at)
    return any_time, in_time


def _due(witness: Witness, attempt: Attempt, at: float) -> float:
    """When the hop was due that led to an attempt."""
    dues = [
        EPOCH + int(hop.at * 1000) / 1000 + TOPOLOGY.tiers[hop.tier]
        for hop in witness.hops[Pair(attempt.event_id, attempt.subscription)]
        if hop.tier and not hop.reason and hop.attempts == attempt.number - 1
    ]
    return _latest(dues, at)


def _latest(dues: Sequence[float], at: float) -> float:
    """The latest that fits, as there may be several after a crash; else the first."""
    return max((due for due in dues if due <= at), default=min(dues))


def _waits(witness: Witness, attempt: Attempt) -> float:
    """How long an ordered delivery waits at least before an attempt, in place."""
    schedules = [s.retry for _, s in witness.versions[attempt.subscription]]
    return min(
        TOPOLOGY.tiers[retry[min(attempt.number, len(retry) + 1) - 2]]
        for retry in schedules
    )


def _isolation(plan: Plan, witness: Witness) -> Isolation:
    promise = Isolation(_WITHIN_S)
    good = {p.id for p in plan.partners if p.mood is Mood.GOOD and not p.late}
    served = good & _steady(plan, witness)
    begun: dict[Pair, float] = defaultdict(lambda: float("inf"))
    for _, attempt in witness.attempts:
        pair = Pair(attempt.event_id, attempt.subscription)
        begun[pair] = min(begun[pair], attempt.started_us / 1e6 - EPOCH)
    for pair, at in begun.items():
        event = witness.events[pair.event_id]
        if pair.subscription in served and not _behind_a_refusal(plan, witness, event):
            promise.first_attempt(pair.subscription, at - event.at)
    return promise


def _behind_a_refusal(plan: Plan, witness: Witness, event: Known) -> bool:
    """Whether an event or one before it in its partition waits for its schema."""
    partition, offset = event.record[1:3]
    return any(
        plan.refuses(int.from_bytes((known.record.value or b"")[1:5], "big") - 1)
        for known in witness.events.values()
        if known.record[1] == partition and known.record[2] <= offset
    )
