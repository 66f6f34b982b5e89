"""A corpus judged, decided by people who know, and judged anew by what they learned."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from bus.intake.rules.book import Book
from bus.intake.rules.judging import Judgement, judge
from bus.intake.rules.known import Context
from bus.intake.rules.learning import Decision, Verdict, holds
from bus.intake.rules.lines import Stored
from bus.intake.rules.memory import Memory
from bus.intake.rules.order import Order
from bus.intake.rules.proposal import Proposal
from bus.intake.rules.rows import Rows
from bus.intake.rules.scopes import Scope
from tests.support.corpus import Corpus
from tests.support.corpus_changes import ARTICLES

Tables = dict[str, dict[str, dict[str, str]]]


def tables() -> Tables:
    """The lookup tables of the corpus: its articles and their prices."""
    prices = {
        sku: {"price": str(price), "currency": "EUR", "basis": "gross"}
        for sku, price in ARTICLES.items()
    }
    return {"articles": {sku: {} for sku in ARTICLES}, "prices": prices}


@dataclass(frozen=True, slots=True)
class Seen:
    """An order of the corpus, and what it was judged."""

    one: Corpus
    judgement: Judgement

    @property
    def held(self) -> bool:
        """Whether it was held."""
        return any(map(holds, self.judgement.findings))


def judged_all(orders: Iterable[Corpus], book: Book, known: Tables) -> list[Seen]:
    """Orders judged in the order in which they come, remembered as they do."""

    def table(name: str) -> Rows:
        return known.get(name, {})

    memory = Memory(tables=table)
    found: list[Seen] = []
    for one in orders:
        about = Context(
            event_type=one.event_type,
            channel=one.channel,
            source=one.source,
            account=one.account,
            observed_at=one.at,
            known=memory,
        )
        rules = book.effective(one.channel, one.source, one.account)
        found.append(Seen(one, judge(Order(one.data), about, rules)))
        memory.note(Order(one.data), about)
    return found


def decided(seen: Iterable[Seen]) -> list[Decision]:
    """What people decided about those that were held, who know what is bad."""
    return [
        Decision(
            item=str(one.one.data["order_id"]),
            scope=Scope(one.one.channel, one.one.source, one.one.account),
            findings=one.judgement.findings,
            verdict=Verdict.REJECTED if one.one.bad else Verdict.RELEASED,
            value=Order(one.one.data).total("grand_total"),
            currency="EUR",
        )
        for one in seen
        if one.held
    ]


def followed(
    proposals: Sequence[Proposal], book: Book, known: Tables
) -> tuple[Book, Tables]:
    """Rules and tables once all proposals were applied."""
    tables_after = {name: dict(rows) for name, rows in known.items()}
    for one in proposals:
        if one.line is not None:
            book = book.with_stored(one.line.key, Stored(one.line))
        for row in one.rows:
            tables_after.setdefault(one.table, {})[row] = {}
    return book, tables_after


def counted(seen: Iterable[Seen], wanted: Callable[[Seen], bool]) -> int:
    """How many."""
    return sum(map(wanted, seen))
