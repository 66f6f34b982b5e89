"""Which subscriptions want an event."""

import pytest

from bus.delivery.expressions import (
    MAX_EXPRESSION_CHARS,
    MAX_STEPS,
    CostlyExpressionError,
    compile_expression,
)
from bus.delivery.matching import MAX_PLANS, Match, Matcher
from bus.delivery.subscription import State
from bus.errors import InvalidSubscriptionError
from bus.event import Event
from bus.webhook.document import Document, document
from tests.support.facts import a_subscription, an_event


class Documents:
    """Counts how often a document is asked for."""

    def __init__(self, event: Event) -> None:
        self.event = event
        self.made = 0

    def __call__(self) -> Document:
        """Return the document of the event."""
        self.made += 1
        return document(self.event)


def matched(matcher: Matcher, event: Event) -> Match:
    """What a matcher makes of an event."""
    return matcher.match(event, Documents(event))


def test_types_and_patterns() -> None:
    """An exact type, a family and everything match; other families do not."""
    matcher = Matcher(
        [
            a_subscription("exact", types=["order.created"]),
            a_subscription("family", types=["order.*", "order.created"]),
            a_subscription("all", types=["*"]),
            a_subscription("other", types=["payment.*", "order.created_again"]),
        ]
    )
    assert matched(matcher, an_event()) == Match(("exact", "family", "all"), ())


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (State.ACTIVE, ("erp",)),
        (State.PAUSED, ("erp",)),
        (State.DISABLED, ("erp",)),
        (State.REMOVING, ()),
    ],
)
def test_held_subscriptions_match_and_removing_ones_do_not(
    state: State, expected: tuple[str, ...]
) -> None:
    """A paused or disabled subscription misses nothing."""
    matcher = Matcher([a_subscription(state=state)])
    assert matched(matcher, an_event()).subscriptions == expected


def test_without_filters_no_document_is_made() -> None:
    """A thousand unfiltered subscriptions cost one lookup, and the same tuple."""
    matcher = Matcher(a_subscription(f"s-{n}") for n in range(1_000))
    documents = Documents(an_event())
    first = matcher.match(documents.event, documents)
    assert matcher.match(documents.event, documents) is first
    assert len(first.subscriptions) == 1_000
    assert documents.made == 0


def test_shared_filters_are_evaluated_once() -> None:
    """One document, and one result for all that share a filter."""
    matcher = Matcher(
        [
            a_subscription("web", filter="bus.channel == 'web'"),
            a_subscription("edi", filter="bus.channel == 'edi'"),
            a_subscription("web-too", filter="bus.channel == 'web'"),
            a_subscription("plain"),
        ]
    )
    documents = Documents(an_event())
    match = matcher.match(documents.event, documents)
    assert sorted(match.subscriptions) == ["plain", "web", "web-too"]
    assert documents.made == 1


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("data.gift", False),
        ("data.note", False),
        ("data.nothing", False),
        ("''", False),
        ("`[]`", False),
        ("`{}`", False),
        ("`0`", True),
        ("`[0]`", True),
        ("'x'", True),
        ("data.lines[?to_number(price.amount) > `10`]", True),
        ("data.lines[?to_number(price.amount) > `20`]", False),
        ("data.lines[0:1].sku", True),
        ("data.lines[].price.currency | contains(@, 'EUR')", True),
    ],
)
def test_truth_is_that_of_jmespath(text: str, *, holds: bool) -> None:
    """False, null and what is empty do not match; 0 does."""
    assert compile_expression(text).holds(document(an_event())) is holds


def test_a_failing_filter_does_not_match_and_stops_nobody() -> None:
    """Amounts are strings: comparing one with a number fails for that owner alone."""
    matcher = Matcher(
        [
            a_subscription("sa", filter="data.lines[0].price.amount > `10`"),
            a_subscription("sb", filter="abs(status) > `1`"),
            a_subscription("sc", filter="status == 'created'"),
            a_subscription("sd"),
        ]
    )
    match = matched(matcher, an_event())
    assert sorted(match.subscriptions) == ["sc", "sd"]
    assert sorted(match.failed_filters) == ["sa", "sb"]


