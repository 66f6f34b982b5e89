"""Whether anything is left between a position and the end of a partition.

Markers of transactions take offsets that no reader gets: behind the last of them a
partition would look as if it were never read to its end.
"""

from collections.abc import Mapping

from bus.errors import OrderbusError
from bus.ports import Clock, Lag, LogReader
from bus.record import TopicPartition

_AGAIN_S = 30.0


class Gaps:
    """Looks, at most every half minute at the same place."""

    def __init__(self, reader: LogReader, clock: Clock) -> None:
        self._reader = reader
        self._clock = clock
        self._looked: dict[TopicPartition, tuple[int, float]] = {}

    def due(self, tp: TopicPartition, seen: int) -> bool:
        """Whether to look from `seen` on, which counts as looked then."""
        now = self._clock.monotonic()
        at, when = self._looked.get(tp, (-1, 0.0))
        if at == seen and now - when < _AGAIN_S:
            return False
        self._looked[tp] = (seen, now)
        return True

    async def empty(
        self, tp: TopicPartition, seen: int, lags: Mapping[TopicPartition, Lag]
    ) -> bool:
        """Whether no record stands from `seen` to the end; False if nobody says."""
        ends = {
            other.partition: lag.end
            for other, lag in lags.items()
            if other.topic == tp.topic
        }
        starts = {**ends, tp.partition: seen}
        try:
            async for batch in self._reader.read(tp.topic, start=starts):
                if any(record.partition == tp.partition for record in batch):
                    return False
        except OrderbusError:
            return False
        return True
