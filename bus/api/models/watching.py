"""What is sent and answered: watching."""

# Written from the table of routes by `make client`, not by hand.
from collections.abc import Mapping, Sequence
from typing import Literal, NotRequired, TypedDict

from bus.api.models.source_health import ReasonShown


class PartShown(TypedDict):
    """A program, a source topic, a subscription, a source of intake."""

    kind: Literal["bus", "program", "source", "subscription", "parked", "intake"]
    name: str
    state: Literal["healthy", "degraded", "failing", "held", "unknown"]
    reasons: Sequence[ReasonShown]


class BusHealth(TypedDict):
    """How the bus is, and everybody in it, worst first."""

    state: Literal["healthy", "degraded", "failing", "held", "unknown"]
    reasons: Sequence[ReasonShown]
    looked_at: str | None
    unknown: Mapping[str, str]
    parts: Sequence[PartShown]


class AlertShown(TypedDict):
    """An alert. Who has to do what stands in its section of the runbook."""

    rule: str
    kind: str
    name: str
    severity: Literal["page", "ticket"]
    phase: Literal["pending", "firing", "resolved"]
    since: str
    fired: str | None
    resolved: str | None
    lasted_s: float
    evidence: str
    means: str
    runbook: str
    silenced_until: str | None
    began_with: str
    before: str | None
    told: Sequence[str]
    actions: Sequence[Literal["silence"]]


class Alerts(TypedDict):
    """Alerts: what fires first, the gravest and oldest of it."""

    data: Sequence[AlertShown]
    stale: str | None


class SinkShown(TypedDict):
    """Somebody who is told of alerts, and whether they take what they are told."""

    name: str
    kind: str
    state: Literal["working", "failing", "untried"]
    sent: str | None
    failing_since: str | None
    why: str
    waiting: int
    quiet_hours: str | None
    tried_at: str | None
    tried_why: str | None
    actions: Sequence[Literal["test"]]


class Sinks(TypedDict):
    """Who is told of alerts, by name."""

    data: Sequence[SinkShown]
    stale: str | None


class Ending(TypedDict):
    """Nothing needs to be said."""


class SilenceShown(TypedDict):
    """Alerts that nobody is told of for a while."""

    id: str
    rule: str
    subject: str
    since: str
    until: str
    why: str
    by: str
    covers: int
    actions: Sequence[Literal["end"]]


class Silences(TypedDict):
    """Those that last, what ends first first."""

    data: Sequence[SilenceShown]


class NewSilence(TypedDict):
    """What nobody is to be told of; a rule, a subject, or both."""

    rule: NotRequired[str]
    subject: NotRequired[str]
    duration: str
    why: NotRequired[str]
