"""Lines of scopes become the rules of an account, each part with where it is from."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import pytest

from bus.errors import ConfigurationError
from bus.intake.findings import Severity
from bus.intake.rules.book import SHIPPED, STORED, TRIAL, Book, Origin, effective
from bus.intake.rules.checks.kind import Found
from bus.intake.rules.documents import check_document, read_document
from bus.intake.rules.judging import FAILED, UNDECIDED, as_field, as_json, judge
from bus.intake.rules.lines import Line, Stored, as_document, read_line, restore, store
from bus.intake.rules.modes import Mode
from bus.intake.rules.order import Order
from bus.intake.rules.scopes import Scope, key_of, read_key
from tests.support.judged import (
    about,
    euros,
    judged,
    only,
    order,
    rule,
    rules_of,
    shipped,
)

OFF = order(totals__grand_total=euros("45.05"))


def over(scope: dict[str, str], **more: object) -> Line:
    """A line of a narrower scope."""
    return read_line({"id": "the-rule", "scope": scope, **more})


def test_the_narrowest_scope_wins_part_by_part() -> None:
    """An account's before a source's, that before a channel's; the rest stays."""
    lines = (
        over({"account": "A-7"}, parameters={"tolerance": "5"}, why="rounds a line"),
        rule("total_sum"),
        over({"source": "shop-eu"}, parameters={"tolerance": "3"}, severity="reject"),
        over({"channel": "shopify"}, severity="flag"),
        over({"channel": "x12"}, mode="off"),
    )
    (the,) = rules_of(*lines).rules
    assert the.line.parameters == {"tolerance": "5"}
    assert (the.severity, the.mode) == (Severity.REJECT, Mode.ENFORCE)
    assert the.origins["parameters.tolerance"].scope == Scope(account="A-7")
    assert the.origins["severity"].scope == Scope(source="shop-eu")
    assert the.origins["mode"].scope == Scope()
    assert the.origin.scope == Scope(account="A-7")


def test_an_account_of_a_source_is_narrower_than_one_of_any() -> None:
    """All parts that are given have to fit."""
    lines = (
        rule("total_sum"),
        over({"account": "A-7"}, severity="flag"),
        over({"account": "A-7", "source": "shop-eu"}, severity="reject"),
        over({"account": "A-7", "source": "other"}, severity="accept"),
    )
    assert rules_of(*lines).rules[0].severity is Severity.REJECT


def test_lines_of_the_topic_lie_over_those_that_came() -> None:
    """In the same scope; a narrower one that came still counts before a wider one."""
    came = (
        rule("total_sum", severity="park"),
        over({"channel": "shopify"}, severity="flag"),
    )
    mine = rule("total_sum", {"tolerance": "9"}, severity="reject")
    found = effective(Book(came, {mine.key: Stored(mine)}), "x12", "s", "")
    (the,) = found.rules
    assert (the.severity, the.origins["severity"]) == (
        Severity.REJECT,
        Origin(Scope(), STORED),
    )
    (theirs,) = effective(
        Book(came, {mine.key: Stored(mine)}), "shopify", "s", ""
    ).rules
    assert theirs.origins["severity"] == Origin(Scope(channel="shopify"), SHIPPED)


def test_what_is_observed_never_changes_the_outcome() -> None:
    """It is told as observed."""
    judgement = judged(OFF, rule("total_sum", mode="observe", severity="reject"))
    assert judgement.outcome is Severity.ACCEPT
    assert only(judgement).mode is Mode.OBSERVE


def test_a_trial_runs_beside_what_stands() -> None:
    """The stricter one is observed while the looser one still holds."""
    stands, stricter = (
        rule("total_sum", {"tolerance": "6"}),
        rule("total_sum", {"tolerance": "4"}),
    )
    book = Book((), {stands.key: Stored(stands, stricter)})
    the, trial = book.effective("shopify", "shop-eu", "A-7").rules
    assert (the.mode, the.trial, trial.mode, trial.trial) == (
        Mode.ENFORCE,
        False,
        Mode.OBSERVE,
        True,
    )
    assert trial.origins["parameters.tolerance"].layer == TRIAL
    judgement = judge(Order(OFF), about(), book.effective("shopify", "shop-eu", "A-7"))
    assert (judgement.outcome, only(judgement).trial) == (Severity.ACCEPT, True)


def test_a_new_rule_on_trial_is_only_observed() -> None:
    """Nothing stands beside it."""
    new = rule("total_sum")
    book = Book((), {new.key: Stored(None, new)})
    assert (
        judge(Order(OFF), about(), book.effective("shopify", "shop-eu", "A-7")).outcome
        is Severity.ACCEPT
    )


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (rule("nothing"), "there is no check 'nothing'"),
        (rule("total_sum", {"tolerant": "1"}), "there is no parameter 'tolerant'"),
        (rule("total_sum", {"tolerance": "a bit"}), "tolerance is a number"),
        (rule("present"), "fields is missing"),
        (rule("present", {"fields": ["a..b"]}), "a name is expected"),
        (rule("format", {"field": "order.id", "pattern": "(a+)+"}), "repeats no group"),
        (rule("format", {"field": "order.id", "pattern": "("}), "no pattern"),
        (rule("duplicate", {"by": "name"}), "one of content, purchase_order"),
        (rule("shape", {"schema": {"type": "nothing"}}), "no JSON Schema"),
        (
            rule("shape", {"schema": {"$ref": "https://elsewhere.example/x"}}),
            "no JSON Schema",
        ),
        (rule("total_sum", when="a b"), "unexpected"),
        (read_line({"id": "the-rule", "severity": "flag"}), "which check"),
    ],
)
def test_a_rule_that_cannot_be_used_is_passed_over(line: Line, why: str) -> None:
    """It says why; all others hold."""
    book = Book((line, rule("test_order", id="another")))
    found = book.effective("shopify", "shop-eu", "A-7")
    assert why in found.faults["the-rule"]
    assert [one.id for one in found.rules] == ["another"]


