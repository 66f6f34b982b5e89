"""Which requests of the two sides tell the same: by id, or by what they are about."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from bus.migration.sent import Key, Sent


@dataclass(frozen=True, slots=True)
class Told:
    """One fact as a side told it: what counts, and all of its requests in time.

    What counts is the first request that was accepted, else the last one.
    """

    all: tuple[Sent, ...]

    @property
    def counts(self) -> Sent:
        """The request that is compared."""
        return next((one for one in self.all if one.accepted), self.all[-1])

    @property
    def doubled(self) -> Sequence[Sent]:
        """Requests that came though an earlier one was accepted.

        Where nobody knows what the partner answered, each after the first.
        """
        known = any(one.accepted is not None for one in self.all)
        first = self.all.index(self.counts)
        return self.all[first + 1 :] if known else self.all[1:]


@dataclass(frozen=True, slots=True)
class Pair:
    """One fact, told by both."""

    old: Told
    new: Told
    by_id: bool


@dataclass(slots=True)
class Pairs:
    """All that was paired, and what was not."""

    pairs: list[Pair] = field(default_factory=list)
    old_only: list[Told] = field(default_factory=list)
    new_only: list[Told] = field(default_factory=list)


def pair(old: Iterable[Sent], new: Iterable[Sent]) -> Pairs:
    """Pair by an id that both sides have, then by type, order and version.

    Without a version the n-th of a type and order on one side is the n-th on the other.
    """
    found = Pairs()
    left, right = told(old), told(new)
    by_id = {one.counts.id: one for one in right if one.counts.id}
    rest: list[Told] = []
    for one in left:
        other = by_id.pop(one.counts.id, None) if one.counts.id else None
        if other is None:
            rest.append(one)
        else:
            found.pairs.append(Pair(one, other, by_id=True))
    taken = {id(one.new) for one in found.pairs}
    others = [one for one in right if id(one) not in taken]
    _by_key(rest, others, found)
    return found


def _by_key(old: Sequence[Told], new: Sequence[Told], found: Pairs) -> None:
    waiting: defaultdict[Key, list[Told]] = defaultdict(list)
    for one in new:
        waiting[one.counts.key].append(one)
    for one in old:
        others = waiting.get(one.counts.key)
        if others:
            found.pairs.append(Pair(one, others.pop(0), by_id=False))
        else:
            found.old_only.append(one)
    left = {id(one) for others in waiting.values() for one in others}
    found.new_only += [one for one in new if id(one) in left]


def told(sent: Iterable[Sent]) -> list[Told]:
    """The facts of one side, in the order of their first requests."""
    facts: dict[object, list[Sent]] = {}
    for one in sorted(sent, key=lambda one: one.at_ms):
        facts.setdefault(_fact(one), []).append(one)
    return [Told(tuple(group)) for group in facts.values()]


def _fact(sent: Sent) -> object:
    """What two requests of one side share if one repeats the other."""
    if sent.id:
        return sent.id
    return sent.key if sent.version else sent.place


def repeats(facts: Iterable[Told]) -> Iterator[tuple[Sent, Sent]]:
    """Two requests of one side that tell the same, next to each other in time."""
    for fact in facts:
        yield from zip(fact.all, fact.all[1:], strict=False)
