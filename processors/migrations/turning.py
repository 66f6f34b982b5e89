"""Orders are taken back by themselves where the new side fares badly."""

from collections.abc import Callable, Mapping
from typing import TypeAlias

from bus.errors import OrderbusError
from bus.log.health import NONE, Figures
from bus.migration.fared import Fared
from bus.migration.gates import turned
from bus.migration.ledger import Migration
from bus.migration.phases import Phase
from bus.ports import Observer
from processors.migrations.steps import back
from processors.migrations.world import MigrationsWorld
from processors.telemetry import watch_names as names

Spans: TypeAlias = Mapping[int, Figures]
"""How a subscription fared, by how many seconds up to now."""
BY_ITSELF = "by itself"
_MOST_S = 3_600.0


class Turning:
    """Looks at every migration whose new side has orders; as often as it is asked."""

    def __init__(self, on: MigrationsWorld, observer: Observer) -> None:
        self._on = on
        self._observer = observer

    async def look(self, spans_of: Callable[[str], Spans]) -> None:
        """Take back what fares badly. What cannot be written is tried the next time."""
        for one in self._on.table.all():
            if not one.now.share or one.now.phase is Phase.RETIRED:
                continue
            if (why := await self._why(one, spans_of(one.id))) is None:
                continue
            try:
                await back(self._on, one.id, at_all=True, why=f"{BY_ITSELF}: {why}")
            except OrderbusError as error:
                self._observer.note(names.NOT_TURNED, migration=one.id, why=str(error))
            else:
                self._observer.note(names.TURNED, migration=one.id, why=why)

    async def _why(self, migration: Migration, spans: Spans) -> str | None:
        """Only by what came since the last step: the shortest span, and the longest.

        Where a step is younger than the spans, the log is asked for as long as it is;
        it alone tells what came more than once.
        """
        age_s = self._on.world.clock.now() - migration.now.held_ms / 1000
        within = [span for span in sorted(spans) if span <= age_s]
        for span in {*within[:1], *within[-1:]}:
            if (why := turned(migration, Fared(spans[span]))) is not None:
                return why
        found = await self._on.ask(migration.id, int(min(max(age_s, 1), _MOST_S)))
        if found is None:
            return turned(migration, Fared(NONE))
        return turned(migration, found if not within else Fared(NONE, found.repeats))
