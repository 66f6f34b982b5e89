"""An order judged by the rules that hold for it; nothing raises.

What is only observed is told, and never changes what an order comes to.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import localcontext

from bus.delivery.expressions import Expression
from bus.intake.findings import Severity, shown
from bus.intake.rules.book import Effective, Rule
from bus.intake.rules.checks.kind import Found, Need
from bus.intake.rules.known import Context
from bus.intake.rules.modes import Mode, rank_of
from bus.intake.rules.order import Order
from bus.intake.rules.reading import EXACT, plain
from bus.intake.rules.scopes import Scope

MOST_OF_RULE = 20
_MOST_STEPS = 20_000
FAILED, UNDECIDED = "rule_failed", "condition_failed"
OWN_CODES = {
    FAILED: "The rule cannot be applied to this order. A fault of ours: please tell.",
    UNDECIDED: "The rule's `when` cannot be told of this order; it was passed over.",
}
"""Codes that any rule may give, whatever its check."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule has found in one order.

    Attributes:
        rule, code: Which rule; one of its check's codes.
        severity: What it calls for.
        mode: enforce, or observe: then it calls for nothing.
        path: The field of the event; empty: the whole.
        text: What is wrong, in a sentence.
        value: The value as it came, what is personal covered; None if there is none.
        scope: The narrowest scope that has a say in the rule.
        trial: Whether a new or tightened line has found it that is tried out.
        need: The value of the check's knob with which it would be none.
    """

    rule: str
    code: str
    severity: Severity
    mode: Mode
    path: str
    text: str
    value: str | None
    scope: Scope
    trial: bool = False
    need: Need | None = None


@dataclass(frozen=True, slots=True)
class Judgement:
    """What an order came to, and why. `version` is that of the rules."""

    outcome: Severity
    findings: tuple[Finding, ...]
    version: str


def judge(order: Order, about: Context, rules: Effective) -> Judgement:
    """Judge an event; the worst that is enforced is what it comes to."""
    outcome = Severity.ACCEPT
    findings: list[Finding] = []
    with localcontext(EXACT):
        for rule in rules.rules:
            if rule.mode is Mode.OFF or about.event_type not in rule.types:
                continue
            for found in _applied(rule, order, about):
                findings.append(found)
                counts = found.mode is Mode.ENFORCE
                if counts and rank_of(found.severity) > rank_of(outcome):
                    outcome = found.severity
    return Judgement(outcome, tuple(findings), rules.version)


def _applied(rule: Rule, order: Order, about: Context) -> list[Finding]:
    check = rule.check
    if (order.is_thin and not check.thin) or not (check.part or order.is_whole):
        return []
    try:
        if rule.when is not None and not _holds(rule.when, order, about):
            return []
    except Exception as error:  # noqa: BLE001 - an expression may fail as it likes
        return [_failed(rule, UNDECIDED, error)]
    try:
        return list(_findings(rule, order, about))
    except Exception as error:  # noqa: BLE001 - one rule's fault is no order's
        return [_failed(rule, FAILED, error)]


def _holds(when: Expression, order: Order, about: Context) -> bool:
    document = {
        **order.data,
        "about": {
            "type": about.event_type,
            "channel": about.channel,
            "source": about.source,
            "account": about.account,
            "test": about.test,
        },
    }
    return when.holds(document, _MOST_STEPS)


def _findings(rule: Rule, order: Order, about: Context) -> Iterator[Finding]:
    seen, last = 0, None
    for found in rule.run(order, about):
        seen, last = seen + 1, found
        if seen <= MOST_OF_RULE:
            yield _told(rule, found)
    if last is not None and seen > MOST_OF_RULE:
        said = f"and {seen - MOST_OF_RULE} more of this rule"
        yield _told(rule, Found(last.code, said))


def _told(rule: Rule, found: Found) -> Finding:
    return Finding(
        rule=rule.id,
        code=found.code,
        severity=rule.severity,
        mode=rule.mode,
        path=found.path,
        text=found.text,
        value=found.value,
        scope=rule.origin.scope,
        trial=rule.trial,
        need=found.need,
    )


def _failed(rule: Rule, code: str, error: Exception) -> Finding:
    said = f"{OWN_CODES[code]} ({type(error).__name__})"
    return Finding(
        rule=rule.id,
        code=code,
        severity=Severity.FLAG,
        mode=Mode.OBSERVE,
        path="",
        text=said,
        value=None,
        scope=rule.origin.scope,
        trial=rule.trial,
    )


def as_field(finding: Finding) -> dict[str, object]:
    """A finding as an event of intake carries it, its rule before the text."""
    return {
        "code": finding.code,
        "severity": finding.severity.value,
        "path": finding.path or None,
        "source_path": None,
        "text": shown(f"{finding.rule}: {finding.text}"),
        "value": finding.value,
    }


def as_json(finding: Finding) -> dict[str, object]:
    """A finding as JSON, for parked items and answers."""
    need = finding.need
    return {
        "rule": finding.rule,
        "code": finding.code,
        "severity": finding.severity.value,
        "mode": finding.mode.value,
        "path": finding.path,
        "text": finding.text,
        "value": finding.value,
        "scope": dict(finding.scope.pairs()),
        "trial": finding.trial,
        "need": plain(need) if need is not None and not isinstance(need, str) else need,
    }
