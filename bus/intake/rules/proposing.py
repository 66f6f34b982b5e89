"""Proposals: the smallest change with which a rule would not have held for nothing.

In this order: values that are missing in a list or a lookup table; a wider tolerance
or limit; last, that the rule is only observed for that account. Each says what it
would have done to the orders that were decided. A person applies one, or does not.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from hashlib import sha256
from json import dumps
from typing import TypeAlias

from bus.intake.rules.book import Book, Rule
from bus.intake.rules.checks.kind import Turn
from bus.intake.rules.judging import Finding
from bus.intake.rules.known import NOTHING, Known
from bus.intake.rules.learning import (
    Decision,
    Group,
    Rate,
    grouped,
    rate_of,
    worth,
)
from bus.intake.rules.lines import Line, Stored, as_document
from bus.intake.rules.modes import Mode
from bus.intake.rules.proposal import Policy, Proposal, Trial
from bus.intake.rules.reading import plain
from bus.intake.rules.widening import limit_for, limit_of, within

_DIGITS = 10
_VALUES = frozenset({Turn.ADD, Turn.DROP, Turn.ROW})
Clears: TypeAlias = Callable[[Finding, Decision], bool]


def proposals(
    decisions: Iterable[Decision],
    book: Book,
    known: Known = NOTHING,
    policy: Policy | None = None,
) -> list[Proposal]:
    """Return what to change, what would have released most first."""
    found: list[Proposal] = []
    for group, those in grouped(decisions).items():
        rule = _in_force(book, group)
        if rule is None:
            continue
        at = _At(group, rule, book, known, policy or Policy())
        still = [one for one in those if at.still_holds(one)]
        if found_one := at.proposal(still):
            found.append(found_one)
    return sorted(found, key=lambda one: (-one.trial.released, one.id))


def _in_force(book: Book, group: Group) -> Rule | None:
    scope = group.scope
    found = book.effective(scope.channel, scope.source, scope.account)
    for rule in found.rules:
        if rule.id == group.rule and not rule.trial and rule.mode is Mode.ENFORCE:
            return rule
    return None


@dataclass(frozen=True, slots=True)
class _At:
    """One group, and the rule as it is in force there now."""

    group: Group
    rule: Rule
    book: Book
    known: Known
    policy: Policy

    def still_holds(self, one: Decision) -> bool:
        """Whether the rule of today would hold it: it may have been changed since."""
        return any(not self._passes_now(f, one) for f in self._own(one))

    def _own(self, one: Decision) -> list[Finding]:
        return [f for f in one.holding() if f.rule == self.group.rule]

    def _passes_now(self, finding: Finding, one: Decision) -> bool:
        knob, need = self.rule.check.knob, finding.need
        if knob is None or need is None:
            return False
        written = self.rule.knob
        if knob.turn is Turn.ROW:
            return self.known.row(str(written), str(need)) is not None
        if knob.turn in {Turn.ADD, Turn.DROP}:
            listed = written if isinstance(written, list | tuple) else []
            wanted = knob.turn is Turn.ADD
            return all((part in listed) is wanted for part in _parts(need))
        limit = limit_of(written, one.currency)
        return limit is not None and within(knob.turn, need, limit)

    def proposal(self, decisions: Sequence[Decision]) -> Proposal | None:
        """The mildest change that helps; None if there is none."""
        rate = rate_of(self.group, decisions)
        if not rate.false or rate.interval[0] <= self.policy.share:
            return self._missing(rate, decisions)
        return (
            self._missing(rate, decisions)
            or self._wider(rate, decisions)
            or self._observed(rate, decisions)
        )

    # --- a value, or a row

    def _missing(self, rate: Rate, decisions: Sequence[Decision]) -> Proposal | None:
        knob = self.rule.check.knob
        if knob is None or knob.turn not in _VALUES:
            return None
        false, true = _counts(self._needs(decisions))
        values = tuple(
            sorted(
                value
                for value, count in false.items()
                if count >= self.policy.fewest_value and value not in true
            )
        )
        if not values:
            return None
        trial = self._tried(decisions, lambda f, _: f.need in values)
        if not trial.released:
            return None
        if knob.turn is Turn.ROW:
            table = str(self.rule.knob)
            text = f"add {len(values)} rows to the lookup table {table}"
            return self._made("rows", rate, trial, text, rows=values, table=table)
        written = self.rule.knob
        have = list(written) if isinstance(written, list | tuple) else []
        named = [part for value in values for part in _parts(value)]
        if knob.turn is Turn.ADD:
            line = self._line({knob.parameter: [*have, *named]})
            text = f"add {', '.join(named)} to {knob.parameter}"
        else:
            left = [one for one in have if one not in named]
            line = self._line({knob.parameter: left})
            text = f"ask for no {', '.join(named)} in {knob.parameter}"
        return self._made("values", rate, trial, text, line=line)

    def _needs(self, decisions: Sequence[Decision]) -> Iterator[tuple[str, Decision]]:
        for one in decisions:
            if one.verdict.is_false or one.is_held_by(self.group.rule):
                needs = {str(f.need) for f in self._own(one) if f.need is not None}
                yield from ((need, one) for need in sorted(needs))

    # --- a wider parameter

    def _wider(self, rate: Rate, decisions: Sequence[Decision]) -> Proposal | None:
        knob = self.rule.check.knob
        turns = {Turn.MORE, Turn.LESS}
        if (
            knob is None
            or knob.turn not in turns
            or rate.all < self.policy.fewest_wider
        ):
            return None
        if isinstance(self.rule.knob, Mapping):
            return self._wider_by_currency(rate, decisions, knob.parameter)
        limit = limit_for(self.group.rule, decisions, knob.turn, self.policy.cleared)
        if limit is None:
            return None
        trial = self._tried(
            decisions,
            lambda f, _: f.need is not None and within(knob.turn, f.need, limit),
        )
        text = f"{knob.parameter} {plain(limit)} instead of {self.rule.knob}"
        line = self._line({knob.parameter: plain(limit)})
        return self._made("wider", rate, trial, text, line=line)

    def _wider_by_currency(
        self, rate: Rate, decisions: Sequence[Decision], name: str
    ) -> Proposal | None:
        written = self.rule.knob
        limits = dict(written) if isinstance(written, Mapping) else {}
        changed: dict[str, Decimal] = {}
        for currency in sorted({one.currency for one in decisions}):
            those = [one for one in decisions if one.currency == currency]
            limit = limit_for(self.group.rule, those, Turn.MORE, self.policy.cleared)
            if limit is not None:
                changed[currency] = limit
        if not changed:
            return None
        trial = self._tried(
            decisions,
            lambda f, one: (
                f.need is not None
                and one.currency in changed
                and within(Turn.MORE, f.need, changed[one.currency])
            ),
        )
        texts = {currency: plain(limit) for currency, limit in changed.items()}
        line = self._line({name: {**limits, **texts}})
        said = ", ".join(f"{limit} {currency}" for currency, limit in texts.items())
        return self._made("wider", rate, trial, f"{name} up to {said}", line=line)

    # --- only observed

    def _observed(self, rate: Rate, decisions: Sequence[Decision]) -> Proposal | None:
        if rate.all < self.policy.fewest:
            return None
        trial = self._tried(decisions, lambda *_: True)
        if trial.lost > self.policy.lost * trial.released:
            return None
        line = replace(self._line({}), mode=Mode.OBSERVE)
        return self._made("observe", rate, trial, "only observe it", line=line)

    # --- what all have in common

    def _tried(self, decisions: Sequence[Decision], clears: Clears) -> Trial:
        false = [one for one in decisions if one.verdict.is_false]
        gone = [one for one in decisions if not self._held_after(one, clears)]
        released = [one for one in gone if one.verdict.is_false]
        return Trial(
            false=len(false),
            true=len(decisions) - len(false),
            released=len(released),
            lost=len(gone) - len(released),
            value=worth(released),
        )

    def _held_after(self, one: Decision, clears: Clears) -> bool:
        """Whether something would still hold it: this rule, or another one."""
        return any(
            f.rule != self.group.rule or not clears(f, one) for f in one.holding()
        )

    def _line(self, parameters: Mapping[str, object]) -> Line:
        """The line of this group's scope with these parameters besides its own."""
        wanted = Line(self.group.rule, self.group.scope)
        stored: Stored | None = self.book.stored.get(wanted.key)
        line = wanted if stored is None or stored.line is None else stored.line
        return replace(line, parameters={**line.parameters, **parameters})

    def _made(  # noqa: PLR0913 - the parts of a proposal
        self,
        kind: str,
        rate: Rate,
        trial: Trial,
        text: str,
        *,
        line: Line | None = None,
        table: str = "",
        rows: tuple[str, ...] = (),
    ) -> Proposal:
        why = (
            f"{rate.false} of {rate.all} were released unchanged; of the others"
            f" {trial.lost} had been released, too"
        )
        line = None if line is None else replace(line, why=why)
        said: list[object] = [
            kind,
            self.group.rule,
            self.group.scope.pairs(),
            table,
            rows,
        ]
        if line is not None:
            said.append(as_document(replace(line, why=None)))
        digest = sha256(dumps(said, default=str).encode()).hexdigest()[:_DIGITS]
        return Proposal(
            id=f"p{digest}",
            kind=kind,
            group=self.group,
            rate=rate,
            line=line,
            table=table,
            rows=rows,
            text=text,
            trial=trial,
        )


def _counts(
    needs: Iterable[tuple[str, Decision]],
) -> tuple[dict[str, int], set[str]]:
    """How often each value was held for nothing, and those held rightly as well."""
    false: dict[str, int] = {}
    true: set[str] = set()
    for need, one in needs:
        if one.verdict.is_false:
            false[need] = false.get(need, 0) + 1
        else:
            true.add(need)
    return false, true


def _parts(need: object) -> list[str]:
    return str(need).split(", ")
