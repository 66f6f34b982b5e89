"""All lines of the rules, and which of them hold for an account."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from json import dumps

from bus.delivery.expressions import Expression, compile_expression
from bus.errors import InvalidSubscriptionError
from bus.expected import among
from bus.intake.findings import Severity
from bus.intake.parsing.paths import WordingError
from bus.intake.rules.checks import CHECKS
from bus.intake.rules.checks.kind import Check, Run, Turn
from bus.intake.rules.checks.parameters import read_parameters
from bus.intake.rules.lines import FIELDS, Line, Stored, as_document, laid_over
from bus.intake.rules.modes import Mode
from bus.intake.rules.scopes import Scope

SHIPPED, STORED, TRIAL = "shipped", "stored", "trial"
TYPES = ("intake.order_received", "intake.order_changed")
"""What a rule is for that does not say it."""
_DIGITS = 12
_MOST_SETS = 10_000


@dataclass(frozen=True, slots=True)
class Origin:
    """Where something comes from: a scope, and whether it came with the bus."""

    scope: Scope
    layer: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule as it holds for an account.

    Attributes:
        line: All that it says, whichever scope says it.
        origins: By field (and `parameters.NAME`): where that comes from.
        check: The check that it makes.
        run: The check's function with the rule's parameters.
        when: Compiled; None: always.
        severity, mode: What its findings call for; a trial is never more than observed.
        trial: Whether it is a new or tightened line that is tried out.
    """

    line: Line
    origins: Mapping[str, Origin]
    check: Check = field(repr=False)
    run: Run = field(repr=False)
    when: Expression | None
    severity: Severity
    mode: Mode
    types: frozenset[str]
    trial: bool = False

    @property
    def id(self) -> str:
        """The rule's id."""
        return self.line.rule

    @property
    def knob(self) -> object:
        """The parameter that lets more pass, as it is; empty if there is none."""
        name = self.check.knob.parameter if self.check.knob else ""
        every = self.check.parameters
        default = next((one.default for one in every if one.name == name), "")
        return self.line.parameters.get(name, default)

    @property
    def lookup(self) -> str:
        """The lookup table a further row of which lets more pass; empty: none."""
        knob = self.check.knob
        return str(self.knob) if knob and knob.turn is Turn.ROW else ""

    @property
    def origin(self) -> Origin:
        """The narrowest scope that says anything of it."""
        return max(self.origins.values(), key=lambda one: one.scope.rank)


@dataclass(frozen=True, slots=True)
class Effective:
    """The rules that hold for an account.

    Attributes:
        version: The book's they are of.
        scope: Whose they are.
        rules: Those that can be used, by id; trials behind the rule they are of.
        faults: Rule ids with why one cannot be used; it is passed over.
    """

    version: str
    scope: Scope
    rules: tuple[Rule, ...]
    faults: Mapping[str, str]


class Book:
    """All lines: those that came with the bus, and those of the topic over them.

    `effective` is remembered for each account; a change makes a new book.
    """

    def __init__(
        self, shipped: Iterable[Line] = (), stored: Mapping[str, Stored] | None = None
    ) -> None:
        self.shipped = tuple(shipped)
        self.stored = dict(sorted((stored or {}).items()))
        self.version = _version(self.shipped, self.stored)
        self._sets: dict[Scope, Effective] = {}
        self._by_rule: dict[str, list[tuple[Line, str]]] = {}
        for line, layer in self._layers():
            self._by_rule.setdefault(line.rule, []).append((line, layer))

    def with_stored(self, key: str, stored: Stored | None) -> "Book":
        """The book with another record under a key; None: with none."""
        others = {name: one for name, one in self.stored.items() if name != key}
        if stored is not None:
            others[key] = stored
        return Book(self.shipped, others)

    def effective(self, channel: str, source: str, account: str) -> Effective:
        """The rules that hold for an account."""
        scope = Scope(channel, source, account)
        found = self._sets.get(scope)
        if found is None:
            if len(self._sets) >= _MOST_SETS:
                self._sets.clear()
            found = self._sets[scope] = self._made(scope)
        return found

    def lines(self) -> Iterator[tuple[Line, str]]:
        """All lines with the layer that each is of: shipped, stored, trial."""
        for rule in sorted(self._by_rule):
            yield from self._by_rule[rule]

    def _layers(self) -> Iterator[tuple[Line, str]]:
        for line in self.shipped:
            yield line, SHIPPED
        for one in self.stored.values():
            if one.line is not None:
                yield one.line, STORED
        for one in self.stored.values():
            if one.trial is not None:
                yield one.trial, TRIAL

    def _made(self, scope: Scope) -> Effective:
        rules: list[Rule] = []
        faults: dict[str, str] = {}
        for name in sorted(self._by_rule):
            layers = [
                (line, layer)
                for line, layer in self._by_rule[name]
                if line.scope.covers(scope)
            ]
            for trial in (False, True):
                try:
                    rule = _ruled(layers, trial=trial)
                except WordingError as error:
                    faults[name] = str(error)
                else:
                    rules += [rule] if rule is not None else []
        return Effective(self.version, scope, tuple(rules), faults)


