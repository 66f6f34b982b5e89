"""A notice as people read it."""

from dataclasses import dataclass
from enum import Enum, auto

from bus.times import moment_of
from bus.watch.rules import BY_NAME
from bus.watch.telling import Notice
from bus.watch.verdicts import Severity
from bus.watch.wording import span


class Mood(Enum):
    """How a notice is shown."""

    PAGE = auto()
    TICKET = auto()
    OVER = auto()


@dataclass(frozen=True, slots=True)
class Message:
    """A notice in words.

    The title is the same at the beginning and at the end of an alert: pagers find it
    again by that.
    """

    title: str
    body: str
    mood: Mood


@dataclass(frozen=True, slots=True)
class Links:
    """Where notices point to; empty: nowhere. `runbook` is a page with sections."""

    dashboard: str = ""
    runbook: str = "deploy/runbook.md"

    def section(self, rule_name: str) -> str:
        """The runbook's section of a rule; empty if it has none."""
        rule = BY_NAME.get(rule_name)
        return f"{self.runbook}#{rule.runbook}" if rule and self.runbook else ""


def message_of(notice: Notice, links: Links, at: float) -> Message:
    """Put a notice in words."""
    alert = notice.alert
    rule = BY_NAME.get(alert.rule)
    since = moment_of(alert.began * 1000).strftime("%Y-%m-%d %H:%M UTC")
    word = "over" if notice.is_over else f"{alert.severity} since {since}"
    lines = [
        f"{word}: {alert.evidence}" if not notice.is_over else _end(notice, at),
        rule.meaning if rule else "",
        f"What to do: {links.section(alert.rule)}" if links.section(alert.rule) else "",
        links.dashboard,
    ]
    mood = Mood.PAGE if alert.severity is Severity.PAGE else Mood.TICKET
    return Message(
        f"Orderbus: {alert.rule}, {alert.subject}",
        "\n".join(line for line in lines if line),
        Mood.OVER if notice.is_over else mood,
    )


def _end(notice: Notice, at: float) -> str:
    lasted = span(notice.alert.duration_s(at))
    return f"over, after {lasted}; it was: {notice.alert.evidence}"
