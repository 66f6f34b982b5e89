"""Why requests have no partner, as far as their kind can be told."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from decimal import Decimal

from bus.intake.parsing.tree import UnparsableError
from bus.migration.bodies import tree_of
from bus.migration.comparison import Case
from bus.migration.differing import Difference
from bus.migration.leaves import leaves_of, pattern_of
from bus.migration.naming import Kind, number_of
from bus.migration.pairing import Pairs, Told
from bus.migration.sent import Sent

_NOT_THERE = "(not sent)"
_LEAST = 2
"""So many have to share a boundary: one alone shares all of its own values."""


def absent_cases(pairs: Pairs) -> Iterator[Case]:
    """One case for each request without a partner."""
    there = _by_type(pair.old for pair in pairs.pairs)
    stale = dict(_stale(pairs))
    taken = {id(one) for one in stale.values()}
    missing = _by_type(one for one in pairs.old_only if id(one) not in stale)
    extra = _by_type(one for one in pairs.new_only if id(one) not in taken)
    both = {one.counts.type for one in pairs.new_only} | set(there)
    for one in pairs.old_only:
        if id(one) in stale:
            yield _stale_case(one, stale[id(one)])
    for name, group in missing.items():
        yield from _missing(group, there.get(name, ()), dropped=name not in both)
    for name, group in extra.items():
        yield from _extra(group, there.get(name, ()))


def _by_type(facts: Iterable[Told]) -> dict[str, list[Told]]:
    found: defaultdict[str, list[Told]] = defaultdict(list)
    for one in facts:
        found[one.counts.type].append(one)
    return dict(found)


def _stale(pairs: Pairs) -> Iterator[tuple[int, Told]]:
    """Of what the new side did not send: the older version that it sent instead."""
    waiting: defaultdict[tuple[str, str], list[Told]] = defaultdict(list)
    for one in pairs.new_only:
        waiting[one.counts.type, one.counts.order].append(one)
    for one in pairs.old_only:
        sent = one.counts
        for other in waiting[sent.type, sent.order]:
            if is_older(other.counts.version, sent.version):
                waiting[sent.type, sent.order].remove(other)
                yield id(one), other
                break


def is_older(version: str, than: str) -> bool:
    """Whether a version comes before another, where both are numbers."""
    left, right = number_of(version), number_of(than)
    return left is not None and right is not None and left < right


def _stale_case(old: Told, new: Told) -> Case:
    left, right = old.counts, new.counts
    one = Difference(Kind.STALE, "version", left.version, right.version)
    return Case(left.type, left.order, (one,), left, right)


def _missing(
    group: Sequence[Told], there: Sequence[Told], *, dropped: bool
) -> Iterator[Case]:
    edge = None if dropped else boundary(group, there)
    for one in group:
        old = one.counts
        if dropped:
            found = Difference(Kind.DROPPED_TYPE, "type", old.type, _NOT_THERE)
        elif edge is not None:
            found = Difference(Kind.FILTER, edge[0], f"{edge[1]}: sent", _NOT_THERE)
        else:
            found = Difference(Kind.ABSENT, "request", old.place, _NOT_THERE)
        yield Case(old.type, old.order, (found,), old, None)


def _extra(group: Sequence[Told], there: Sequence[Told]) -> Iterator[Case]:
    edge = boundary(group, there)
    for one in group:
        new = one.counts
        if edge is not None:
            found = Difference(Kind.FILTER, edge[0], _NOT_THERE, f"{edge[1]}: sent")
        else:
            found = Difference(Kind.EXTRA, "request", _NOT_THERE, new.place)
        yield Case(new.type, new.order, (found,), None, new)


def boundary(
    group: Sequence[Told], there: Sequence[Told]
) -> tuple[str, Decimal] | None:
    """A number that all of a group have, and what was paired has only beyond it.

    That is what a filter with > in place of >= leaves behind.
    """
    if len(group) < _LEAST or not there:
        return None
    shared = _shared([one.counts for one in group])
    if not shared:
        return None
    beyond = [_numbers(one.counts) for one in there]
    for at, value in shared.items():
        others = [numbers[at] for numbers in beyond if at in numbers]
        if others and (min(others) > value or max(others) < value):
            return at, value
    return None


def _shared(sent: Sequence[Sent]) -> Mapping[str, Decimal]:
    found = dict(_numbers(sent[0]))
    for one in sent[1:]:
        numbers = _numbers(one)
        found = {at: x for at, x in found.items() if numbers.get(at) == x}
    return found


def _numbers(sent: Sent) -> Mapping[str, Decimal]:
    found: dict[str, Decimal] = {}
    with suppress(UnparsableError):
        for path, value in leaves_of(tree_of(sent.body)).items():
            number = number_of(value)
            if number is not None:
                found.setdefault(pattern_of(path), number)
    return found
