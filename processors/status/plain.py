"""How the bus is, as plain values; what is not known is {"unknown": why} or null."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import TypeVar

from bus.delivery.presence import Presence, is_silent
from processors.redrive.letter_rows import Row, moment
from processors.status.lagging import Backlog, Group
from processors.status.question import Unknown
from processors.status.report import HealthSaid, LogSaid, Report, Subscriber, troubles

T = TypeVar("T")


def plain_report(report: Report) -> Row:
    """The report as plain values."""
    now_ms = report.at_ms
    return {
        "at": moment(now_ms),
        "troubles": troubles(report),
        "broker": _known(report.cluster, asdict),
        "registry": _known(report.registry, str),
        "quarantine": _known(report.quarantine, asdict),
        "log": asdict(report.log) if isinstance(report.log, LogSaid) else None,
        "health": None if report.health is None else _known(report.health, _health),
        "processes": _known(
            report.processes, lambda all_: [_process_json(p, now_ms) for p in all_]
        ),
        "groups": {
            name: _known(group, lambda g: _group_json(g, now_ms))
            for name, group in report.groups.items()
        },
        "subscriptions": _known(
            report.subscriptions,
            lambda all_: [{"id": s.id, **subscriber_json(s, now_ms)} for s in all_],
        ),
    }


def _known(part: T | Unknown, shown: Callable[[T], object]) -> object:
    return {"unknown": part.why} if isinstance(part, Unknown) else shown(part)


def _health(said: HealthSaid) -> Row:
    return {"state": said.state, "reasons": list(said.reasons), "looks": said.looks}


def _process_json(presence: Presence, now_ms: int) -> Row:
    silent = is_silent(presence, now_ms)
    ready = "not_ready" if presence.not_ready else "ready"
    return {
        "name": presence.name,
        "state": "silent" if silent else ready,
        "seen_s_ago": _s_ago(presence.at_ms, now_ms),
        "up_s": _s_ago(presence.started_ms, now_ms),
        "programs": list(presence.programs),
        "version": presence.version,
        "pages": presence.pages,
        "not_ready": dict(presence.not_ready),
        "breakers": dict(presence.breakers),
        "log_lag_s": presence.log_lag_s,
        "log_trouble": presence.log_trouble,
    }


def _group_json(group: Group, now_ms: int) -> Row:
    return {
        "members": group.members,
        **_backlog_json(group.backlog, now_ms),
        "topics": {
            topic: _backlog_json(backlog, now_ms)
            for topic, backlog in sorted(group.topics.items())
            if backlog.records
        },
    }


def subscriber_json(one: Subscriber, now_ms: int) -> Row:
    """What waits, what is dead and the breaker, as plain values."""
    pending: Mapping[str, Backlog] | None = one.pending
    return {
        "state": one.state,
        "breaker": one.breaker,
        "pending": None if one.backlog is None else one.backlog.records,
        "oldest_s": None if one.backlog is None else _oldest_s(one.backlog, now_ms),
        "by_tier": None
        if pending is None
        else {tier: backlog.records for tier, backlog in pending.items()},
        "dead": None if one.dead is None else one.dead.records,
        "dead_exact": None if one.dead is None else one.dead.exact,
    }


def _backlog_json(backlog: Backlog, now_ms: int) -> Row:
    return {"behind": backlog.records, "oldest_s": _oldest_s(backlog, now_ms)}


def _oldest_s(backlog: Backlog, now_ms: int) -> float | None:
    if not backlog.records:
        return 0.0
    return None if backlog.oldest_ms is None else _s_ago(backlog.oldest_ms, now_ms)


def _s_ago(ms: int, now_ms: int) -> float:
    return round(max(0, now_ms - ms) / 1000, 1)
