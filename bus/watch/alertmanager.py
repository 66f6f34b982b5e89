"""Alerts as Alertmanager's API v2 takes them (its `openapi.yaml`, `postableAlert`).

Labels are an alert's identity: never a value, a reason or an id of an event.
"""

from collections.abc import Mapping
from typing import TypeAlias

from bus.times import moment_of, rfc3339
from bus.watch.alerts import Alert, Phase
from bus.watch.message import Links
from bus.watch.rules import BY_NAME
from bus.watch.verdicts import Kind

Posted: TypeAlias = Mapping[str, object]
PATH = "/api/v2/alerts"
_WATCHDOG_S = 300.0


def posted(alert: Alert, links: Links) -> Posted:
    """Return an alert as it is now; while it fires it has no end.

    Alertmanager itself ends what it is told of no more (`resolve_timeout`).
    """
    rule, subject = BY_NAME.get(alert.rule), alert.subject
    is_subscription = subject.kind is Kind.SUBSCRIPTION
    labels = {
        "alertname": name_of(alert.rule),
        "severity": alert.severity.value,
        "rule": alert.rule,
        "kind": subject.kind.value,
        "name": subject.name,
        "subscription": subject.name if is_subscription else "",
        "owner": alert.whose.owner,
    }
    annotations = {
        "summary": f"{subject}: {alert.evidence}",
        "description": rule.meaning if rule else "",
        "runbook": links.section(alert.rule),
    }
    over = alert.phase is Phase.RESOLVED
    end = alert.resolved if over else None
    return _alert(labels, annotations, alert.fired or alert.began, end, links)


def watchdog(at: float, began: float, links: Links) -> Posted:
    """Return the alert that always fires: who misses it knows that nobody watches."""
    labels = {"alertname": "OrderbusWatchdog", "severity": "none"}
    annotations = {
        "summary": "The watch judges. That this fires is well; that it does not, is an "
        "alarm.",
        "runbook": f"{links.runbook}#nobody-watches" if links.runbook else "",
    }
    return _alert(labels, annotations, began, at + _WATCHDOG_S, links)


def name_of(rule: str) -> str:
    """`OrderbusBreakerOpen`."""
    return "Orderbus" + "".join(word.capitalize() for word in rule.split("_"))


def _alert(
    labels: Mapping[str, str],
    annotations: Mapping[str, str],
    began: float,
    end: float | None,
    links: Links,
) -> Posted:
    made: dict[str, object] = {
        "labels": {name: text for name, text in labels.items() if text},
        "annotations": {name: text for name, text in annotations.items() if text},
        "startsAt": rfc3339(moment_of(began * 1000)),
    }
    if end is not None:
        made["endsAt"] = rfc3339(moment_of(end * 1000))
    if links.dashboard:
        made["generatorURL"] = links.dashboard
    return made
