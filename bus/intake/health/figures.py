"""What tallies of several processes come to: the figures of a source."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from bus.intake.health import words
from bus.intake.health.fields import FEWEST
from bus.intake.health.numbers import missing
from bus.intake.health.tally import LONG_S, SHORT_S, Counts, Seen, within

LATELY, HOUR, DAY = 1_200.0, 3_600.0, 86_400.0
_FIELDS_S = DAY
_WEEK_S = 8 * DAY
_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Figures:
    """What was counted in a span of time, by word (`bus.intake.health.words`)."""

    counts: Counts = field(default_factory=dict)

    def of(self, word: str) -> int:
        """How often something was, however it goes on: `refused` is all of them."""
        head = f"{word}."
        return sum(
            count
            for name, count in self.counts.items()
            if name == word or name.startswith(head)
        )

    def by(self, word: str) -> Mapping[str, int]:
        """The same by what stands behind the dot."""
        head = f"{word}."
        return {
            name.removeprefix(head): count
            for name, count in sorted(self.counts.items())
            if name.startswith(head)
        }

    @property
    def parts(self) -> int:
        """Parts of submissions that came to something."""
        all_ = (words.TOLD, words.REPEAT, words.SUPERSEDED, words.PARKED)
        return sum(map(self.of, all_))

    @property
    def capture(self) -> float | None:
        """The share of listed orders that came by themselves; None: none is listed."""
        listed = self.of(words.LISTED)
        return 1 - self.of(words.MISSED) / listed if listed else None

    @property
    def unmapped(self) -> int:
        """Those that could not be read or mapped."""
        parked = self.by(words.PARKED)
        return parked.get("parse", 0) + parked.get("map", 0)

    def answered_within(self, share: float) -> float | None:
        """In how many seconds this share was answered, at most; None: none was.

        The end of a span; infinite where it lies beyond the last.
        """
        answers = self.by(words.ANSWER)
        left = sum(answers.values()) * share
        if not left:
            return None
        for end in words.ANSWER_S:
            left -= answers.get(f"{end:g}", 0)
            if left <= 0:
                return end
        return float("inf")


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFigures:
    """One source.

    Attributes:
        last: When the newest submission came; 0: not in the last days.
        heard: Submissions that came by themselves, since somebody counts: only its
            growth says anything.
        lately, hour, day: What was counted in 20 minutes, and in those, about.
        days: What was counted in each day (UTC), by when it begins.
        missing: Numbers that never came, of how many is said; the first few.
        new, gone: Fields that no sample has, with how often; and those that the
            mapping reads and that come no more, with the kind of message.
    """

    last: float = 0.0
    heard: int = 0
    lately: Figures = field(default_factory=Figures)
    hour: Figures = field(default_factory=Figures)
    day: Figures = field(default_factory=Figures)
    days: Mapping[int, Figures] = field(default_factory=dict)
    missing: int = 0
    first_missing: Sequence[int] = ()
    new: Mapping[str, int] = field(default_factory=dict)
    gone: Sequence[tuple[str, str]] = ()


def figures_of(several: Iterable[Seen], at: float) -> SourceFigures:
    """Add up what processes saw of a source, those long gone included."""
    seen = list(several)
    newest_ones: Counter[str] = Counter()
    hour: Counter[str] = Counter()
    day: Counter[str] = Counter()
    for one in seen:
        newest_ones += within(one.short, at - LATELY - SHORT_S)
        hour += within(one.short, at - HOUR - SHORT_S)
        day += within(one.long, at - DAY - LONG_S)
    late = missing((one.numbers for one in seen), at)
    lately = [one for one in seen if at - one.at < _FIELDS_S and one.fields.looked]
    newest = max((one.at for one in lately), default=0.0)
    version = next((o.fields.version for o in lately if o.at == newest), "")
    same = [one for one in lately if one.fields.version == version]
    return SourceFigures(
        last=max((one.last for one in seen if _came(one)), default=0.0),
        heard=sum(one.total.get(words.CAME, 0) for one in seen),
        lately=Figures(newest_ones),
        hour=Figures(hour),
        day=Figures(day),
        days=_days(seen, at),
        missing=len(late),
        first_missing=tuple(late[:_SHOWN]),
        new=_new(same),
        gone=tuple(_gone(same)),
    )


def _days(seen: Sequence[Seen], at: float) -> Mapping[int, Figures]:
    """The last seven days and this one, oldest first."""
    found: dict[int, Counter[str]] = {}
    for one in seen:
        for begin, counts in one.days.items():
            if at - begin < _WEEK_S:
                found.setdefault(begin, Counter()).update(counts)
    return {begin: Figures(found[begin]) for begin in sorted(found)}


def _came(one: Seen) -> bool:
    return bool(one.total.get(words.CAME) or one.total.get(words.VIA))


def _new(seen: Sequence[Seen]) -> Mapping[str, int]:
    found: Counter[str] = Counter()
    for one in seen:
        found.update(one.fields.new)
    return dict(found.most_common(_SHOWN))


def _gone(seen: Sequence[Seen]) -> Iterable[tuple[str, str]]:
    """What no process that looked often enough has seen lately."""
    looked = [set(one.fields.gone()) for one in seen if _often(one)]
    return sorted(set.intersection(*looked))[:_SHOWN] if looked else ()


def _often(one: Seen) -> bool:
    return max(one.fields.looked.values(), default=0) >= FEWEST
