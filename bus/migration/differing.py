"""How two bodies differ, leaf by leaf, after the map of fields and the agreed rules."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bus.migration.leaves import (
    Hollow,
    Leaves,
    Path,
    moved,
    pattern_of,
    text_of,
    within,
)
from bus.migration.naming import EXCUSES, Kind, kind_of
from bus.migration.terms import How, Moved, Rule

FIELD_MAP = "map of fields"
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference: what kind, where (a pattern), and what both sides said."""

    kind: Kind
    at: str
    old: str = ""
    new: str = ""


class Absent:
    """Of a value that is not there."""


ABSENT = Absent()


def renamed(leaves: Leaves, names: Sequence[Moved]) -> dict[Path, object]:
    """The leaves of the old side under the names of the new one; first rule first."""
    if not names:
        return dict(leaves)
    found: dict[Path, object] = {}
    for path, value in leaves.items():
        others = (moved(path, one.old, one.new) for one in names)
        found[next((other for other in others if other is not None), path)] = value
    return found


def differences(
    old: Leaves, new: Leaves, rules: Sequence[Rule], used: set[str]
) -> list[Difference]:
    """What is left once every rule that holds was used; those are added to `used`."""
    found: list[Difference] = []
    for path in dict.fromkeys((*old, *new)):
        left, right = old.get(path, ABSENT), new.get(path, ABSENT)
        if same(left, right):
            continue
        pattern = pattern_of(path)
        rule = next((r for r in rules if _excuses(r, pattern, left, right)), None)
        if rule is not None:
            used.add(rule.name)
        else:
            kind = _kind(left, right)
            found.append(Difference(kind, text_of(path), shown(left), shown(right)))
    return list(_without_hollow(found))


def alike(old: Leaves, new: Leaves) -> bool:
    """Whether all leaves are the same, wherever they stand."""
    return old.keys() == new.keys() and all(same(x, new[at]) for at, x in old.items())


def same(old: object, new: object) -> bool:
    """Whether two values are equal; true is not 1, and "1" is neither."""
    if type(old) is type(new):
        return old == new
    if isinstance(old, bool) or isinstance(new, bool):
        return False
    if isinstance(old, str) is not isinstance(new, str):
        return False
    return isinstance(old, Hollow) is isinstance(new, Hollow) and old == new


def _excuses(rule: Rule, pattern: str, old: object, new: object) -> bool:
    if not within(pattern, rule.at):
        return False
    if rule.how is How.NULL_IS_MISSING:
        return _nothing(old) and _nothing(new)
    there = not isinstance(old, Absent) and not isinstance(new, Absent)
    return (there or rule.how is How.IGNORE) and EXCUSES[rule.how](old, new)


def _nothing(value: object) -> bool:
    return value is None or isinstance(value, Absent | Hollow)


def _kind(old: object, new: object) -> Kind:
    if _nothing(old) and _nothing(new):
        return Kind.NULL
    if isinstance(new, Absent):
        return Kind.MISSING
    if isinstance(old, Absent):
        return Kind.ADDED
    return Kind.TYPE if old is None or new is None else kind_of(old, new)


def _without_hollow(found: Sequence[Difference]) -> Iterator[Difference]:
    """Leave out that a list was empty where what it now holds is told anyway."""
    for one in found:
        hollow = one.kind is Kind.MISSING or one.kind is Kind.ADDED
        if hollow and {one.old, one.new} & {"[]", "{}"} and _told(one, found):
            continue
        yield one


def _told(one: Difference, found: Sequence[Difference]) -> bool:
    return any(other is not one and within(other.at, one.at) for other in found)


def shown(value: object) -> str:
    """A value for people, cut where it is long."""
    if isinstance(value, Absent):
        return "(not there)"
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    text = str(value)
    quoted = isinstance(value, str) and not isinstance(value, Hollow)
    cut = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
    return f'"{cut}"' if quoted else cut
