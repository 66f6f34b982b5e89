"""What was noticed of a day: each alert is one of an incident's, or was for nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bus.watch.alerts import Alert, Phase, advance
from bus.watch.facts import Facts
from bus.watch.limits import Limits
from bus.watch.rules import judged
from bus.watch.verdicts import Severity
from tests.day.incident import Incident
from tests.day.script import SCRIPT


@dataclass(frozen=True, slots=True)
class Told:
    """Somebody was told at `at` (epoch seconds) of an alert."""

    at: float
    alert: Alert
    over: bool


@dataclass(frozen=True, slots=True)
class Day:
    """What was told from midnight on, and the facts of every look."""

    midnight: float
    told: Sequence[Told]
    facts: Sequence[Facts]


@dataclass(frozen=True, slots=True)
class Noticed:
    """How an incident was noticed: by which rule, after how many minutes.

    `over` is how many minutes after its end its last alert was over; None: it goes on.
    """

    incident: Incident
    rule: str = ""
    after: float | None = None
    alerts: int = 0
    pages: int = 0
    over: float | None = None

    @property
    def is_well(self) -> bool:
        """Whether those were told who should be, in time, and nobody was woken else."""
        if self.incident.harmless:
            return True  # what was told of it is astray
        in_time = self.after is not None and self.after <= self.incident.within
        return in_time and bool(self.pages) == self.incident.pages


@dataclass(frozen=True, slots=True)
class Verdict:
    """All of it: each incident, and what was told for nothing."""

    noticed: Sequence[Noticed]
    astray: Sequence[Told]

    @property
    def alerts(self) -> int:
        """How many were told in all."""
        return sum(one.alerts for one in self.noticed) + len(self.astray)

    @property
    def precision(self) -> float:
        """Which share of what was told was told of something."""
        return 1 - len(self.astray) / max(1, self.alerts)

    @property
    def missed(self) -> Sequence[str]:
        """What nobody was told of in time, or woken for, or was woken for in vain."""
        return [one.incident.name for one in self.noticed if not one.is_well]

    @property
    def recall(self) -> float:
        """Which share of what is to be noticed was."""
        real = [one for one in self.noticed if not one.incident.harmless]
        return 1 - len(self.missed) / max(1, len(real))


def verdict(day: Day) -> Verdict:
    """Say which incident each alert is of."""
    of: dict[str, list[Told]] = {one.name: [] for one in SCRIPT}
    astray: list[Told] = []
    for told in day.told:
        owner = _owner(told, day.midnight)
        if owner is not None:
            of[owner.name].append(told)
        elif not told.over:
            astray.append(told)
    found = [_noticed(one, of[one.name], day.midnight) for one in SCRIPT]
    return Verdict(found, astray)


def again(day: Day, limits: Limits) -> Day:
    """Judge the same facts once more, as the rules are now and by these limits."""
    alerts: Mapping[str, Alert] = {}
    told: list[Told] = []
    for facts in day.facts:
        before, alerts = alerts, advance(alerts, judged(facts, limits), facts.at)
        for key, alert in alerts.items():
            was = before[key].phase if key in before else Phase.PENDING
            if alert.phase is Phase.FIRING and was is not Phase.FIRING:
                told.append(Told(facts.at, alert, over=False))
            if alert.phase is Phase.RESOLVED and was is Phase.FIRING:
                told.append(Told(facts.at, alert, over=True))
    return Day(day.midnight, told, day.facts)


def _owner(told: Told, midnight: float) -> Incident | None:
    """Of several, the one that began last."""
    those = [one for one in SCRIPT if one.owns(told.alert, midnight)]
    return max(those, key=lambda one: one.at, default=None)


def _noticed(incident: Incident, told: Sequence[Told], midnight: float) -> Noticed:
    began = midnight + incident.at * 60
    ended = began + incident.lasts * 60
    fires = [one for one in told if not one.over]
    by = [one for one in fires if incident.notices(one.alert)]
    overs = [one.at for one in told if one.over]
    first = min(by, key=lambda one: one.at, default=None)
    return Noticed(
        incident=incident,
        rule="" if first is None else first.alert.rule,
        after=None if first is None else (first.at - began) / 60,
        alerts=len(fires),
        pages=sum(one.alert.severity is Severity.PAGE for one in fires),
        over=(max(overs) - ended) / 60 if overs and len(overs) == len(fires) else None,
    )
