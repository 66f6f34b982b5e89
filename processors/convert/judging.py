"""What rules say of an event before it is told, as the conversion asks it."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from bus.event import Event
from bus.intake.findings import Severity, shown
from bus.intake.parked.item import Found
from bus.intake.sources import Source

_HELD = frozenset({Severity.PARK, Severity.REJECT})


@dataclass(frozen=True, slots=True)
class Judged:
    """What rules make of an event: the worst that is enforced, and all they found."""

    outcome: Severity = Severity.ACCEPT
    found: tuple[Found, ...] = ()

    @property
    def held(self) -> bool:
        """Whether it must not be told."""
        return self.outcome in _HELD

    def held_beside(self, overruled: Collection[str]) -> bool:
        """Whether it must not be told, though a person has overruled these rules."""
        if not overruled:
            return self.held
        return any(one.holds and one.rule not in overruled for one in self.found)


class Judge(Protocol):
    """Judges events of intake."""

    def judge(self, event: Event, source: Source, observed_at: datetime) -> Judged:
        """Return what the rules in force make of it. Never raises."""
        ...


class NoRules:
    """Where no rules are: everything may go on."""

    def judge(self, event: Event, source: Source, observed_at: datetime) -> Judged:
        """Accept."""
        del event, source, observed_at
        return Judged()


def with_found(event: Event, found: tuple[Found, ...]) -> Event:
    """An event that says, beside the conversion's findings, what rules found."""
    said = [_as_field(one) for one in found if not one.observed]
    if not said:
        return event
    before = event.data.get("findings")
    findings = [*(before if isinstance(before, list) else []), *said]
    return replace(event, data={**event.data, "findings": findings})


def _as_field(one: Found) -> dict[str, object]:
    return {
        "code": one.name,
        "severity": one.severity.value,
        "path": one.path or None,
        "source_path": one.source_path or None,
        "text": one.text,
        "value": None if one.value is None else shown(one.value),
    }
