"""The life of an alert: pending, firing, resolved; and who has been told.

Of one rule and one subject there is one alert at a time, so that nothing is told
twice. Who was told that it fires, and not yet that it is over, is owed that word, and
takes it along when it begins anew.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from bus.watch.covering import COVERS, NOTHING
from bus.watch.rules import BY_NAME, RULES, Finding, Judged
from bus.watch.verdicts import Severity, Subject, Whose

_NOBODYS = Whose()
KEEP_S = 7 * 86_400.0
"""How long what is over can still be listed."""


class Phase(StrEnum):
    """Where in its life an alert is."""

    PENDING = "pending"
    FIRING = "firing"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One alert; times are epoch seconds.

    `began` is since when it is so, `seen` when it was last so, with this `evidence`.
    `why` is the evidence with which it began to fire, `whose` the subscription is that
    it is about. `told` are the sinks that know it fires, `ended` those that know it is
    over. `before` is when the one before it was over, if that is not long ago.
    """

    rule: str
    subject: Subject
    severity: Severity
    phase: Phase
    began: float
    seen: float
    evidence: str
    why: str = ""
    whose: Whose = _NOBODYS
    fired: float | None = None
    resolved: float | None = None
    before: float | None = None
    told: frozenset[str] = frozenset()
    ended: frozenset[str] = frozenset()

    @property
    def key(self) -> str:
        """What it is one of."""
        return key_of(self.rule, self.subject)

    @property
    def owed(self) -> frozenset[str]:
        """The sinks that believe that it fires."""
        return self.told - self.ended

    def duration_s(self, at: float) -> float:
        """How long it has been so, or was."""
        return (at if self.resolved is None else self.seen) - self.began


def key_of(rule: str, subject: Subject) -> str:
    """The key of an alert."""
    return f"{rule}:{subject}"


def advance(
    alerts: Mapping[str, Alert], found: Judged, at: float
) -> Mapping[str, Alert]:
    """Return all alerts as they are after what was found; those over for long go.

    What nobody knows leaves an alert as it is.
    """
    now = {key_of(one.rule.name, one.subject): one for one in found.findings}
    so = {k: one for k, one in now.items() if not _is_covered(one, now, alerts, at)}
    after = {
        key: _so(
            alerts.get(key), finding, found.whose.get(finding.subject, _NOBODYS), at
        )
        for key, finding in so.items()
    }
    for key, alert in alerts.items():
        if key not in so and (kept := _not_so(alert, found, at)) is not None:
            after[key] = kept
    return after


def changed(
    before: Mapping[str, Alert], after: Mapping[str, Alert]
) -> Iterator[tuple[str, Alert | None]]:
    """What has to be written down: all but that something is still so."""
    for key in before.keys() - after.keys():
        yield key, None
    for key, alert in after.items():
        old = before.get(key)
        if old is None or _as_seen(old, alert) != alert:
            yield key, alert


def _as_seen(old: Alert, new: Alert) -> Alert:
    return replace(old, seen=new.seen, evidence=new.evidence)


def _is_covered(
    finding: Finding,
    now: Mapping[str, Finding],
    alerts: Mapping[str, Alert],
    at: float,
) -> bool:
    """Whether another alert says it already, or has just said it; not once it fires.

    Of two that are found at once the graver rule's is begun.
    """
    rule = finding.rule
    own = alerts.get(key_of(rule.name, finding.subject))
    if own is not None and own.phase is Phase.FIRING:
        return False
    cover = COVERS.get(rule.name, NOTHING)
    for name in cover.by:
        key = name if ":" in name else key_of(name, finding.subject)
        if key in now and RULES.index(now[key].rule) < RULES.index(rule):
            return True
        if key in alerts and _covers(alerts[key], cover.for_s, at):
            return True
    return False


def _covers(alert: Alert, for_s: float, at: float) -> bool:
    if alert.phase is not Phase.RESOLVED:
        return True
    return alert.resolved is not None and at - alert.resolved < for_s


def _so(held: Alert | None, finding: Finding, whose: Whose, at: float) -> Alert:
    rule = finding.rule
    if held is None or held.phase is Phase.RESOLVED:
        held = Alert(
            rule=rule.name,
            subject=finding.subject,
            severity=rule.severity,
            phase=Phase.PENDING,
            began=at,
            seen=at,
            evidence=finding.evidence,
            whose=whose,
            before=None if held is None else held.resolved,
            told=frozenset() if held is None else held.owed,
        )
    now = replace(held, seen=at, evidence=finding.evidence)
    if now.phase is Phase.PENDING and at - now.began >= rule.for_s:
        return replace(now, phase=Phase.FIRING, fired=at, why=finding.evidence)
    return now


def _not_so(alert: Alert, found: Judged, at: float) -> Alert | None:
    if alert.phase is Phase.RESOLVED:
        over_s = at - (at if alert.resolved is None else alert.resolved)
        return alert if over_s < KEEP_S else None
    if not found.knows(alert.rule, alert.subject):
        return alert
    if alert.phase is Phase.PENDING:
        # Somebody may believe that it fires since the time before.
        if alert.owed:
            return _over(alert, at)
        # The one before it is over all the same.
        return None if alert.before is None else _over(alert, alert.before)
    rule = BY_NAME.get(alert.rule)
    clear_s = rule.clear_s if rule else 0.0
    return _over(alert, at) if at - alert.seen >= clear_s else alert


def _over(alert: Alert, at: float) -> Alert:
    return replace(alert, phase=Phase.RESOLVED, resolved=at)
