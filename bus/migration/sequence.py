"""Whether both sides told what befell an order in the same sequence."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from bus.migration.pairing import Pair


@dataclass(frozen=True, slots=True)
class Swapped:
    """Two facts of an order that came the other way round on the new side."""

    first: Pair
    then: Pair


@dataclass(frozen=True, slots=True)
class Sequences:
    """How many orders have several facts, and in which of them the order differs."""

    orders: int
    swapped: tuple[Swapped, ...]


def sequences(pairs: Iterable[Pair]) -> Sequences:
    """Compare, order by order; of each only neighbours of the old side are told."""
    by_order: defaultdict[str, list[Pair]] = defaultdict(list)
    for one in pairs:
        by_order[one.old.counts.order].append(one)
    several = {name: group for name, group in by_order.items() if len(group) > 1}
    return Sequences(len(several), tuple(_swapped(several)))


def _swapped(orders: Mapping[str, Sequence[Pair]]) -> Iterator[Swapped]:
    for group in orders.values():
        in_time = sorted(group, key=lambda one: one.old.counts.at_ms)
        for first, then in pairwise(in_time):
            apart = first.old.counts.at_ms < then.old.counts.at_ms
            if apart and first.new.counts.at_ms > then.new.counts.at_ms:
                yield Swapped(first, then)