def test_a_filter_that_does_not_compile_fails_on_every_event() -> None:
    """A table written by another version cannot stop the matcher."""
    matcher = Matcher([a_subscription("sa", filter="=="), a_subscription("sb")])
    assert matched(matcher, an_event()) == Match(("sb",), ("sa",))


def test_made_up_event_types_do_not_fill_the_memory() -> None:
    """The cache by event type is bounded, and right when it starts again."""
    matcher = Matcher([a_subscription("sb")])
    for number in range(MAX_PLANS + 1):
        matched(matcher, an_event(type_=f"x.{number}"))
    assert matched(matcher, an_event()) == Match(("sb",), ())


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "is empty"),
        ("a ==", "ends too early, after character 4"),
        ("a b", "unexpected 'b' at character 3"),
        ("a.$", "Unknown token $ at character 3"),
        ("nope(a)", "no function nope(); there are: abs, "),
        ("a[?nope(@)].b", "no function nope(); there are: abs, "),
        ("(" * 2_000 + "a" + ")" * 2_000, "nested too deeply"),
        ("a" * (MAX_EXPRESSION_CHARS + 1), "longer than 4,096 characters"),
    ],
)
def test_malformed_expressions_are_refused(text: str, why: str) -> None:
    """The field, the reason and the place are named."""
    with pytest.raises(InvalidSubscriptionError) as caught:
        compile_expression(text, "transform")
    assert caught.value.field == "transform"
    assert caught.value.why.startswith(why)


@pytest.mark.parametrize(
    "text",
    [
        " | ".join(["[@,@][]"] * 60),
        " | ".join(["[@,@]"] * 60),
        " | ".join(["{a:@,b:@}"] * 60) + " | to_string(@)",
        "'0123456789'|" + "|".join(["join('',[@,@])"] * 60),
    ],
)
def test_doubling_expressions_give_up(text: str) -> None:
    """No owner's expression takes the memory or the time of the others."""
    with pytest.raises(CostlyExpressionError, match="100,000 steps"):
        compile_expression(text).evaluate(document(an_event()))


_LONG = "'" + "x" * 2_000 + "'|" + "|".join(["join('',[@,@])"] * 5)
_MANY = "['']|" + "|".join(["[@,@][]"] * 13)
_ROWS = [{"sku": f"S{number}"} for number in range(1_000)]


@pytest.mark.parametrize(
    "text",
    [
        f"{{glue: ({_LONG}), parts: ({_MANY})}} | join(glue, parts)",
        "[" + ",".join(["rows == copy"] * 200) + "]",
        "[" + ",".join(["rows != copy"] * 200) + "]",
        "[" + ",".join(["contains(nested,copy)"] * 180) + "]",
        "[" + ",".join(["to_string(rows)"] * 200) + "]",
    ],
)
def test_one_step_is_not_worth_a_thousand(text: str) -> None:
    """What a function makes or looks at deep inside is paid before it is done.

    The first would make a string of half a gigabyte in one step.
    """
    copy = [dict(row) for row in _ROWS]
    expression = compile_expression(text)
    with pytest.raises(CostlyExpressionError, match="100,000 steps"):
        expression.evaluate({"rows": _ROWS, "copy": copy, "nested": [_ROWS]})
    assert expression.taken() < 2 * MAX_STEPS


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("a == b", True),
        ("a != b", False),
        ("a == `[1, 2]`", False),
        ("n < `2`", True),
        ("contains(l, a)", True),
        ("join('-', w)", "x-y"),
        ("to_string(a)", '{"k":[1]}'),
    ],
)
def test_what_is_cheap_is_as_ever(text: str, made: object) -> None:
    """Comparisons and functions mean what JMESPath says."""
    a: dict[str, object] = {"k": [1]}
    doc = {"a": a, "b": {"k": [1]}, "n": 1, "l": [a], "w": ["x", "y"]}
    assert compile_expression(text).evaluate(doc) == made


def test_an_expression_can_be_used_again_after_it_gave_up() -> None:
    """The limit counts by evaluation."""
    expression = compile_expression("[@,@][]|" * 40 + "length(@)")
    for _ in range(2):
        with pytest.raises(CostlyExpressionError):
            expression.evaluate({"a": 1})
    assert compile_expression("length(@)").evaluate([1, 2]) == 2
