"""Compares what two senders sent: paired, judged, counted; nothing goes unsaid."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeAlias

from bus.intake.verifying.verdict import Secret
from bus.migration.absent import absent_cases, is_older
from bus.migration.bodies import compare_bodies
from bus.migration.comparison import Case, Class, Comparison, Period
from bus.migration.differing import Difference
from bus.migration.figures import spread
from bus.migration.heads import compare_headers, compare_signatures
from bus.migration.naming import Kind
from bus.migration.noise import learnt
from bus.migration.omitted import omitted
from bus.migration.pairing import Pair, Pairs, Told, pair
from bus.migration.sent import Sent, Side
from bus.migration.sequence import sequences
from bus.migration.terms import Terms
from bus.times import moment_of

Alone: TypeAlias = Callable[[str, int], bool]
"""Whether the new side alone has to send what an order told at a moment, ms."""


def never_alone(_order: str, _at_ms: int) -> bool:
    """Of what no side has taken over."""
    return False


def compare(
    old: Sequence[Sent],
    new: Sequence[Sent],
    terms: Terms,
    secrets: Mapping[Side, Sequence[Secret]],
    alone: Alone = never_alone,
    until_ms: int | None = None,
) -> Comparison:
    """Compare all requests of two sides.

    What the new side has to send alone lacks no partner, nor does what went out from
    `until_ms` on, when the other recording may have ended; how much that is, is said.
    """
    found = Comparison(old=_period(old), new=_period(new))
    pairs = pair(old, new)
    found.paired = _paired(pairs.pairs)
    swapped = sequences(pairs.pairs)
    found.orders = swapped.orders
    out_of_order = {
        id(one.then): Difference(Kind.ORDER, "order", *_places(one.first, one.then))
        for one in swapped.swapped
    }
    for one in pairs.pairs:
        _judge(one, out_of_order.get(id(one)), found, terms, secrets)
    _doubled(pairs, found)
    owned = [*_owned(pairs, alone), *_recent(pairs, until_ms)]
    for case in absent_cases(pairs):
        found.tally(case.type).counts[Class.UNPAIRED] += 1
        found.add(Class.UNPAIRED, case)
    _late(pairs.pairs, found, terms)
    found.noise = learnt(pairs, terms)
    found.left_out = [*omitted(old, new, terms), *owned]
    return found


def _owned(pairs: Pairs, alone: Alone) -> Sequence[str]:
    """Take out what the new side has to send alone; say how much that was."""
    before = len(pairs.new_only)
    pairs.new_only = [
        one for one in pairs.new_only if not alone(one.counts.order, one.counts.at_ms)
    ]
    if taken := before - len(pairs.new_only):
        return [f"{taken:,} events of orders that the new side has to send alone"]
    return []


def _recent(pairs: Pairs, until_ms: int | None) -> Sequence[str]:
    """Take out what has no partner, from a moment on; say how much that was."""
    if until_ms is None:
        return []
    before = len(pairs.old_only) + len(pairs.new_only)
    pairs.old_only = [x for x in pairs.old_only if x.counts.at_ms < until_ms]
    pairs.new_only = [x for x in pairs.new_only if x.counts.at_ms < until_ms]
    taken = before - len(pairs.old_only) - len(pairs.new_only)
    when = moment_of(until_ms)
    return [f"{taken:,} requests without a partner from {when} on"] if taken else []


def _period(sent: Sequence[Sent]) -> Period:
    times = [one.at_ms for one in sent]
    return Period(len(sent), min(times, default=None), max(times, default=None))


def _paired(pairs: Sequence[Pair]) -> Period:
    """From the first to the last pair, on the side on which that is shorter.

    The sides need not overlap: the one may have been made of what is long past.
    """
    sides = (
        _period([x.old.counts for x in pairs]),
        _period([x.new.counts for x in pairs]),
    )
    return min(sides, key=lambda one: (one.last_ms or 0) - (one.first_ms or 0))


def _places(first: Pair, then: Pair) -> tuple[str, str]:
    left, right = first.old.counts, then.old.counts
    one, other = (f"{x.type} {x.version}".strip() for x in (left, right))
    return f"{one}, then {other}", f"{other}, then {one}"


def _judge(
    one: Pair,
    swapped: Difference | None,
    found: Comparison,
    terms: Terms,
    secrets: Mapping[Side, Sequence[Secret]],
) -> None:
    old, new = one.old.counts, one.new.counts
    body = compare_bodies(old, new, terms)
    used = set(body.rules)
    told = [*_about(old, new), *body.differences]
    told += compare_headers(old, new, terms.headers, used)
    told += compare_signatures(old, new, terms, secrets)
    if swapped is not None:
        told.append(swapped)
    tally = found.tally(old.type)
    if told:
        tally.counts[Class.DIFFERENT] += 1
        found.add(Class.DIFFERENT, Case(old.type, old.order, tuple(told), old, new))
        return
    tally.counts[Class.EQUIVALENT if used else Class.IDENTICAL] += 1
    tally.rules.update(used)


def _about(old: Sent, new: Sent) -> Iterator[Difference]:
    """Whether two that share an id tell the same, and ended alike."""
    if old.type != new.type:
        yield Difference(Kind.EVENT_TYPE, "type", old.type, new.type)
    if old.version and new.version and old.version != new.version:
        older = is_older(new.version, old.version)
        kind = Kind.STALE if older else Kind.VALUE
        yield Difference(kind, "version", old.version, new.version)
    if None not in (took := (old.accepted, new.accepted)) and took[0] != took[1]:
        yield Difference(Kind.OUTCOME, "outcome", old.outcome, new.outcome)


def _doubled(pairs: Pairs, found: Comparison) -> None:
    """What one side sent again though it was taken, and the other did not."""
    for one in pairs.pairs:
        left, right = len(one.old.doubled), len(one.new.doubled)
        if right > left:
            _double(one.new, one.old.counts, found)
    for alone in pairs.new_only:
        if alone.doubled:
            _double(alone, None, found)


def _double(told: Told, old: Sent | None, found: Comparison) -> None:
    counts = told.counts
    times = f"{1 + len(told.doubled)} times"
    one = Difference(Kind.DUPLICATE, "request", "once" if old else "", times)
    case = Case(counts.type, counts.order, (one,), old, told.doubled[0])
    found.tally(counts.type).counts[Class.UNPAIRED] += 1
    found.add(Class.UNPAIRED, case)


def _late(pairs: Sequence[Pair], found: Comparison, terms: Terms) -> None:
    """Compare how late the sides are, type by type: a matter of many, not of one."""
    times: defaultdict[str, dict[Side, list[int]]] = defaultdict(
        lambda: {Side.OLD: [], Side.NEW: []}
    )
    slowest: dict[str, Pair] = {}
    for one in pairs:
        before, after = one.old.counts.latency_ms, one.new.counts.latency_ms
        if before is None or after is None:
            continue
        name = one.old.counts.type
        times[name][Side.OLD].append(before)
        times[name][Side.NEW].append(after)
        other = slowest.setdefault(name, one)
        if after > (other.new.counts.latency_ms or 0):
            slowest[name] = one
    for name, both in times.items():
        left, right = spread(both[Side.OLD]), spread(both[Side.NEW])
        found.tally(name).latency = {Side.OLD: left, Side.NEW: right}
        limit = terms.latency
        if not left or not right:
            continue
        if right.p95 > left.p95 * limit.times + limit.more_ms:
            worst = slowest[name]
            told = f"95 % within {left.p95:,} ms", f"95 % within {right.p95:,} ms"
            one_ = Difference(Kind.LATENCY, "latency", *told)
            old, new = worst.old.counts, worst.new.counts
            found.add(Class.DIFFERENT, Case(name, old.order, (one_,), old, new))
