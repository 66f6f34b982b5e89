"""What came of messages, as `bus.intake.seen` says, learned before any is converted."""

from bus.intake.merging.fates import Merging
from bus.intake.merging.notes import read_note
from bus.ports import Clock, LogReader
from bus.record import Record
from processors.following import Follower

KEPT_S = 31 * 86_400
"""How far back it is read: no channel's window is longer than 30 days."""


class Remembering(Follower):
    """Follows the topic: what other processes note is known here as well."""

    def __init__(
        self, reader: LogReader, clock: Clock, topic: str, merging: Merging
    ) -> None:
        super().__init__(reader, clock, topic, self._learn, since=self._since_ms)
        self._clock = clock
        self._merging = merging

    def _learn(self, record: Record) -> None:
        note = None if record.value is None else read_note(record)
        if note is not None:
            self._merging.learn(note, self._clock.now())

    def _since_ms(self) -> int:
        return max(0, int((self._clock.now() - KEPT_S) * 1000))
