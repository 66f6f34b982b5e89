"""Noise: fields in which a side differs from itself, learnt from its repeats.

A field that changes with each try says nothing of the event. It is proposed as a rule,
and is a difference until somebody has taken the rule into the terms.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress

from bus.intake.parsing.tree import UnparsableError
from bus.migration.bodies import tree_of
from bus.migration.comparison import Noise, grouped
from bus.migration.differing import differences, renamed
from bus.migration.leaves import leaves_of
from bus.migration.pairing import Pairs, Told, repeats
from bus.migration.sent import Side
from bus.migration.terms import How, Moved, Rule, Terms


def learnt(pairs: Pairs, terms: Terms) -> list[Noise]:
    """What repeats of both sides teach, without what the terms ignore already."""
    old = [*(one.old for one in pairs.pairs), *pairs.old_only]
    new = [*(one.new for one in pairs.pairs), *pairs.new_only]
    sides = ((Side.OLD, old, terms.map), (Side.NEW, new, ()))
    return [one for side in sides for one in _of_side(*side, terms.rules)]


def _of_side(
    side: Side, facts: Sequence[Told], names: Sequence[Moved], rules: Sequence[Rule]
) -> Iterator[Noise]:
    compared: Counter[str] = Counter()
    differing: Counter[tuple[str, str]] = Counter()
    ignoring = [rule for rule in rules if rule.how is How.IGNORE]
    for one, other in repeats(facts):
        with suppress(UnparsableError):
            left = renamed(leaves_of(tree_of(one.body)), names)
            right = renamed(leaves_of(tree_of(other.body)), names)
            compared[one.type] += 1
            found = differences(left, right, ignoring, set())
            differing.update({(one.type, grouped(x.at)) for x in found})
    for (name, at), count in sorted(differing.items()):
        yield Noise(side, name, at, compared[name], count)


def proposed(noise: Noise) -> Rule:
    """The rule that a person may take into the terms."""
    told = f"{noise.differing} of {noise.repeats} repeats of the {noise.side} side"
    return Rule(at=noise.at, how=How.IGNORE, why=f"differs in {told}, by its nature")
