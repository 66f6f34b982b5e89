"""What one process has seen of one source: counts by spans of time, in bounded memory.

Thirteen spans of five minutes, twenty-five of an hour, eight days. Spans carry their
own time, so that what several processes saw, some of them long gone, can be added up.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from bus.intake.health.fields import Fields
from bus.intake.health.numbers import Numbers

SHORT_S, LONG_S, DAY_S = 300, 3_600, 86_400
_SPANS = {SHORT_S: 13, LONG_S: 25, DAY_S: 8}
_MOST_WORDS = 64
_OTHERS = "others"

Counts = Mapping[str, int]
Spans = Mapping[int, Counts]
"""Counts by the time at which their span begins."""


@dataclass(slots=True)
class Tally:
    """Counts of one source.

    Attributes:
        total: Of everything, since the process began.
        last: When the newest of it was seen; 0: never.
    """

    short: dict[int, Counter[str]] = field(default_factory=dict)
    long: dict[int, Counter[str]] = field(default_factory=dict)
    days: dict[int, Counter[str]] = field(default_factory=dict)
    total: Counter[str] = field(default_factory=Counter)
    last: float = 0.0
    numbers: Numbers = field(default_factory=Numbers)
    fields: Fields = field(default_factory=Fields)
    changed: bool = False

    def count(self, word: str, at: float, by: int = 1) -> None:
        """Count something at a time, in epoch seconds."""
        for spans, length in (
            (self.short, SHORT_S),
            (self.long, LONG_S),
            (self.days, DAY_S),
        ):
            begin = int(at) // length * length
            if begin not in spans:
                spans[begin] = Counter()
                _forget(spans, begin - _SPANS[length] * length)
            counts = spans[begin]
            known = word in counts or len(counts) < _MOST_WORDS
            counts[word if known else _OTHERS] += by
        head = word.partition(".")[0]
        self.total[head] += by
        self.last, self.changed = max(self.last, at), True


@dataclass(frozen=True, slots=True)
class Seen:
    """A tally as it was written down by a process, at `at`."""

    at: float
    last: float
    short: Spans
    long: Spans
    days: Spans
    total: Counts
    numbers: Numbers
    fields: Fields


def within(spans: Spans, since: float) -> Counter[str]:
    """What was counted in spans that begin at a time or later."""
    found: Counter[str] = Counter()
    for begin, counts in spans.items():
        if begin >= since:
            found.update(counts)
    return found


def tally_json(tally: Tally, at: float) -> dict[str, object]:
    """A tally as plain values."""
    return {
        "v": 1,
        "at": at,
        "last": tally.last,
        "short": _plain(tally.short),
        "long": _plain(tally.long),
        "days": _plain(tally.days),
        "total": dict(tally.total),
        "numbers": tally.numbers.as_json(),
        "fields": tally.fields.as_json(),
    }


def read_tally(fields: Mapping[str, object]) -> Seen | None:
    """Read what a process has written; None if it is no tally."""
    at, last = fields.get("at"), fields.get("last")
    if not isinstance(at, int | float) or not isinstance(last, int | float):
        return None
    return Seen(
        at=float(at),
        last=float(last),
        short=dict(_spans(fields.get("short"))),
        long=dict(_spans(fields.get("long"))),
        days=dict(_spans(fields.get("days"))),
        total=_counts(fields.get("total")),
        numbers=Numbers.read(fields.get("numbers")),
        fields=Fields.read(fields.get("fields")),
    )


def _forget(spans: dict[int, Counter[str]], before: int) -> None:
    for begin in [one for one in spans if one <= before]:
        del spans[begin]


def _plain(spans: Spans) -> dict[str, dict[str, int]]:
    return {str(begin): dict(counts) for begin, counts in spans.items()}


def _spans(value: object) -> Iterator[tuple[int, Counts]]:
    for begin, counts in value.items() if isinstance(value, dict) else ():
        if str(begin).isdecimal():
            yield int(begin), _counts(counts)


def _counts(value: object) -> Counts:
    if not isinstance(value, dict):
        return {}
    return {
        str(word): count
        for word, count in value.items()
        if type(count) is int and count >= 0
    }
