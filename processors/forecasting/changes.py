"""Which counts are worth a row: those that changed, and from what. Pure."""

from collections.abc import Container, Mapping
from dataclasses import dataclass

from bus.log.lags import SLOT_S, LagRow
from processors.forecasting.counting import Counts

_SLOT_US = SLOT_S * 1_000_000
_LIVELY_US = 86_400_000_000


@dataclass(slots=True)
class _Last:
    row: LagRow
    written: bool
    changed_us: int


class Changes:
    """Remembers what was counted last.

    A queue in which nothing happens takes no row. Where something happens again, the
    count before it is written first: else it would seem to have happened all along.
    Slots are of `daily` queues only, whose day has a shape.
    """

    def __init__(self, daily: Container[str]) -> None:
        self._daily = daily
        self._last: dict[str, _Last] = {}
        self._slot = 0

    def rows(self, at_us: int, counts: Mapping[str, Counts]) -> list[LagRow]:
        """What to write of these counts."""
        slot, self._slot = at_us // _SLOT_US != self._slot, at_us // _SLOT_US
        found: list[LagRow] = []
        for queue, (came, went, _) in counts.items():
            row = LagRow(at_us, queue, came, went, slot and queue in self._daily)
            found += self._next(row)
        for queue in self._last.keys() - counts.keys():
            del self._last[queue]
        return found

    def _next(self, row: LagRow) -> list[LagRow]:
        last = self._last.get(row.queue)
        same = last is not None and last.row[2:4] == row[2:4]
        changed_us = last.changed_us if last and same else row.at_us
        written = not same or (row.slot and row.at_us - changed_us < _LIVELY_US)
        self._last[row.queue] = _Last(row, written, changed_us)
        if not written:
            return []
        return [row] if last is None or last.written or same else [last.row, row]
