"""What the routes of the watch take and show."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

from pydantic import Field

from processors.gateway.model import Flag, Model
from processors.gateway.subscription_models import Duration, Line

PATTERN = r"^[!-~]{1,200}$"


class ReasonShown(Model):
    """Why, and by which rule; an empty one: by its own word, or for want of facts."""

    why: str
    rule: str


class PartShown(Model):
    """A program, a source topic, a subscription, a source of intake."""

    kind: Literal["bus", "program", "source", "subscription", "parked", "intake"]
    name: str
    state: Literal["healthy", "degraded", "failing", "held", "unknown"]
    reasons: Sequence[ReasonShown]


class BusHealth(Model):
    """How the bus is, and everybody in it, worst first."""

    state: Literal["healthy", "degraded", "failing", "held", "unknown"]
    reasons: Sequence[ReasonShown]
    looked_at: Annotated[
        str | None, Field(description="When a watch last said that it looked.")
    ]
    unknown: Annotated[
        Mapping[str, str], Field(description="What gave no answer then, and why.")
    ]
    parts: Sequence[PartShown]


class AlertShown(Model):
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
    began_with: Annotated[
        str, Field(description="The evidence with which it began to fire.")
    ]
    before: Annotated[
        str | None,
        Field(description="When the one before it was over, if that is not long ago."),
    ]
    told: Annotated[
        Sequence[str], Field(description="The sinks that believe that it fires.")
    ]
    actions: Sequence[Literal["silence"]] = ()


class Alerts(Model):
    """Alerts: what fires first, the gravest and oldest of it."""

    data: Sequence[AlertShown]
    stale: Annotated[
        str | None, Field(description="Why nobody knows; null: a watch has looked.")
    ]


class AlertQuery(Model):
    """Which alerts."""

    resolved: Annotated[
        Flag, Field(description="Also what is over, of the last week.")
    ] = False


class SinkShown(Model):
    """Somebody who is told of alerts, and whether they take what they are told."""

    name: str
    kind: str
    state: Annotated[
        Literal["working", "failing", "untried"],
        Field(description="`untried`: nothing was for it so far."),
    ]
    sent: Annotated[str | None, Field(description="When it last took something.")]
    failing_since: str | None
    why: Annotated[str, Field(description="Why it takes nothing; never a secret.")]
    waiting: Annotated[int, Field(description="How many notices are for it.")]
    quiet_hours: Annotated[
        str | None, Field(description="When it hears of pages only.")
    ]
    tried_at: Annotated[
        str | None, Field(description="When somebody asked for a test of it.")
    ]
    tried_why: Annotated[
        str | None,
        Field(
            description="Why the test was not taken: empty if it was, null while nobody"
            " knows."
        ),
    ]
    actions: Sequence[Literal["test"]] = ()


class Sinks(Model):
    """Who is told of alerts, by name."""

    data: Sequence[SinkShown]
    stale: Annotated[
        str | None, Field(description="Why nobody knows; null: a watch has looked.")
    ]


class SilenceShown(Model):
    """Alerts that nobody is told of for a while."""

    id: str
    rule: str
    subject: str
    since: str
    until: str
    why: str
    by: str
    covers: Annotated[
        int, Field(description="How many alerts that fire or are pending now.")
    ]
    actions: Sequence[Literal["end"]] = ()


class Silences(Model):
    """Those that last, what ends first first."""

    data: Sequence[SilenceShown]


class NewSilence(Model):
    """What nobody is to be told of; a rule, a subject, or both."""

    rule: Annotated[
        str, Field(pattern=PATTERN, description="A rule, or a pattern: `burns_*`.")
    ] = "*"
    subject: Annotated[
        str,
        Field(pattern=PATTERN, description="`subscription/acme`, `source/oms.*`, …"),
    ] = "*"
    duration: Annotated[Duration, Field(description="Up to 30 days.")]
    why: Line = ""


class Ending(Model):
    """Nothing needs to be said."""
