"""Two sets of rules over the same orders: which would newly be held, which no more."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal

from bus.intake.rules.book import Book
from bus.intake.rules.judging import Judgement, judge
from bus.intake.rules.known import Context
from bus.intake.rules.learning import holds
from bus.intake.rules.memory import Memory
from bus.intake.rules.order import Order
from bus.intake.rules.rows import Rows

_MOST_NAMED = 50


@dataclass(frozen=True, slots=True)
class Case:
    """An order that came once, and how it came. `about.known` is not used."""

    data: Mapping[str, object]
    about: Context


@dataclass(slots=True)
class Moved:
    """Orders that one set of rules would hold and the other would not.

    `value` is what they are worth by currency, `unknown` how many say no value;
    `examples` are the first fifty, with the rules that hold them.
    """

    count: int = 0
    unknown: int = 0
    value: dict[str, Decimal] = field(default_factory=dict)
    by_rule: dict[str, int] = field(default_factory=dict)
    examples: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)

    def add(self, case: Case, judgement: Judgement) -> None:
        """Count an order that this judgement holds."""
        order = Order(case.data)
        rules = tuple(sorted({one.rule for one in judgement.findings if holds(one)}))
        self.count += 1
        total = order.total("grand_total")
        if total is None:
            self.unknown += 1
        else:
            currency = order.currency
            self.value[currency] = self.value.get(currency, Decimal(0)) + total
        for rule in rules:
            self.by_rule[rule] = self.by_rule.get(rule, 0) + 1
        if len(self.examples) < _MOST_NAMED:
            self.examples.append((order.order_id, rules))


@dataclass(slots=True)
class Comparison:
    """What another set of rules would have changed.

    `found` is by rule how many orders it found something in, before and after, whether
    or not that counts: of a rule that is observed it says what it would do.
    """

    orders: int = 0
    held_before: int = 0
    held_after: int = 0
    parked: Moved = field(default_factory=Moved)
    accepted: Moved = field(default_factory=Moved)
    found: dict[str, tuple[int, int]] = field(default_factory=dict)


def compare(
    cases: Iterable[Case],
    before: Book,
    after: Book,
    tables: Callable[[str], Rows] = lambda _: {},
) -> Comparison:
    """Judge orders by both, in the order in which they come."""
    old, new = _Judge(before, tables), _Judge(after, tables)
    found = Comparison()
    for case in cases:
        one, other = old.judged(case), new.judged(case)
        _count(found, case, one, other)
    return found


def _count(found: Comparison, case: Case, one: Judgement, other: Judgement) -> None:
    was, will = any(map(holds, one.findings)), any(map(holds, other.findings))
    found.orders += 1
    found.held_before += was
    found.held_after += will
    if will and not was:
        found.parked.add(case, other)
    if was and not will:
        found.accepted.add(case, one)
    for place, judgement in enumerate((one, other)):
        for rule in {finding.rule for finding in judgement.findings}:
            counts = list(found.found.get(rule, (0, 0)))
            counts[place] += 1
            found.found[rule] = counts[0], counts[1]


class _Judge:
    """One set of rules with a memory of its own."""

    def __init__(self, book: Book, tables: Callable[[str], Rows]) -> None:
        self._book = book
        self._memory = Memory(timedelta(days=7), tables=tables)

    def judged(self, case: Case) -> Judgement:
        about = Context(
            event_type=case.about.event_type,
            channel=case.about.channel,
            source=case.about.source,
            account=case.about.account,
            observed_at=case.about.observed_at,
            test=case.about.test,
            known=self._memory,
            noticed=case.about.noticed,
        )
        rules = self._book.effective(about.channel, about.source, about.account)
        order = Order(case.data)
        judgement = judge(order, about, rules)
        self._memory.note(order, about)
        return judgement
