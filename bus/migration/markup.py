"""What two XML documents with the same values differ in: names, order, white space."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from io import StringIO
from itertools import chain
from typing import Final
from xml.etree.ElementTree import Element, canonicalize, fromstring

from bus.migration.differing import Difference, shown
from bus.migration.leaves import within
from bus.migration.naming import Kind
from bus.migration.terms import How, Rule

XML_RULE: Final = "XML by C14N"
XML_SPACES: Final = "white space between elements of XML"
XML_PREFIXES: Final = "prefixes of namespaces of XML"


@dataclass(slots=True)
class Markup:
    """By which rules two documents say the same, and what differs in spite of them."""

    rules: set[str] = field(default_factory=set)
    differences: list[Difference] = field(default_factory=list)


def compare_markup(old: bytes, new: bytes) -> Markup:
    """Compare documents that were parsed before, with limits, and have equal values."""
    found = Markup()
    if _canonical(old) == _canonical(new):
        found.rules.add(XML_RULE)
        return found
    left, right = fromstring(old), fromstring(new)  # noqa: S314 - parsed before, no DTD
    found.differences += _walk(left, right, _local(left.tag), found.rules)
    bare = [_canonical(one, strip_text=True) for one in (old, new)]
    if bare[0] != bare[1] and not found.differences:
        found.rules.add(XML_PREFIXES)
    return found


def agreed(found: Markup, rules: tuple[Rule, ...]) -> Markup:
    """What is left of it once the rules of the terms are used."""
    left = Markup(set(found.rules))
    for one in found.differences:
        rule = next((rule for rule in rules if _excuses(rule, one)), None)
        if rule is None:
            left.differences.append(one)
        else:
            left.rules.add(rule.name)
    return left


def _excuses(rule: Rule, one: Difference) -> bool:
    spaces = rule.how is How.SPACES and one.kind is Kind.SPACES
    return within(one.at, rule.at) and (rule.how is How.IGNORE or spaces)


def _canonical(body: bytes, *, strip_text: bool = False) -> str:
    """Canonical XML 2.0."""
    out = StringIO()
    canonicalize(body, out=out, strip_text=strip_text)
    return out.getvalue()


def _walk(old: Element, new: Element, at: str, rules: set[str]) -> Iterator[Difference]:
    if old.tag != new.tag:
        yield Difference(Kind.NAMESPACE, at, shown(old.tag), shown(new.tag))
        return  # and so are, as a rule, all in it
    if old.attrib != new.attrib:
        names = (", ".join(sorted(one.attrib)) for one in (old, new))
        yield Difference(Kind.NAMESPACE, f"{at}.@", *map(shown, names))
    yield from _texts(old, new, at, rules)
    order = [[_local(child.tag) for child in one] for one in (old, new)]
    if order[0] != order[1]:
        told = (shown(", ".join(names)) for names in order)
        yield Difference(Kind.SEQUENCE, at, *told)
        return
    for left, right in zip(old, new, strict=True):
        yield from _walk(left, right, f"{at}.{_local(left.tag)}", rules)


def _texts(
    old: Element, new: Element, at: str, rules: set[str]
) -> Iterator[Difference]:
    """Texts differ by white space only: some says something, some lies between."""
    for left, right in zip(_pieces(old), _pieces(new), strict=False):
        if left == right:
            continue
        if left.strip() or right.strip() or not len(old):
            yield Difference(Kind.SPACES, at, shown(left), shown(right))
        else:
            rules.add(XML_SPACES)


def _pieces(element: Element) -> Iterator[str]:
    """Its texts, before, between and after its children."""
    tails = (child.tail for child in element)
    return (piece or "" for piece in chain((element.text,), tails))


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]
