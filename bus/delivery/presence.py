"""What a process says of itself, so that others see it from wherever they are.

Each writes a small record every few seconds, keyed by its name. Silence says that it
was killed, is frozen or cannot reach Kafka; a last record says that it stopped.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace

from bus.record import Message, Record

SAY_EVERY_S = 5.0
SILENT_AFTER_S = 20.0
FORGOTTEN_AFTER_S = 900.0
_MOST_BREAKERS = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Presence:
    """One process. `at_ms` is when it said so, by the broker's clock.

    `programs` are what it runs; `not_ready` has each failing check and why;
    `breakers` the state of those that are not closed, by subscription. `overdrawn` are
    subscriptions that wait as their owner's expressions cost too much. One that writes
    the log says by how much that is behind, as far as it knows, and what is wrong.
    """

    host: str
    pid: int
    programs: tuple[str, ...]
    started_ms: int
    version: str = ""
    pages: str = ""
    stopped: bool = False
    not_ready: Mapping[str, str] = field(default_factory=dict)
    breakers: Mapping[str, str] = field(default_factory=dict)
    overdrawn: tuple[str, ...] = ()
    log_lag_s: float | None = None
    log_trouble: str = ""
    at_ms: int = 0

    @property
    def name(self) -> str:
        """What tells it from all others."""
        return f"{self.host}/{self.pid}"

    def as_stopped(self) -> "Presence":
        """Its last word."""
        return replace(self, stopped=True)

    def same_state(self, other: "Presence | None") -> bool:
        """Whether another says nothing that this one does not, but for its lag."""
        if other is None:
            return False
        return replace(other, at_ms=self.at_ms, log_lag_s=self.log_lag_s) == self


def presence_message(topic: str, presence: Presence) -> Message:
    """Return the record that tells of a process."""
    fields = asdict(presence)
    del fields["at_ms"]
    shown = sorted(presence.breakers.items())[:_MOST_BREAKERS]
    fields["breakers"] = dict(shown)
    fields["overdrawn"] = presence.overdrawn[:_MOST_BREAKERS]
    return Message(topic, presence.name.encode(), json.dumps(fields).encode())


def read_presence(record: Record) -> Presence | None:
    """Read such a record; None if it is none."""
    try:
        fields: object = json.loads(record.value or b"")
    except (ValueError, RecursionError):
        return None
    if not isinstance(fields, dict):
        return None
    host, pid, started_ms = (fields.get(n) for n in ("host", "pid", "started_ms"))
    if not (isinstance(host, str) and type(pid) is int and type(started_ms) is int):
        return None
    return Presence(
        host=host,
        pid=pid,
        programs=_words(fields.get("programs")),
        started_ms=started_ms,
        version=_word(fields.get("version")),
        pages=_word(fields.get("pages")),
        stopped=fields.get("stopped") is True,
        not_ready=_mapping(fields.get("not_ready")),
        breakers=_mapping(fields.get("breakers")),
        overdrawn=_words(fields.get("overdrawn")),
        log_lag_s=_seconds(fields.get("log_lag_s")),
        log_trouble=_word(fields.get("log_trouble")),
        at_ms=record.timestamp_ms,
    )


def present(said: Iterable[Presence], now_ms: float) -> Sequence[Presence]:
    """The newest word of each process that has not stopped and is not forgotten."""
    newest: dict[str, Presence] = {}
    for one in said:
        known = newest.get(one.name)
        if known is None or one.at_ms >= known.at_ms:
            newest[one.name] = one
    oldest_ms = now_ms - FORGOTTEN_AFTER_S * 1000
    there = [p for p in newest.values() if not p.stopped and p.at_ms >= oldest_ms]
    return sorted(there, key=lambda p: (p.host, p.started_ms, p.pid))


def is_silent(presence: Presence, now_ms: float) -> bool:
    """Whether it has not spoken for longer than a process that is well."""
    return now_ms - presence.at_ms > SILENT_AFTER_S * 1000


def breakers_of(
    there: Iterable[Presence], now_ms: float
) -> Mapping[str, Mapping[str, int]]:
    """Of each subscription with a breaker that is not closed: how many, by state.

    Each process has a breaker of its own; what a silent one said is no longer so.
    """
    found: dict[str, dict[str, int]] = {}
    for presence in there:
        if is_silent(presence, now_ms):
            continue
        for subscription, state in presence.breakers.items():
            states = found.setdefault(subscription, {})
            states[state] = states.get(state, 0) + 1
    return found


def _seconds(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def _word(value: object) -> str:
    return value if isinstance(value, str) else ""


def _words(value: object) -> tuple[str, ...]:
    return tuple(map(_word, value)) if isinstance(value, list) else ()


def _mapping(value: object) -> Mapping[str, str]:
    if not isinstance(value, dict):
        return {}
    return {str(name): _word(word) for name, word in value.items()}
