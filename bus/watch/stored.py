"""Alerts and silences as they are stored: JSON, read as carefully as all from outside.

What cannot be read is none: a newer version may have written it.
"""

import json
from collections.abc import Mapping
from typing import TypeAlias

from bus.watch.alerts import Alert, Phase
from bus.watch.muting import Silence
from bus.watch.verdicts import Kind, Severity, Subject, Whose

Plain: TypeAlias = dict[str, object]


def alert_json(alert: Alert) -> Plain:
    """An alert as plain values."""
    return {
        "rule": alert.rule,
        "kind": alert.subject.kind.value,
        "name": alert.subject.name,
        "severity": alert.severity.value,
        "phase": alert.phase.value,
        "began": alert.began,
        "seen": alert.seen,
        "fired": alert.fired,
        "resolved": alert.resolved,
        "before": alert.before,
        "evidence": alert.evidence,
        "why": alert.why,
        "owner": alert.whose.owner,
        "hears": alert.whose.hears,
        "told": sorted(alert.told),
        "ended": sorted(alert.ended),
    }


def silence_json(silence: Silence) -> Plain:
    """A silence as plain values."""
    return {
        "id": silence.id,
        "rule": silence.rule,
        "subject": silence.subject,
        "since": silence.since,
        "until": silence.until,
        "why": silence.why,
        "by": silence.by,
    }


def read_plain(value: bytes | None) -> Mapping[str, object]:
    """The object that some bytes are; nothing if they are none."""
    try:
        fields: object = json.loads(value or b"null")
    except (ValueError, RecursionError):
        return {}
    if not isinstance(fields, dict):
        return {}
    return {str(name): content for name, content in fields.items()}


def read_alert(fields: Mapping[str, object]) -> Alert | None:
    """Read an alert; None if it is none."""
    try:
        return Alert(
            rule=_text(fields["rule"]),
            subject=Subject(Kind(_text(fields["kind"])), _text(fields["name"])),
            severity=Severity(_text(fields["severity"])),
            phase=Phase(_text(fields["phase"])),
            began=_number(fields["began"]),
            seen=_number(fields["seen"]),
            fired=_maybe(fields.get("fired")),
            resolved=_maybe(fields.get("resolved")),
            before=_maybe(fields.get("before")),
            evidence=_text(fields["evidence"]),
            why=_text(fields.get("why", "")),
            whose=Whose(_text(fields.get("owner", "")), fields.get("hears") is True),
            told=_texts(fields.get("told")),
            ended=_texts(fields.get("ended")),
        )
    except (KeyError, ValueError):
        return None


def read_silence(fields: Mapping[str, object]) -> Silence | None:
    """Read a silence; None if it is none."""
    try:
        return Silence(
            id=_text(fields["id"]),
            rule=_text(fields["rule"]),
            subject=_text(fields["subject"]),
            since=_number(fields["since"]),
            until=_number(fields["until"]),
            why=_text(fields.get("why", "")),
            by=_text(fields.get("by", "")),
        )
    except (KeyError, ValueError):
        return None


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("expected text")  # noqa: TRY004 - one error for all of it
    return value


def _texts(value: object) -> frozenset[str]:
    return frozenset(map(_text, value)) if isinstance(value, list) else frozenset()


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("expected a number")  # noqa: TRY004 - likewise
    return float(value)


def _maybe(value: object) -> float | None:
    return None if value is None else _number(value)
