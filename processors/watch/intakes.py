"""Sources of intake, as the watch judges them."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from bus.intake.health.figures import figures_of
from bus.intake.sources import Source, State
from bus.ports import Clock
from bus.watch.facts import Arrivals, IntakeFacts
from bus.watch.usual import Weeks
from processors.sources.table import SourceTable
from processors.tallying.table import TallyTable
from processors.watch.arriving import Arriving

_PREFIX = "in/"


class Intakes:
    """Adds up what processes count of each source, and knows what is usual.

    Args:
        weeks: What a source (`in/shop-eu`) sent in past weeks, by hour of the week.
    """

    def __init__(
        self,
        sources: SourceTable,
        tallies: TallyTable,
        clock: Clock,
        weeks: Callable[[str], Mapping[int, Weeks]] = lambda _name: {},
    ) -> None:
        self._sources = sources
        self._tallies = tallies
        self._clock = clock
        self._weeks = weeks
        self.arriving: dict[str, Arriving] = {}

    @property
    def followers(self) -> tuple[SourceTable, TallyTable]:
        """What has to be followed for it."""
        return self._sources, self._tallies

    def trouble(self) -> str | None:
        """Why what is said may be old; None: it is not."""
        return self._sources.trouble() or self._tallies.trouble()

    def active(self) -> Sequence[str]:
        """Sources whose submissions are to be converted at once."""
        return [one.id for one in self._sources.all() if one.state is State.ACTIVE]

    def facts(self) -> Sequence[IntakeFacts]:
        """All sources."""
        sources = self._sources.all()
        names = {heard_name(source.id) for source in sources}
        for gone in self.arriving.keys() - names:
            del self.arriving[gone]
        return list(self._each(sources))

    def _each(self, sources: Sequence[Source]) -> Iterator[IntakeFacts]:
        now = self._clock.now()
        for source in sources:
            figures = figures_of(self._tallies.of(source.id), now)
            yield IntakeFacts(
                id=source.id,
                owner=source.owner,
                state=source.state.value,
                why=source.state_reason,
                rotated=_rotated(source),
                ending=_ending(source, now),
                arrivals=self._arrivals(source, figures.heard, now),
                figures=figures,
            )

    def _arrivals(self, source: Source, heard: int, now: float) -> Arrivals:
        name = heard_name(source.id)
        if source.state is not State.ACTIVE:
            self.arriving.pop(name, None)  # what comes of it while paused says nothing
            return Arrivals()
        arriving = self.arriving.setdefault(name, Arriving(name))
        arriving.look(heard, now)
        return arriving.arrivals(self._weeks(name))


def heard_name(source: str) -> str:
    """Under which name it is kept what a source sends in an hour of the week."""
    return f"{_PREFIX}{source}"


def _rotated(source: Source) -> float | None:
    """When its newest secret came beside an older one."""
    since = sorted(one.since.timestamp() for one in source.secrets)
    return since[-1] if len(since) > 1 else None


def _ending(source: Source, now: float) -> Mapping[str, float]:
    secrets = [(one.id, one.until) for one in source.secrets]
    keys = [(one.id, one.until) for one in source.public_keys]
    return {
        name: until.timestamp()
        for name, until in (*secrets, *keys)
        if until is not None and until.timestamp() > now
    }
