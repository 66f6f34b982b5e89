"""Whether two bodies say the same, and by which rules."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from bus.errors import DecodeError
from bus.intake.parsing.jsontree import parse_json
from bus.intake.parsing.tree import Limits, Tree, UnparsableError
from bus.intake.parsing.xmltree import parse_xml
from bus.migration.differing import FIELD_MAP, Difference, alike, differences, renamed
from bus.migration.leaves import leaves_of
from bus.migration.markup import agreed, compare_markup
from bus.migration.naming import Kind
from bus.migration.sent import Sent
from bus.migration.terms import Terms

JSON_RULE: Final = "JSON by RFC 8785"
_LIMITS: Final = Limits(bytes=16 << 20)
_HEAD: Final = re.compile(rb"\s*<")
_CUT: Final = 200
_NO_NAMES: Final[Mapping[str, str]] = {}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What comparing found; identical if there is neither a rule nor a difference."""

    rules: frozenset[str] = frozenset()
    differences: tuple[Difference, ...] = ()


@lru_cache(maxsize=4)
def tree_of(body: bytes) -> Tree:
    """The tree of a body of JSON or XML.

    Raises:
        UnparsableError: It is neither.
    """
    if _HEAD.match(body):
        return parse_xml(body, _LIMITS, _NO_NAMES, doctype=True)
    try:
        return parse_json(body, _LIMITS)
    except DecodeError as error:
        raise UnparsableError(str(error)) from None


def compare_bodies(old: Sent, new: Sent, terms: Terms) -> Verdict:
    """Compare two bodies, of one kind or of two."""
    if old.body == new.body:
        return Verdict()
    try:
        left, right = tree_of(old.body), tree_of(new.body)
    except UnparsableError as error:
        return _unreadable(old, new, str(error))
    before, after = leaves_of(left), leaves_of(right)
    if alike(before, after):
        return _same_values(old.body, new.body, terms)
    mapped = renamed(before, terms.map)
    used = {FIELD_MAP} if mapped.keys() != before.keys() else set[str]()
    found = differences(mapped, after, terms.rules, used)
    return Verdict(frozenset(used), tuple(found))


def _same_values(old: bytes, new: bytes, terms: Terms) -> Verdict:
    """Of documents that say the same: by which rules, and what else differs in XML."""
    if not (_HEAD.match(old) and _HEAD.match(new)):
        return Verdict(frozenset({JSON_RULE}))
    found = agreed(compare_markup(old, new), terms.rules)
    return Verdict(frozenset(found.rules), tuple(found.differences))


def _unreadable(old: Sent, new: Sent, why: str) -> Verdict:
    """Of what is neither JSON nor XML, only whether it is the same."""
    kind = Kind.BODY
    for one in (new.body, old.body):
        try:
            tree_of(one)
        except UnparsableError:
            continue
        kind = Kind.UNREADABLE  # one of them can be read
    left, right = (_excerpt(one.body) for one in (old, new))
    return Verdict(differences=(Difference(kind, f"body ({why})", left, right),))


def _excerpt(body: bytes) -> str:
    text = body[: _CUT * 4].decode(errors="replace")
    return text if len(text) <= _CUT else f"{text[:_CUT]}…"
