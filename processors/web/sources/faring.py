"""How sources of intake fare, for pages: as the watch has written it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from bus.intake.sources import Source
from processors.gateway.routes import Asked
from processors.gateway.source_health import SourceHealth, SpanShown
from processors.watch.sourced import COUNTED, health_rows
from processors.web.wording import DASH, count, millis

_ILL = frozenset({"failing", "degraded"})


class Counted(NamedTuple):
    """What was counted of a source, in words: in the last hour, in the last day."""

    name: str
    hour: str
    day: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fares:
    """One source: how it is, and what that rests on."""

    one: SourceHealth
    rows: Sequence[Counted]

    @property
    def why(self) -> str:
        """The first reason; empty if there is none."""
        return self.one.reasons[0].why if self.one.reasons else ""

    @property
    def refused(self) -> int:
        """Wrong signatures of the last hour."""
        return sum(self.one.hour.refused.values())

    @property
    def parked(self) -> int:
        """What was parked in the last hour."""
        return sum(self.one.hour.parked.values())

    @property
    def secrets(self) -> Sequence[tuple[str, int, str | None]]:
        """What signed in the last day, how often, and when each of them ends."""
        used, ending = self.one.day.secrets, self.one.ending
        names = sorted({*used, *ending})
        return [(name, used.get(name, 0), ending.get(name)) for name in names]


@dataclass(frozen=True, slots=True, kw_only=True)
class AllFare:
    """Several of them: how many there are, those that are not well, what was caught.

    Of `unknown` ones nobody says how they are.
    `captured` is the share of listed orders that came by themselves in a day.
    """

    sources: int
    ill: Sequence[Fares]
    unknown: int
    captured: float | None
    missing: int


def faring(asked: Asked, sources: Iterable[Source]) -> Sequence[Fares]:
    """How they fare, worst first."""
    names = [one.id for one in sources]
    now = asked.api.world.clock.now()
    return [_fares(row) for row in health_rows(asked.api.board, names, now)]


def together(fares: Sequence[Fares]) -> AllFare:
    """What that comes to for all of them."""
    listed = sum(one.one.day.listed for one in fares)
    missed = sum(one.one.day.missed for one in fares)
    return AllFare(
        sources=len(fares),
        ill=[one for one in fares if one.one.state in _ILL],
        unknown=sum(one.one.state == "unknown" for one in fares),
        captured=1 - missed / listed if listed else None,
        missing=sum(one.one.missing for one in fares),
    )


def _fares(row: Mapping[str, object]) -> Fares:
    one = SourceHealth.model_validate(row)
    return Fares(one=one, rows=[*_counted(one.hour, one.day)])


def _counted(hour: SpanShown, day: SpanShown) -> Iterable[Counted]:
    for name, key in COUNTED:
        values = getattr(hour, key), getattr(day, key)
        if any(values):
            yield Counted(name, *map(_said, values))


def _said(value: object) -> str:
    """A count, a time in seconds, or counts by what they are of."""
    match value:
        case Mapping():
            parts = [f"{n} {name}" for name, n in sorted(value.items())]
            return ", ".join(parts) or "0"
        case float():
            return f"≤ {millis(value * 1e6)}"
        case int():
            return count(value)
        case _:
            return DASH
