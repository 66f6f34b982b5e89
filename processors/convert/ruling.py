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
from bus.intake.sources import Source
from processors.convert.judging import Judged


class Ruling:
    """Fulfils `Judge`; remembers what it has judged, for duplicates and velocity.

    Args:
        book: The rules as they are now.
        memory: What came before.
    """

    def __init__(self, book: Callable[[], Book], memory: Memory) -> None:
        self._book = book
        self._memory = memory

    def judge(self, event: Event, source: Source, observed_at: datetime) -> Judged:
        """Return what the rules in force make of an event. Never raises."""
        account = account_of(event.data, source.account)
        about = Context(
            event_type=event.type,
            channel=source.channel,
            source=source.id,
            account=account,
            observed_at=observed_at,
            test=event.data.get("test") is True,
            known=self._memory,
        )
        rules = self._book().effective(source.channel, source.id, account)
        judgement = judge(event.data, about, rules)
        self._memory.note(event.data, about)
        return Judged(judgement.outcome, tuple(map(_found, judgement.findings)))


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
