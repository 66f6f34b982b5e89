"""The one wide line of an attempt: by the log, or natively to the same bytes."""

import orjson

from bus.delivery.delivery import Attempt
from bus.native.writing import line
from bus.ports import Clock
from processors.telemetry import names
from processors.telemetry.kinds import Level
from processors.telemetry.logs import HINTS, LEVELS, Fields, Lines, Log

# As `_wide` names them, in its order; the last three only where there is something.
_FIELDS = (
    *((name, "text", False) for name in ("subscription", "event_id", "type")),
    ("order_id", "text", False),
    ("attempt", "int", False),
    ("outcome", "text", False),
    ("status", "int", False),
    *((name, "text", False) for name in ("route", "host")),
    *((name, "float", False) for name in ("duration_ms", "age_ms")),
    ("topic", "text", False),
    *((name, "int", False) for name in ("partition", "offset")),
    ("detail", "text", True),
    ("replay", "int", True),
    ("trace_id", "text", True),
)


class AttemptLines:
    """Writes them; a line that is not `json`, or odd, goes the way of all lines.

    So does one that may hold a secret: what is written natively needs no redaction.
    """

    def __init__(
        self, log: Log, lines: Lines, clock: Clock, program: str, *, json: bool
    ) -> None:
        self._log = log
        self._lines = lines
        self._now = clock.now
        self._program = program
        self._native = line(_FIELDS, HINTS) if json else None
        self._heads: dict[Level, bytes] = {}

    def write(self, level: Level, attempt: Attempt, host: str) -> None:
        """Write one line, unless `level` is below what is written."""
        if LEVELS[level] < self._log.least:
            return
        if self._native is not None:
            head = self._heads.get(level) or self._head(level)
            made = self._native.write(self._now(), head, _values(attempt, host))
            if made is not None:
                write = self._lines.write if level == "info" else self._lines.urgent
                write(made)
                return
        self._log.line(level, names.ATTEMPT, _wide(attempt, host))

    def _head(self, level: Level) -> bytes:
        """What stands between a line's time and the attempt, in JSON."""
        fields = {"level": level, "program": self._program, "event": names.ATTEMPT}
        head = self._heads[level] = b"," + orjson.dumps(fields)[1:-1]
        return head


def _wide(attempt: Attempt, host: str) -> Fields:
    origin = attempt.origin
    ended_us = attempt.started_us + attempt.duration_us
    fields: Fields = {
        "subscription": attempt.subscription,
        "event_id": attempt.event_id,
        "type": attempt.event_type,
        "order_id": attempt.order_id,
        "attempt": attempt.number,
        "outcome": attempt.outcome,
        "status": attempt.status,
        "route": attempt.route,
        "host": host,
        "duration_ms": attempt.duration_us / 1e3,
        "age_ms": ended_us / 1e3 - origin.timestamp_ms,
        "topic": origin.topic,
        "partition": origin.partition,
        "offset": origin.offset,
    }
    if attempt.detail:
        fields["detail"] = attempt.detail
    if attempt.replay:
        fields["replay"] = attempt.replay
    if attempt.traceparent:
        fields["trace_id"] = attempt.traceparent[3:35]
    return fields


def _values(attempt: Attempt, host: str) -> tuple[object, ...]:
    event_id, kind, order_id, subscription, number, outcome, status, *_ = attempt
    origin, traceparent = attempt.origin, attempt.traceparent
    duration_us = attempt.duration_us
    return (
        subscription,
        event_id,
        kind,
        order_id,
        number,
        outcome,
        status,
        attempt.route,
        host,
        duration_us / 1e3,
        (attempt.started_us + duration_us) / 1e3 - origin.timestamp_ms,
        origin.topic,
        origin.partition,
        origin.offset,
        attempt.detail,
        attempt.replay,
        traceparent[3:35] if traceparent else "",
    )
