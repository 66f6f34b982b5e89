"""The log of the day: a real one in SQLite, asked before the watch asks."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from bus.adapters.sql import SqlLog, open_log
from bus.errors import LogUnavailableError
from bus.log.health import Figures
from bus.log.rows import Advance, AttemptRow, Place
from bus.record import TopicPartition
from bus.watch.facts import FIVE_MINUTES, HALF_HOUR, HOUR, SIX_HOURS, THREE_DAYS

_TP = TopicPartition("bus.attempts", 0)
_ASKED_EVERY_S = {
    FIVE_MINUTES: 60.0,
    HALF_HOUR: 120.0,
    HOUR: 120.0,
    SIX_HOURS: 300.0,
    THREE_DAYS: 900.0,
}


class Books:
    """What the projector does, and what the watch asks; `away` is why it cannot."""

    def __init__(self, path: Path) -> None:
        self.away = ""
        self.late_s = 0.0
        self._log: SqlLog = open_log(f"sqlite:///{path}", read_s=600, write_s=600)
        self._rows: list[AttemptRow] = []
        self._end = 0
        self._read_to = 0.0
        self._said: dict[int, Mapping[str, Figures]] = {}
        self._asked: dict[int, float] = {}

    async def open(self, now: float) -> None:
        """Make the tables."""
        await self._log.prepare(int(now * 1e6))

    async def close(self) -> None:
        """Let go of the file."""
        await self._log.close()

    def add(self, rows: Sequence[AttemptRow]) -> None:
        """Attempts were made."""
        self._rows += rows

    def lag_s(self, now: float) -> float:
        """By how much the log is behind."""
        return max(0.0, now - self._read_to)

    async def write(self, now: float) -> None:
        """Write what is to be written by now."""
        until = now - self.late_s
        if self.away or until <= self._read_to:
            return
        ready = [row for row in self._rows if row.started_us < until * 1e6]
        self._rows = [row for row in self._rows if row.started_us >= until * 1e6]
        ready.sort(key=lambda row: row.started_us)
        placed = [
            row._replace(at=Place(*_TP, self._end + n)) for n, row in enumerate(ready)
        ]
        before, self._end = self._end or -1, self._end + len(placed)
        self._read_to = until
        if placed:
            advance = Advance(_TP, before, self._end, int(until * 1e6))
            await self._log.write(placed, [advance], int(now * 1e6))

    async def prepare(self, at: float) -> None:
        """Have the answers ready that the watch may ask for at `at`."""
        for span, every_s in _ASKED_EVERY_S.items():
            if at - self._asked.get(span, float("-inf")) >= every_s:
                self._said[span] = await self._log.since(span, int(at * 1e6))
                self._asked[span] = at

    async def ask(self) -> "Books":
        """The log is there."""
        return self

    async def since(self, span_s: int, now_us: int) -> Mapping[str, Figures]:
        """Answer the watch."""
        assert now_us
        if self.away:
            raise LogUnavailableError(self.away)
        return self._said[span_s]
