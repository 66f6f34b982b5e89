"""How a source of intake fares, as it is written down and shown: plain values.

The watch writes a row a source; command, API and pages show it as it stands.
"""

from collections.abc import Mapping, Sequence

from bus.errors import SourceNotFoundError
from bus.expected import among
from bus.intake.health import words
from bus.intake.health.figures import Figures, SourceFigures
from bus.times import moment_of, rfc3339
from bus.watch.facts import IntakeFacts
from bus.watch.states import State
from bus.watch.verdicts import Health, Kind, Subject
from processors.watch.answers import Row, reason_rows, too_old
from processors.watch.board import Board

_MORE_S = 2 * words.ANSWER_S[-1]
COUNTED = (
    ("came by itself", "came"),
    ("by way", "by_way"),
    ("wrong signatures", "refused"),
    ("put off", "put_off"),
    ("told as events", "told"),
    ("repeats", "repeats"),
    ("superseded", "superseded"),
    ("ignored", "ignored"),
    ("parked", "parked"),
    ("not readable", "mapping_errors"),
    ("clock ahead", "ahead"),
    ("signed with", "secrets"),
    ("listed by its API", "listed"),
    ("of it missed", "missed"),
    ("looks at that list", "rounds"),
    ("looks at webhooks", "webhooks"),
    ("answers", "answers"),
    ("p99 of them", "answer_p99_s"),
)
"""What people call the figures of an hour and a day."""


def figures_row(one: IntakeFacts) -> Row:
    """What the watch writes down of a source; it changes with every submission."""
    figures = one.figures
    return {
        "last": _moment(figures.last),
        "expected": one.arrivals.expected,
        "silent_s": round(one.arrivals.silent_s),
        "hour": _span_row(figures.hour),
        "day": _span_row(figures.day),
        **_findings(figures),
        "captured_by_day": {
            rfc3339(moment_of(begin * 1000))[:10]: one.capture
            for begin, one in figures.days.items()
            if one.capture is not None
        },
        "rotated": _moment(one.rotated),
        "ending": {name: _moment(at) for name, at in one.ending.items()},
    }


def source_health(board: Board, source: str, now: float) -> Row:
    """How a source fares: its state, why, and the figures that this rests on."""
    old = too_old(board, now)
    state = board.states.get(Subject(Kind.INTAKE, source))
    if old is not None or state is None:
        state = State(Health.UNKNOWN)
    reasons = [{"why": old, "rule": ""}] if old else reason_rows(state)
    if not reasons and state.health is Health.UNKNOWN:
        reasons = [{"why": "the watch has not looked at it yet", "rule": ""}]
    figures = board.figures.get(source, {})
    return {**_NOTHING, **figures} | {
        "source": source,
        "state": state.health.value,
        "reasons": reasons,
    }


def health_rows(board: Board, sources: Sequence[str], now: float) -> list[Row]:
    """The same of several, worst first."""
    worst = ("failing", "degraded", "unknown", "held", "healthy")
    rows = [source_health(board, one, now) for one in sources]
    return sorted(rows, key=lambda row: (worst.index(str(row["state"])), row["source"]))


def known_sources(board: Board, only: str | None = None) -> list[str]:
    """The sources that the watch knows of, or the one that is asked for.

    Raises:
        SourceNotFoundError: there is none of this name.
    """
    names = sorted(s.name for s in board.states if s.kind is Kind.INTAKE)
    if only is None:
        return names
    if only not in names:
        known = among(only, names)
        raise SourceNotFoundError(f"the watch knows of no source {only}; {known}")
    return [only]


def _span_row(figures: Figures) -> Row:
    p99 = figures.answered_within(0.99)
    return {
        "came": figures.of(words.CAME),
        "by_way": dict(figures.by(words.VIA)),
        "refused": dict(figures.by(words.REFUSED)),
        "put_off": figures.of(words.PUT_OFF),
        "told": figures.of(words.TOLD),
        "repeats": figures.of(words.REPEAT),
        "superseded": figures.of(words.SUPERSEDED),
        "ignored": figures.of(words.IGNORED),
        "parked": dict(figures.by(words.PARKED)),
        "mapping_errors": figures.unmapped,
        "ahead": figures.of(words.AHEAD),
        "secrets": dict(figures.by(words.SECRET)),
        "listed": figures.of(words.LISTED),
        "missed": figures.of(words.MISSED),
        "captured": figures.capture,
        "rounds": dict(figures.by(words.ROUND)),
        "webhooks": dict(figures.by(words.WEBHOOKS)),
        "answers": figures.of(words.ANSWER),
        "answer_p99_s": None if p99 is None else min(p99, _MORE_S),
    }


def _findings(figures: SourceFigures) -> Row:
    gone = [{"kind": kind, "field": name} for kind, name in figures.gone]
    return {
        "missing": figures.missing,
        "first_missing": list(figures.first_missing),
        "new_fields": dict(figures.new),
        "gone_fields": gone,
    }


_NO_SPAN = _span_row(Figures())
_NOTHING: Mapping[str, object] = {
    "last": None,
    "expected": None,
    "silent_s": None,
    "hour": _NO_SPAN,
    "day": _NO_SPAN,
    **_findings(SourceFigures()),
    "captured_by_day": {},
    "rotated": None,
    "ending": {},
}


def _moment(seconds: float | None) -> str | None:
    return rfc3339(moment_of(seconds * 1000)) if seconds else None
