"""Alerts and heartbeats as events of the bus: `ops.alert_fired` and its sisters.

The same notice makes the same event, id and all, so that one told twice is known for
what it is.
"""

from datetime import datetime
from uuid import UUID, uuid5

from bus.delivery.own import FAMILY
from bus.event import Event
from bus.times import moment_of
from bus.watch.alerts import Alert
from bus.watch.rules import BY_NAME
from bus.watch.telling import Notice
from bus.watch.verdicts import Health, Kind

FIRED, RESOLVED = f"{FAMILY}.alert_fired", f"{FAMILY}.alert_resolved"
HEARTBEAT = f"{FAMILY}.heartbeat"
_SOURCE = "/orderbus/watch"
_CHANNEL = "watch"
_METADATA = {"source_system": "orderbus"}
_NAMESPACE = UUID("7f0c5b0e-2f53-5d0c-9a53-1f3f6d1c0b92")


def alert_event(notice: Notice) -> Event:
    """Return the event that tells of an alert."""
    alert, over = notice.alert, notice.is_over
    at = (alert.resolved if over else alert.fired) or alert.began
    data = {
        **_common(alert.key, "resolved" if over else "firing"),
        "order_version": round(at * 1000),
        "account_id": alert.whose.account or "",
        **_about(alert),
        "evidence": alert.evidence if over else alert.why or alert.evidence,
        "began_at": moment_of(alert.began * 1000),
    }
    if over:
        data["lasted_ms"] = round(alert.duration_s(at) * 1000)
    event_type = RESOLVED if over else FIRED
    return _event(notice.id, event_type, moment_of(at * 1000), data)


def heartbeat_event(minute: int, health: Health, firing: int) -> Event:
    """Return the event that says that the watch looks; minutes are since 1970."""
    data = {
        **_common("watch", health.value),
        "order_version": minute,
        "account_id": "",
        "firing": firing,
    }
    at = moment_of(minute * 60_000)
    return _event(f"heartbeat:{minute}", HEARTBEAT, at, data)


def _about(alert: Alert) -> dict[str, object]:
    rule, subject = BY_NAME.get(alert.rule), alert.subject
    is_subscription = subject.kind is Kind.SUBSCRIPTION
    return {
        "rule": alert.rule,
        "severity": alert.severity.value,
        "kind": subject.kind.value,
        "name": subject.name,
        "subscription": subject.name if is_subscription else None,
        "owner": alert.whose.owner or None,
        "means": rule.meaning if rule else "",
        "runbook": f"deploy/runbook.md#{rule.runbook}" if rule else None,
    }


def _common(subject: str, status: str) -> dict[str, object]:
    return {
        "order_id": subject,
        "status": status,
        "channel": _CHANNEL,
        "metadata": dict(_METADATA),
    }


def _event(
    notice_id: str, event_type: str, at: datetime, data: dict[str, object]
) -> Event:
    return Event(
        id=str(uuid5(_NAMESPACE, notice_id)),
        type=event_type,
        source=_SOURCE,
        subject=str(data["order_id"]),
        time=at,
        data={**data, "occurred_at": at},
    )
