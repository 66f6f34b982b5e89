"""What decisions teach: rates with their bounds, and the mildest change that helps."""

from collections.abc import Iterator
from decimal import Decimal

import pytest

from bus.intake.findings import Severity
from bus.intake.rules.book import Book
from bus.intake.rules.checks.kind import Need
from bus.intake.rules.judging import Finding
from bus.intake.rules.learning import Decision, Verdict, rates, wilson
from bus.intake.rules.lines import Line, Stored, read_line
from bus.intake.rules.memory import Memory
from bus.intake.rules.modes import Mode
from bus.intake.rules.proposal import Proposal
from bus.intake.rules.proposing import proposals
from bus.intake.rules.scopes import Scope
from tests.support.judged import rule

WHERE = Scope("shopify", "shop-eu", "A-7")
FALSE, TRUE = Verdict.RELEASED, Verdict.REJECTED


def finding(need: Need | None = None, rule_id: str = "the-rule") -> Finding:
    """What a rule in force that parks has found."""
    return Finding(
        rule=rule_id,
        code="x",
        severity=Severity.PARK,
        mode=Mode.ENFORCE,
        path="",
        text="",
        value=None,
        scope=Scope(),
        need=need,
    )


def decided(
    verdict: Verdict,
    count: int,
    *needs: Need | None,
    also: str = "",
    scope: Scope = WHERE,
) -> Iterator[Decision]:
    """So many orders held by the rule (and perhaps by another), and what became."""
    findings = tuple(finding(need) for need in needs or (None,))
    others = (finding(rule_id=also),) if also else ()
    for number in range(count):
        name = f"{verdict}{needs}{also}{number}"
        yield Decision(name, scope, (*findings, *others), verdict, Decimal(10), "EUR")


def proposed(
    line: Line,
    *groups: Iterator[Decision],
    tables: dict[str, dict[str, dict[str, str]]] | None = None,
) -> list[Proposal]:
    """What is proposed while this line is in force."""
    known = Memory(tables=lambda name: (tables or {}).get(name, {}))
    orders = [one for group in groups for one in group]
    return proposals(orders, Book((line,)), known)


@pytest.mark.parametrize(
    ("some", "every", "low", "high"),
    [
        (0, 0, 0, 1),
        (0, 10, 0, 0.278),
        (5, 10, 0.237, 0.763),
        (10, 10, 0.722, 1),
        (300, 1000, 0.272, 0.329),
    ],
)
def test_wilsons_interval(some: int, every: int, low: float, high: float) -> None:
    """As tables have it."""
    found = wilson(some, every)
    assert found == (pytest.approx(low, abs=0.001), pytest.approx(high, abs=0.001))


def test_rates_are_of_rule_channel_and_account() -> None:
    """Sources of one account count together; what expired says nothing."""
    other = Scope("shopify", "shop-us", "A-7")
    alone = Scope("shopify", "shop-us", "")
    orders = [
        *decided(FALSE, 3),
        *decided(TRUE, 1, scope=other),
        *decided(Verdict.EXPIRED, 5),
        *decided(Verdict.MENDED, 2, scope=alone),
    ]
    first, second = rates(orders)
    assert (first.group.scope, first.false, first.true) == (
        Scope("shopify", "", "A-7"),
        3,
        1,
    )
    assert (second.group.scope, second.true) == (Scope("shopify", "shop-us", ""), 2)
    assert first.share == 0.75


def test_a_wider_tolerance_below_the_first_true_one() -> None:
    """The least that clears nearly all, rounded as people would, never a true one."""
    needs = [Decimal(number) for number in (2, 3, 4)] * 5
    false = [one for need in needs for one in decided(FALSE, 1, need)]
    (found,) = proposed(rule("total_sum"), iter(false), decided(TRUE, 2, Decimal(500)))
    assert (found.kind, found.line.parameters if found.line else None) == (
        "wider",
        {"tolerance": "4"},
    )
    assert (found.trial.released, found.trial.lost) == (15, 0)
    assert found.trial.value == {"EUR": Decimal(150)}
    assert found.line is not None
    assert found.line.scope == Scope("shopify", "", "A-7")
    assert "15 of 17 were released unchanged" in str(found.line.why)


