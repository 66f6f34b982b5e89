"""Bodies of XML: what is the same in another spelling, and what is not."""

import pytest

from bus.migration.bodies import Verdict, compare_bodies
from bus.migration.markup import XML_PREFIXES, XML_RULE, XML_SPACES
from bus.migration.naming import Kind
from bus.migration.sent import Sent
from bus.migration.terms import Terms, parse_terms

OLD = (
    '<o:Order xmlns:o="urn:a" a="1" b="2"><o:Id>1</o:Id><o:Name>x y</o:Name></o:Order>'
)

LAST = "<o:Id>1</o:Id></o:Order>"


def sent(body: str) -> Sent:
    """A request with this body."""
    raw = body.encode("latin-1" if "iso-8859-1" in body else "utf-8")
    return Sent("p", "t", "SO-1", "", "", 0, None, raw, {}, accepted=True, outcome="")


def compared(new: str, terms: str = "") -> Verdict:
    """The old body against another."""
    return compare_bodies(sent(OLD), sent(new), parse_terms(terms))


@pytest.mark.parametrize(
    ("new", "rule"),
    [
        (OLD.replace('a="1" b="2"', 'b="2"  a="1"'), XML_RULE),
        (OLD.replace('xmlns:o="urn:a" a="1"', "a='1' xmlns:o=\"urn:a\""), XML_RULE),
        (f'<?xml version="1.0" encoding="utf-8"?>\n{OLD}\n', XML_RULE),
        (f'<?xml version="1.0" encoding="iso-8859-1"?>{OLD}', XML_RULE),
        (OLD.replace(">1<", ">&#49;<"), XML_RULE),
        (OLD.replace(">1<", "><![CDATA[1]]><"), XML_RULE),
        (OLD.replace("<o:Id>", "<!-- said --><o:Id>"), XML_RULE),
        (OLD.replace("o:", "p:").replace("xmlns:o", "xmlns:p"), XML_PREFIXES),
        (OLD.replace("xmlns:o", "xmlns").replace("o:", ""), XML_PREFIXES),
        (OLD.replace("><o", ">\n  <o"), XML_SPACES),
    ],
)
def test_another_spelling_is_equivalent(new: str, rule: str) -> None:
    """Each by the rule that says why."""
    assert compared(new) == Verdict(frozenset({rule}))


def test_two_spellings_are_two_rules() -> None:
    """White space and another prefix at once are both told."""
    new = OLD.replace("o:", "p:").replace("xmlns:o", "xmlns:p").replace("><", ">\n<")
    assert compared(new) == Verdict(frozenset({XML_SPACES, XML_PREFIXES}))


@pytest.mark.parametrize(
    ("new", "kind", "at"),
    [
        (OLD.replace("urn:a", "urn:b"), Kind.NAMESPACE, "Order"),
        (OLD.replace('xmlns:o="urn:a"', "").replace("o:", ""), Kind.NAMESPACE, "Order"),
        (OLD.replace(" a=", ' xmlns:x="urn:x" x:a='), Kind.NAMESPACE, "Order.@"),
        (
            OLD.replace("<o:Id>1</o:Id>", "").replace("</o:Order>", LAST),
            Kind.SEQUENCE,
            "Order",
        ),
        (OLD.replace(">1<", "> 1 <"), Kind.SPACES, "Order.Id"),
        (OLD.replace("x y", "x  y"), Kind.VALUE, "Order.Name"),
        (OLD.replace(' b="2"', ""), Kind.MISSING, "Order.@b"),
    ],
)
def test_what_a_reader_sees_is_a_difference(new: str, kind: Kind, at: str) -> None:
    """A namespace, the order of elements, and texts are not how it is spelled."""
    (one,) = compared(new).differences
    assert (one.kind, one.at) == (kind, at)


def test_a_rule_may_agree_on_it() -> None:
    """Then it is equivalent by that rule, which is told."""
    new = OLD.replace("urn:a", "urn:b").replace(">1<", "> 1 <")
    terms = "rules: [{at: Order, how: ignore, why: the partner reads no namespaces}]"
    found = compared(new, terms)
    assert not found.differences
    assert [rule for rule in found.rules if "Order" in rule]
    terms = "rules: [{at: Order.Id, how: spaces, why: it is a number}]"
    assert not compared(OLD.replace(">1<", "> 1 <"), terms).differences
    assert Terms().rules == ()
