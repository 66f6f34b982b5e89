"""How much work the expressions of one owner may make."""

import pytest

from bus.delivery.effort import AT_ONCE, FREE_STEPS, Efforts, Sparing, payer_of
from bus.delivery.expressions import (
    MAX_STEPS,
    CostlyExpressionError,
    compile_expression,
)
from bus.delivery.matching import Match, Matcher
from bus.webhook.document import document
from tests.support.facts import a_subscription, an_event

DOUBLED = "[@,@][]"
CHEAP = "status == 'created'"


def doubling(times: int) -> str:
    """A filter that holds, and takes twice as many steps with each time more."""
    return " | ".join(["`[1]`", *[DOUBLED] * times])


class Clock:
    """A clock that moves when told."""

    def __init__(self) -> None:
        self.at = 100.0

    def __call__(self) -> float:
        """Return the time."""
        return self.at


@pytest.fixture
def clock() -> Clock:
    """A fresh clock."""
    return Clock()


def asked(matcher: Matcher) -> Match:
    """What a matcher makes of an event."""
    event = an_event()
    return matcher.match(event, lambda: document(event))


def test_what_a_delivery_costs_anyway_is_free(clock: Clock) -> None:
    """However often: nobody's account is touched."""
    efforts = Efforts(1_000, clock)
    for _ in range(100):
        efforts.spend("acme", FREE_STEPS)
    assert efforts.left("acme") == 1_000


def test_a_debt_is_paid_off_before_anything_begins(clock: Clock) -> None:
    """Over time nobody takes more than the rate, and nobody asks twice in vain."""
    efforts = Efforts(1_000, clock)
    efforts.spend("acme", FREE_STEPS + 3_000)
    assert efforts.left("acme") == -2_000
    assert efforts.left("other") == 1_000
    assert efforts.next_chance("other") == clock.at
    clock.at = efforts.next_chance("acme")
    assert clock.at == pytest.approx(102, abs=0.01)
    assert efforts.left("acme") > 0
    assert efforts.next_chance("acme") == clock.at
    clock.at += 3_600
    assert efforts.left("acme") == 1_000


def test_who_pays() -> None:
    """The owner; a subscription without one for itself, and never as an owner."""
    owned = [a_subscription(name, owner="acme") for name in ("acme-a", "acme-b")]
    assert {payer_of(one) for one in owned} == {"acme"}
    assert payer_of(a_subscription("acme")) != "acme"


def test_one_owner_s_filters_are_put_off_and_nobody_else_s(clock: Clock) -> None:
    """A hundred dear filters of one owner: what is left decides how many are asked."""
    efforts = Efforts(5_000, clock)
    dear = [
        a_subscription(f"acme-{n}", owner="acme", filter=f"{doubling(8)} | [{n}] || @")
        for n in range(100)
    ]
    others = [
        a_subscription("fair", owner="other", filter=CHEAP),
        a_subscription("heavy", owner="third", filter=doubling(9)),
    ]
    matcher = Matcher([*dear, *others], efforts)
    first = asked(matcher)
    assert {"fair", "heavy"} <= set(first.subscriptions)
    assert 0 < len(first.subscriptions) - 2 < 20
    assert len(first.subscriptions) + len(first.undecided) == 102
    assert not first.failed_filters
    again = asked(matcher)
    assert len(again.undecided) > len(first.undecided)
    assert "fair" in again.subscriptions
    clock.at += 1
    assert len(asked(matcher).undecided) == len(first.undecided)


def test_many_owners_do_not_stop_an_event_for_long(clock: Clock) -> None:
    """However rich each is: what does not fit is asked later, of the next as well."""
    efforts = Efforts(MAX_STEPS, clock)
    dear = [
        a_subscription(f"s-{n}", owner=f"o-{n}", filter=f"{doubling(9)} | [{n}] || @")
        for n in range(100)
    ]
    sparing = Sparing(efforts)
    matcher = Matcher([*dear, a_subscription("fair", filter=CHEAP)], sparing)
    for _ in range(2):
        before = sum(efforts.left(f"o-{n}") for n in range(100))
        sparing.begin()
        found = asked(matcher)
        taken = before - sum(efforts.left(f"o-{n}") for n in range(100))
        assert 0 < taken <= AT_ONCE + FREE_STEPS
        assert "fair" in found.subscriptions
        assert len(found.subscriptions) > 1
        assert len(found.undecided) > 90
        assert not found.failed_filters


def test_what_owners_share_each_of_them_pays(clock: Clock) -> None:
    """Evaluated once, for the one who has most; a gift to nobody."""
    efforts = Efforts(5_000, clock)
    efforts.spend("poor", 10_000)
    both = [
        a_subscription("sa", owner="rich", filter=doubling(9)),
        a_subscription("sb", owner="poor", filter=doubling(9)),
    ]
    poorer = efforts.left("poor")
    assert asked(Matcher(both, efforts)).subscriptions == ["sa", "sb"]
    assert efforts.left("rich") < 5_000
    assert efforts.left("poor") < poorer


def test_without_a_budget_a_filter_fails_at_the_limit() -> None:
    """A replay's plan asks each filter to its end."""
    subscriptions = [
        a_subscription("sa", filter=doubling(9)),
        a_subscription("sb", filter=doubling(40)),
    ]
    assert asked(Matcher(subscriptions)) == Match(["sa"], ["sb"], [])


def test_what_a_function_is_given_counts() -> None:
    """A long list is made once and summed again and again."""
    sums = ", ".join(["sum(@)"] * 200)
    expression = compile_expression(f"{doubling(7)} | [{sums}]")
    expression.evaluate({})
    assert expression.taken() > 200 * 2**7
    assert expression.taken() == 0


def test_the_limit_is_named() -> None:
    """Who reads of it knows how many steps there were."""
    expression = compile_expression(doubling(40))
    with pytest.raises(CostlyExpressionError, match=f"{MAX_STEPS:,}"):
        expression.holds({})
    with pytest.raises(CostlyExpressionError, match="300"):
        expression.holds({}, 300)