def test_a_true_one_that_another_rule_holds_is_no_hindrance() -> None:
    """It is held all the same."""
    (found,) = proposed(
        rule("total_sum"),
        decided(FALSE, 15, Decimal(4)),
        decided(TRUE, 5, Decimal(2), also="another"),
    )
    assert (found.kind, found.trial.lost) == ("wider", 0)


def test_where_true_and_false_look_alike_nothing_is_proposed() -> None:
    """Neither wider nor observed, as true ones would go on."""
    assert not proposed(
        rule("total_sum"), decided(FALSE, 30, Decimal(4)), decided(TRUE, 8, Decimal(3))
    )


def test_values_that_are_missing_are_added() -> None:
    """Those that were held for nothing often enough, and never rightly."""
    line = rule("country", {"only": ["DE"]})
    (found,) = proposed(
        line,
        decided(FALSE, 3, "FR"),
        decided(FALSE, 2, "SE"),
        decided(FALSE, 4, "PL"),
        decided(TRUE, 1, "PL"),
    )
    assert found.kind == "values"
    assert found.line is not None
    assert found.line.parameters == {"only": ["DE", "FR"]}


def test_what_is_asked_for_in_vain_is_dropped() -> None:
    """A masked street."""
    (found,) = proposed(rule("deliverable"), decided(FALSE, 5, "line1"))
    assert found.line is not None
    assert found.line.parameters == {"needs": ["city", "country"]}


def test_rows_that_are_missing_are_added_to_the_table() -> None:
    """No line is written; once they are there nothing is proposed."""
    line, orders = rule("article_known"), [*decided(FALSE, 4, "OWN-1")]
    (found,) = proposed(line, iter(orders))
    assert (found.kind, found.table, found.rows, found.line) == (
        "rows",
        "articles",
        ("OWN-1",),
        None,
    )
    assert not proposed(line, iter(orders), tables={"articles": {"OWN-1": {}}})


def test_limits_by_currency_keep_the_others() -> None:
    """The dollar's stays as it is."""
    line = rule("value_limit", {"limits": {"EUR": "100", "USD": "100"}})
    (found,) = proposed(line, decided(FALSE, 20, Decimal("412.50")))
    assert found.line is not None
    assert found.line.parameters == {"limits": {"EUR": "420", "USD": "100"}}


def test_last_it_is_only_observed() -> None:
    """Where no parameter helps, and (nearly) nothing right is lost."""
    (found,) = proposed(rule("postal_code"), decided(FALSE, 30))
    assert (found.kind, found.line.mode if found.line else None) == (
        "observe",
        Mode.OBSERVE,
    )
    assert not proposed(rule("postal_code"), decided(FALSE, 30), decided(TRUE, 1))
    assert proposed(rule("postal_code"), decided(FALSE, 400), decided(TRUE, 2))
    assert proposed(rule("postal_code"), decided(FALSE, 30), decided(TRUE, 1, also="b"))


@pytest.mark.parametrize(
    "groups",
    [
        [(FALSE, 19)],
        [(FALSE, 10), (TRUE, 20)],
        [(Verdict.EXPIRED, 100)],
    ],
)
def test_too_little_says_nothing(groups: list[tuple[Verdict, int]]) -> None:
    """Fewer than twenty decisions, or too few of them false for certain."""
    orders = [one for verdict, count in groups for one in decided(verdict, count)]
    assert not proposed(rule("postal_code"), iter(orders))


def test_what_was_followed_is_not_proposed_again() -> None:
    """Old decisions count by the rule of today; the id is the same until then."""
    line, orders = rule("total_sum"), [*decided(FALSE, 20, Decimal(4))]
    book = Book((line,))
    first, again = (proposals(orders, book)[0] for _ in range(2))
    assert first.id == again.id
    assert first.line is not None
    after = book.with_stored(first.line.key, Stored(first.line))
    assert proposals(orders, after) == []
    observed = read_line({"id": "the-rule", "mode": "observe"})
    assert proposals(orders, book.with_stored(observed.key, Stored(observed))) == []


def test_a_line_that_stands_is_kept_and_changed() -> None:
    """What an account has of its own already stays."""
    own = read_line(
        {
            "id": "the-rule",
            "scope": {"channel": "shopify", "account": "A-7"},
            "severity": "reject",
        }
    )
    book = Book((rule("total_sum"),), {own.key: Stored(own)})
    (found,) = proposals([*decided(FALSE, 20, Decimal(4))], book)
    assert found.line is not None
    assert found.line.severity is Severity.REJECT
