"""What the bus says of itself, made up: an alert about a shop, its end, a heartbeat."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from bus.event import Event
from bus.samples.order import Fields

_NAMESPACE = UUID("0a6b6c0e-6d2b-5c53-8d0e-5c0a1b9d7f31")
_BEFORE = timedelta(minutes=20)


def _fired(now: datetime) -> Fields:
    return _alert("firing", now)


def _resolved(now: datetime) -> Fields:
    lasted_ms = round(_BEFORE.total_seconds() * 1000)
    return {**_alert("resolved", now), "lasted_ms": lasted_ms}


def _heartbeat(now: datetime) -> Fields:
    return {
        **_common("watch", "healthy", now),
        "order_version": int(now.timestamp()) // 60,
        "account_id": "",
        "firing": 0,
    }


def _alert(status: str, now: datetime) -> Fields:
    return {
        **_common("breaker_open:subscription/my-shop", status, now),
        "order_version": int(now.timestamp() * 1000),
        "account_id": "my-company",
        "rule": "breaker_open",
        "severity": "ticket",
        "kind": "subscription",
        "name": "my-shop",
        "subscription": "my-shop",
        "owner": "my-company",
        "evidence": "the breaker is open, 40 deliveries wait",
        "means": "Its endpoint fails so often that only probes go out.",
        "runbook": "deploy/runbook.md#a-breaker-stays-open",
        "began_at": now - _BEFORE,
    }


def _common(subject: str, status: str, now: datetime) -> Fields:
    return {
        "order_id": subject,
        "status": status,
        "occurred_at": now,
        "channel": "watch",
        "metadata": {"source_system": "orderbus"},
    }


def _event(event_type: str, seed: int, now: datetime, data: Fields) -> Event:
    return Event(
        id=str(uuid5(_NAMESPACE, f"{event_type} {seed} {now.isoformat()}")),
        type=event_type,
        source="/orderbus/watch",
        subject=str(data["order_id"]),
        time=now,
        data=data,
    )


_DATA: dict[str, Callable[[datetime], Fields]] = {
    "ops.alert_fired": _fired,
    "ops.alert_resolved": _resolved,
    "ops.heartbeat": _heartbeat,
}


def ops_sample(event_type: str, seed: int, now: datetime) -> Event | None:
    """Return an event of this type that happens now; None: it is none of these."""
    make = _DATA.get(event_type)
    return None if make is None else _event(event_type, seed, now, make(now))