def test_rules_for_some_orders_only() -> None:
    """By event type, and by a condition over the event and its coming."""
    large = rule(
        "total_sum", when="about.account == 'A-7' && totals.grand_total.amount > `40`"
    )
    assert judged(OFF, large).outcome is Severity.PARK
    assert not judged(OFF, large, context=about(account="B")).findings
    assert not judged(
        OFF, rule("total_sum"), context=about(event_type="intake.stock_reported")
    ).findings
    wanted = rule("total_sum", types=["intake.stock_reported"])
    assert judged(
        OFF, wanted, context=about(event_type="intake.stock_reported")
    ).findings


def test_a_condition_that_fails_is_told_and_holds_nothing() -> None:
    """As observed, whatever the rule's severity."""
    judgement = judged(
        OFF, rule("total_sum", when="length(account_id_of_nobody) > `1`")
    )
    finding = only(judgement)
    assert (judgement.outcome, finding.code) == (Severity.ACCEPT, UNDECIDED)


def test_a_condition_is_bounded() -> None:
    """One that would double a text a thousand times gives up."""
    costly = " | ".join(["[@,@][]"] * 40)
    assert only(judged(OFF, rule("total_sum", when=costly))).code == UNDECIDED


def test_a_fault_of_a_check_costs_one_finding() -> None:
    """A check that raises is a fault of ours, told and no more."""

    def broken(*_: object) -> Iterator[Found]:
        raise RuntimeError

    rules = rules_of(rule("total_sum"))
    faulty = replace(rules, rules=(replace(rules.rules[0], run=broken),))
    judgement = judge(Order(order()), about(), faulty)
    assert (judgement.outcome, only(judgement).code) == (Severity.ACCEPT, FAILED)


def test_findings_of_a_rule_are_bounded() -> None:
    """500 bad lines are twenty findings and a count."""
    event = order(lines=[{"quantity": "-1"}] * 500)
    findings = judged(event, rule("quantity")).findings
    assert len(findings) == 21
    assert findings[-1].text == "and 480 more of this rule"


def test_a_finding_as_an_event_and_as_json_carry_it() -> None:
    """The rule stands before the text; a need is a text."""
    finding = only(judged(OFF, rule("total_sum")))
    assert as_field(finding)["text"] == f"the-rule: {finding.text}"
    assert as_json(finding)["need"] == "5"
    assert finding.need == Decimal(5)


# --- as they are stored and written


def test_keys_are_read_back() -> None:
    """Whatever an account is called."""
    for scope in (Scope(), Scope("x12"), Scope("", "shop", "a/b&c=ü%@")):
        assert read_key(key_of("the-rule", scope)) == ("the-rule", scope)
    assert read_key("the-rule@nobody=1") is None


def test_lines_are_stored_and_restored() -> None:
    """With all that they say; another key's are refused."""
    line = over(
        {"account": "A-7"}, parameters={"limits": {"EUR": "5"}}, types=["x"], why="so"
    )
    stored = Stored(
        line, rule("total_sum", scope={"account": "A-7"}), "ada", "2026-11-28"
    )
    assert restore(line.key.encode(), store(stored)) == stored
    assert read_line(as_document(line)) == line
    for key, value in ((b"other", store(stored)), (b"x", b"{"), (b"x", b"[]")):
        with pytest.raises(ConfigurationError):
            restore(key, value)


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("rules: [", "1: yaml"),
        ("roles: []", "1: shape: there is no 'roles'"),
        ("rules: {}", "1: shape: rules is a list"),
        ("rules:\n- id: X y", "2: shape: id is 'X y'"),
        ("rules:\n- {id: ab, severity: bad}", "2: shape: severity is 'bad'"),
        ("rules:\n- {id: ab, colour: red}", "2: shape: there is no 'colour'"),
        (
            "rules:\n- {id: ab, scope: {shop: x}}",
            "2: shape: scope: there is no 'shop'; there are: account, channel, source",
        ),
        ("rules:\n- {id: ab, check: test_order}\n- {id: ab, check: email}", "3: twice"),
        (
            "rules:\n- id: ab\n  check: total_sum\n- id: cd\n  check: nothing",
            "4: rule: cd",
        ),
    ],
)
def test_what_is_wrong_with_a_document_has_its_place(text: str, where: str) -> None:
    """The file's line and what was expected."""
    document = read_document(text, "mine.yaml")
    problems = check_document(document, "mine.yaml", Book(shipped()))
    assert any(where in str(one) for one in problems), problems


def test_a_document_may_be_json_and_change_what_came() -> None:
    """A line of its own needs no check where a wider one has it."""
    said = '"scope": {"account": "A-7"}, "parameters": {"tolerance": 5}'
    text = f'{{"rules": [{{"id": "total-sum", {said}}}]}}'
    document = read_document(text, "mine.json")
    assert check_document(document, "mine.json", Book(shipped())) == ()
    assert document.lines[0].parameters == {"tolerance": "5"}


def test_a_book_remembers_and_a_change_makes_another() -> None:
    """The same set for the same account; another version after a change."""
    book = Book(shipped())
    first = book.effective("shopify", "shop-eu", "A-7")
    assert book.effective("shopify", "shop-eu", "A-7") is first
    mine = over({"account": "A-7"}, check="test_order")
    changed = book.with_stored(mine.key, Stored(mine))
    assert changed.version != book.version
    assert changed.with_stored(mine.key, None).version == book.version
    assert first.version == book.version
