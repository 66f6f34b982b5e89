"""What all processes have seen of each source, as `bus.intake.tallies` says it."""

from collections.abc import Collection

from bus.intake.health.tally import Seen
from bus.ports import Clock, LogReader
from bus.record import Record
from processors.following import Follower
from processors.tallying.records import read_record

KEPT_S = 8 * 86_400.0
_MOST_PROCESSES = 200


class TallyTable(Follower):
    """Follows the topic; holds the newest word of each process on each source."""

    def __init__(self, reader: LogReader, clock: Clock, topic: str) -> None:
        super().__init__(reader, clock, topic, self._hold)
        self._held: dict[str, dict[str, Seen]] = {}

    def of(self, source: str) -> Collection[Seen]:
        """What processes have seen of a source, those long gone included."""
        return self._held.get(source, {}).values()

    def _hold(self, record: Record) -> None:
        found = read_record(record)
        if found is None:
            return
        source, process, seen = found
        its = self._held.setdefault(source, {})
        its.pop(process, None)
        if seen is None:
            return
        its[process] = seen
        for name in [n for n, one in its.items() if seen.at - one.at > KEPT_S]:
            del its[name]
        while len(its) > _MOST_PROCESSES:
            del its[next(iter(its))]  # the one that has been silent for longest