def effective(book: Book, channel: str, source: str, account: str) -> Effective:
    """The rules that hold for an account, remembered by the book's version."""
    return book.effective(channel, source, account)


def _ruled(layers: Sequence[tuple[Line, str]], *, trial: bool) -> Rule | None:
    """The rule of lines that cover a scope; None if there is none, or no trial.

    Raises:
        WordingError: It cannot be used, and why.
    """
    trials = {line.key for line, layer in layers if layer == TRIAL}
    if trial and not trials:
        return None
    if trial:  # in place of what stands at their keys
        chosen = [x for x in layers if x[1] != STORED or x[0].key not in trials]
    else:
        chosen = [x for x in layers if x[1] != TRIAL]
    if not chosen:
        return None
    ranked = sorted(chosen, key=lambda one: (one[0].scope.rank, one[1] != SHIPPED))
    origins: dict[str, Origin] = {}
    whole: Line | None = None
    for line, layer in ranked:
        origins |= dict.fromkeys(_said(line), Origin(line.scope, layer))
        whole = line if whole is None else laid_over(line, whole)
    return None if whole is None else _compiled(whole, origins, trial=trial)


def _said(line: Line) -> Iterator[str]:
    """The fields that a line says."""
    for name in FIELDS:
        if name == "parameters":
            yield from (f"parameters.{one}" for one in line.parameters)
        elif getattr(line, name) is not None:
            yield name


def _compiled(line: Line, origins: Mapping[str, Origin], *, trial: bool) -> Rule:
    if line.check is None:
        raise WordingError("no line of it says which check it makes")
    check = CHECKS.get(line.check)
    if check is None:
        known = among(line.check, CHECKS)
        raise WordingError(f"there is no check {line.check!r}; {known}")
    known_parameters = {one.name: one for one in check.parameters}
    given = read_parameters(known_parameters, line.parameters)
    mode = line.mode or Mode.OBSERVE
    return Rule(
        line=line,
        origins=origins,
        check=check,
        run=check.make(given),
        when=_condition(line.when),
        severity=line.severity or Severity.FLAG,
        mode=min(mode, Mode.OBSERVE, key=list(Mode).index) if trial else mode,
        types=frozenset(line.types or TYPES),
        trial=trial,
    )


def _condition(text: str | None) -> Expression | None:
    if not text:
        return None
    try:
        return compile_expression(text, "when")
    except InvalidSubscriptionError as error:
        raise WordingError(str(error)) from None


def _version(shipped: Iterable[Line], stored: Mapping[str, Stored]) -> str:
    said = [as_document(line) for line in shipped]
    for key, one in stored.items():
        pair = [None if x is None else as_document(x) for x in (one.line, one.trial)]
        said.append({"key": key, "lines": pair})
    text = dumps(said, sort_keys=True, default=str)
    return sha256(text.encode()).hexdigest()[:_DIGITS]


def alone(line: Line, under: Book) -> Rule:
    """A line as it would hold in a book, for who checks it.

    Raises:
        WordingError: It cannot be used, and why.
    """
    stored = under.with_stored(line.key, Stored(replace(line)))
    found = stored.effective(line.scope.channel, line.scope.source, line.scope.account)
    if line.rule in found.faults:
        raise WordingError(found.faults[line.rule])
    return next(rule for rule in found.rules if rule.id == line.rule and not rule.trial)
