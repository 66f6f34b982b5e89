"""Judging by the rules in force: those of the channel, the source and the account."""

from collections.abc import Callable
from datetime import datetime

from bus.event import Event
from bus.intake.parked.item import Found
from bus.intake.rules.book import Book
from bus.intake.rules.judging import Finding, as_json, judge
from bus.intake.rules.known import Context, account_of
from bus.intake.rules.memory import Memory
from bus.intake.rules.modes import Mode
from bus.intake.rules.order import Order
from bus.intake.sources import Source
from processors.convert.judging import Judged
from processors.convert.reading import Sources


class Ruling:
    """Fulfils `Judge`; remembers what it has judged, for duplicates and velocity.

    Args:
        book: The rules as they are now.
        memory: What came before.
        sources: Whose events those are that came before.
    """

    def __init__(
        self, book: Callable[[], Book], memory: Memory, sources: Sources
    ) -> None:
        self._book = book
        self._memory = memory
        self._sources = sources

    @property
    def window_s(self) -> int:
        """How far back anything is remembered."""
        return int(self._memory.window.total_seconds())

    @property
    def full(self) -> bool:
        """Whether something is forgotten for everything that is remembered."""
        return self._memory.full

    def remember(self, event: Event, observed_at: datetime) -> None:
        """Take over what was told before; of a source that is gone, nothing."""
        source = self._sources.get(event.source.removeprefix("/intake/"))
        if source is not None:
            about = self._about(event, source, observed_at)
            self._memory.note(Order(event.data), about)

    def judge(self, event: Event, source: Source, observed_at: datetime) -> Judged:
        """Return what the rules in force make of an event. Never raises."""
        about = self._about(event, source, observed_at)
        rules = self._book().effective(source.channel, source.id, about.account)
        order = Order(event.data)
        judgement = judge(order, about, rules)
        self._memory.note(order, about)
        return Judged(judgement.outcome, tuple(map(_found, judgement.findings)))

    def _about(self, event: Event, source: Source, observed_at: datetime) -> Context:
        return Context(
            event_type=event.type,
            channel=source.channel,
            source=source.id,
            account=account_of(event.data, source.account),
            observed_at=observed_at,
            test=event.data.get("test") is True,
            known=self._memory,
        )


def _found(finding: Finding) -> Found:
    return Found(
        code=finding.code,
        rule=finding.rule,
        severity=finding.severity,
        observed=finding.mode is not Mode.ENFORCE,
        text=finding.text,
        path=finding.path,
        value=finding.value,
        need=str(as_json(finding)["need"] or ""),
    )
