"""The records of `bus.alerts`: what the watch knows, and what people asked of it.

A record that a leader writes carries its term, the offset at which it took over: of two
that believe to lead, the later one counts.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bus.record import Message, Record
from bus.watch.alerts import Alert
from bus.watch.muting import Silence
from bus.watch.sinks import Told, told_json
from bus.watch.states import Reason, State
from bus.watch.stored import Plain, alert_json, silence_json
from bus.watch.verdicts import Health, Kind, Subject

WATCH, ALERT, STATE, SILENCE, HOUR = "watch", "alert/", "state/", "silence/", "hour/"
SINK, TRIAL, FIGURES = "sink/", "trial/", "figures/"
_TERM = "orderbus-term"
_MOST_WEEKS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """The leader's word that it looked, at `at`; `unknown` is what gave no answer."""

    leader: str
    at: float
    unknown: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class PastHour:
    """What came into a topic in one hour of the week, in past weeks, newest first.

    `hour` counts hours since the epoch: the newest week's.
    """

    topic: str
    hour: int
    weeks: Sequence[Sequence[int]]


def look_message(topic: str, look: Look, term: int | None) -> Message:
    """Return a leader's word; without a term it takes over."""
    fields = {"leader": look.leader, "at": look.at, "unknown": dict(look.unknown)}
    return _message(topic, WATCH, fields, term)


def alert_message(topic: str, key: str, alert: Alert | None, term: int) -> Message:
    """Return an alert as it is now; None: it is forgotten."""
    fields = None if alert is None else alert_json(alert)
    return _message(topic, f"{ALERT}{key}", fields, term)


def state_message(
    topic: str, subject: Subject, state: State | None, term: int
) -> Message:
    """Return somebody's state; None: there is nobody of that name any more."""
    fields: Plain | None = None
    if state is not None:
        reasons = [{"why": one.why, "rule": one.rule} for one in state.reasons]
        fields = {"health": state.health.value, "reasons": reasons}
    return _message(topic, f"{STATE}{subject}", fields, term)


def hour_message(topic: str, past: PastHour, slot: int, term: int) -> Message:
    """Return what came in an hour of the week."""
    weeks = [list(week) for week in past.weeks[:_MOST_WEEKS]]
    fields: Plain = {"topic": past.topic, "hour": past.hour, "weeks": weeks}
    return _message(topic, f"{HOUR}{past.topic}/{slot}", fields, term)


def sink_message(topic: str, told: Told | None, name: str, term: int) -> Message:
    """Return what a sink was told; None: there is none of that name any more."""
    fields = None if told is None else told_json(told)
    return _message(topic, f"{SINK}{name}", fields, term)


def figures_message(
    topic: str, source: str, figures: Mapping[str, object] | None, term: int
) -> Message:
    """Return what a source of intake did; None: there is none of that name any more."""
    fields = None if figures is None else dict(figures)
    return _message(topic, f"{FIGURES}{source}", fields, term)


def silence_message(topic: str, silence: Silence) -> Message:
    """Return a silence; anybody may write one, so that it has no term."""
    return _message(topic, f"{SILENCE}{silence.id}", silence_json(silence), None)


def trial_message(topic: str, name: str, at: float) -> Message:
    """Return that somebody wants a sink to be tried; anybody may."""
    return _message(topic, f"{TRIAL}{name}", {"at": at}, None)


def term_of(record: Record) -> int | None:
    """The term of the leader that wrote a record; None if no leader did."""
    for name, value in record.headers:
        if name == _TERM and value.isdigit() and len(value) < 20:  # noqa: PLR2004 - as long as an offset
            return int(value)
    return None


def read_look(fields: Mapping[str, object]) -> Look | None:
    """Read a leader's word; None if it is none."""
    leader, at, unknown = (fields.get(n) for n in ("leader", "at", "unknown"))
    if not isinstance(leader, str) or not isinstance(at, int | float):
        return None
    said = unknown if isinstance(unknown, dict) else {}
    return Look(leader=leader, at=at, unknown={str(k): str(v) for k, v in said.items()})


def read_state(key: str, fields: Mapping[str, object]) -> tuple[Subject, State] | None:
    """Read somebody's state; None if it is none."""
    kind, _, name = key.removeprefix(STATE).partition("/")
    reasons = fields.get("reasons")
    try:
        subject = Subject(Kind(kind), name)
        health = Health(str(fields.get("health")))
    except ValueError:
        return None
    said = reasons if isinstance(reasons, list) else []
    return subject, State(
        health,
        tuple(
            Reason(str(one.get("why", "")), str(one.get("rule", "")))
            for one in said
            if isinstance(one, dict)
        ),
    )


def read_hour(fields: Mapping[str, object]) -> PastHour | None:
    """Read what came in an hour of the week; None if it is no such record."""
    topic, hour, weeks = (fields.get(n) for n in ("topic", "hour", "weeks"))
    if not isinstance(topic, str) or type(hour) is not int:
        return None
    if not isinstance(weeks, list) or not all(map(_is_week, weeks)):
        return None
    return PastHour(topic=topic, hour=hour, weeks=weeks[:_MOST_WEEKS])


def _is_week(week: object) -> bool:
    return (
        isinstance(week, list)
        and len(week) == 60  # noqa: PLR2004 - minutes
        and all(type(count) is int and count >= 0 for count in week)
    )


def _message(topic: str, key: str, fields: Plain | None, term: int | None) -> Message:
    value = None if fields is None else json.dumps(fields).encode()
    headers = () if term is None else ((_TERM, str(term).encode()),)
    return Message(topic, key.encode(), value, headers, 0)
