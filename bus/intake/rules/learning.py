"""What decisions teach: how often each rule is wrong, by channel and account.

A parked order that was released as it was, was held for nothing: false. One that was
mended first, or rejected, was held rightly: true. What expired says nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from math import sqrt
from typing import NamedTuple

from bus.intake.findings import Severity
from bus.intake.rules.judging import Finding
from bus.intake.rules.modes import Mode, rank_of
from bus.intake.rules.scopes import Scope

_Z = 1.959963984540054
_PARKED = rank_of(Severity.PARK)


class Verdict(StrEnum):
    """What became of a parked order."""

    RELEASED = "released unchanged"
    MENDED = "released after a change"
    REJECTED = "rejected"
    EXPIRED = "expired"

    @property
    def is_false(self) -> bool:
        """Whether it was held for nothing."""
        return self is Verdict.RELEASED

    @property
    def is_true(self) -> bool:
        """Whether it was held rightly."""
        return self in {Verdict.MENDED, Verdict.REJECTED}


@dataclass(frozen=True, slots=True)
class Decision:
    """A parked order, what held it, and what was decided.

    Attributes:
        item: The parked item's id.
        scope: Its channel, source and account.
        findings: All that rules found in it.
        verdict: See `Verdict`.
        value, currency: What it is worth; None where nobody can say.
    """

    item: str
    scope: Scope
    findings: tuple[Finding, ...]
    verdict: Verdict
    value: Decimal | None = None
    currency: str = ""

    def holding(self) -> list[Finding]:
        """The findings that held it."""
        return [one for one in self.findings if holds(one)]

    def is_held_by(self, rule: str) -> bool:
        """Whether this rule alone held it."""
        return all(one.rule == rule for one in self.holding())


def holds(finding: Finding) -> bool:
    """Whether a finding alone holds an order."""
    return finding.mode is Mode.ENFORCE and rank_of(finding.severity) >= _PARKED


class Group(NamedTuple):
    """What rates are of: a rule in a channel, for an account (or a source without)."""

    rule: str
    scope: Scope


@dataclass(frozen=True, slots=True)
class Rate:
    """How often a rule held for nothing: false of all that was decided.

    `low` and `high` bound the share with 95 % confidence (Wilson's score interval).
    """

    group: Group
    false: int
    true: int

    @property
    def all(self) -> int:
        """All that was decided."""
        return self.false + self.true

    @property
    def share(self) -> float:
        """The share as it was seen."""
        return self.false / self.all if self.all else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Its bounds; everything is possible of nothing."""
        return wilson(self.false, self.all)


def wilson(some: int, every: int) -> tuple[float, float]:
    """The 95 % interval of a share, by Wilson's score."""
    if not every:
        return 0.0, 1.0
    share, square = some / every, _Z * _Z
    middle = share + square / (2 * every)
    spread = _Z * sqrt(share * (1 - share) / every + square / (4 * every * every))
    whole = 1 + square / every
    return max(0.0, (middle - spread) / whole), min(1.0, (middle + spread) / whole)


def group_of(rule: str, scope: Scope) -> Group:
    """Which group a decision counts for."""
    if scope.account:
        return Group(rule, Scope(scope.channel, "", scope.account))
    return Group(rule, Scope(scope.channel, scope.source, ""))


def grouped(decisions: Iterable[Decision]) -> dict[Group, list[Decision]]:
    """Decisions by rule, channel and account; those that say nothing are left out."""
    found: dict[Group, list[Decision]] = {}
    for one in decisions:
        if one.verdict is Verdict.EXPIRED:
            continue
        for rule in sorted({finding.rule for finding in one.holding()}):
            found.setdefault(group_of(rule, one.scope), []).append(one)
    return found


def rates(decisions: Iterable[Decision]) -> list[Rate]:
    """How often each rule held for nothing; the most often first."""
    found = [rate_of(group, those) for group, those in grouped(decisions).items()]
    return sorted(found, key=lambda one: (-one.false, -one.share, one.group))


def rate_of(group: Group, decisions: Sequence[Decision]) -> Rate:
    """The rate of a group."""
    false = sum(one.verdict.is_false for one in decisions)
    return Rate(group, false, len(decisions) - false)


def worth(decisions: Iterable[Decision]) -> Mapping[str, Decimal]:
    """What orders are worth, by currency."""
    found: dict[str, Decimal] = {}
    for one in decisions:
        if one.value is not None:
            found[one.currency] = found.get(one.currency, Decimal(0)) + one.value
    return found
