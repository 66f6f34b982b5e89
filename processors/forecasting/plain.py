"""Forecasts as plain values, and in words."""

from dataclasses import asdict

from bus.watch.forecasts.bottleneck import Enough, Limit, Outlook
from bus.watch.forecasts.drain import CannotSay, Never, OnTime, Verdict, Within
from bus.watch.forecasts.record import Record
from processors.forecasting.foreseeing import Foreseen

_UNITS = ((5_400, "h", 3_600.0), (90, "min", 60.0), (0, "s", 1.0))
_FEW = 10


def plain_forecast(one: Foreseen) -> dict[str, object]:
    """A forecast as plain values; seconds are from now."""
    return {
        "queue": one.queue.name,
        "subscription": one.queue.subscription or None,
        "tier": one.queue.tier or None,
        "waiting": one.waiting,
        "overdue": one.overdue,
        **_verdict(one.verdict),
        "limit": None if one.limit is None else _outlook(one.limit),
        "record": {
            "known": one.record.known,
            "held": one.record.held,
            "coverage": one.record.coverage,
            "said": said_of_record(one.record),
        },
        "said": said(one.verdict),
    }


def said(verdict: Verdict) -> str:
    """A verdict in a few words."""
    match verdict:
        case OnTime():
            return "on time"
        case Within():
            return f"in {_range(verdict.low_s, verdict.high_s)}"
        case Never():
            return f"not at this rate: {verdict.why}"
        case CannotSay():
            return f"cannot say: {verdict.why}"


def said_of_limit(limit: Outlook) -> str:
    """What the next day brings, in a few words."""
    match limit:
        case Enough():
            return f"enough for a day: {round(limit.most * 100)} % of it at most"
        case Limit():
            latest = 86_400.0 if limit.high_s is None else limit.high_s
            when = _range(limit.low_s, latest)
            word = "perhaps at its limit" if limit.mid_s is None else "at its limit"
            return f"{word} in {when}; what helps: {limit.knob.value}"
        case CannotSay():
            return f"cannot say: {limit.why}"


def said_of_record(record: Record) -> str:
    """What forecasts of a queue were worth."""
    if record.coverage is None:
        return "none yet"
    return f"right {round(record.coverage * 100)} % of {record.known}"


def _verdict(verdict: Verdict) -> dict[str, object]:
    nothing = {"why": "", "low_s": None, "mid_s": None, "high_s": None}
    match verdict:
        case OnTime():
            return {"verdict": "on_time", **nothing}
        case Within():
            spans = {name: round(span, 1) for name, span in asdict(verdict).items()}
            return {"verdict": "within", **nothing, **spans}
        case Never():
            return {"verdict": "never", **nothing, "why": verdict.why}
        case CannotSay():
            return {"verdict": "cannot_say", **nothing, "why": verdict.why}


def _outlook(limit: Outlook) -> dict[str, object]:
    spans = ("low_s", "mid_s", "high_s")
    nothing = {"why": "", **dict.fromkeys(spans), "most": None, "knob": None}
    more: dict[str, object]
    match limit:
        case Enough():
            more = {"verdict": "enough", "most": round(limit.most, 3)}
        case Limit():
            more = {"verdict": "reached", **asdict(limit)}
        case CannotSay():
            more = {"verdict": "cannot_say", "why": limit.why}
    return {**nothing, **more, "said": said_of_limit(limit)}


def _range(low_s: float, high_s: float) -> str:
    """`4 to 7 min`: both ends in the unit of the upper one, never more exact."""
    unit, size = next((u, size) for least, u, size in _UNITS if high_s >= least)
    low, high = (_number(span / size) for span in (low_s, high_s))
    return f"{high} {unit}" if low == high else f"{low} to {high} {unit}"


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0") if value < _FEW else f"{value:.0f}"
