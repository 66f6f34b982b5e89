"""What was read of a partition: records that wait, and how far they became rows."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from bus.delivery.incarnation import stamped
from bus.log.positions import NOWHERE
from bus.log.rows import Advance, Position, Row
from bus.record import Commit, Expired, Record, TopicPartition
from processors.projector.rows import arrived_us

_LOOK_US = 1_000_000
UNREAD = Position(0, 0)
"""Of a partition that is to be read, and was not: the log is behind by all of it."""


class Reading:
    """One assignment of one partition.

    Attributes:
        stored: Where the log stands, as far as is known; None: it never read it.
        anew: Whether it is another log under the same name, so that what the log has
            stored counts for nothing.
        read: The offset that Kafka is to give next; -1 while that is not known.
        next: All before it has become rows, or never will; -1 as above.
        read_to_us: All that arrived before is among what lies before `next`; 0 while
            that is not known.
        since_us: When it came to us.
        waits: The record whose schema is being asked for.
        open: Whether the partition is still ours.
        paused: Whether the source was told not to fetch it.
    """

    __slots__ = (
        "_mark",
        "_seen",
        "anew",
        "next",
        "open",
        "paused",
        "queue",
        "read",
        "read_to_us",
        "since_us",
        "stored",
        "topic_id",
        "tp",
        "waits",
    )

    def __init__(
        self,
        tp: TopicPartition,
        stored: Position | None,
        since_us: int,
        *,
        anew: bool = False,
    ) -> None:
        self.tp = tp
        self.since_us = since_us
        self.stored = stored
        self.anew = anew and stored is not None
        begins = stored in {None, UNREAD} or anew
        self.read = self.next = -1 if begins or stored is None else stored.next_offset
        self.read_to_us = stored.read_to_us if stored else 0
        self.topic_id = stored.topic_id if stored and not anew else ""
        self.queue: deque[Record | Expired] = deque()
        self.waits: Record | None = None
        self.open = True
        self.paused = False
        self._mark: tuple[int, int] | None = None
        self._seen: tuple[int, int] | None = None

    # ------------------------------------------------ what comes

    def take(self, record: Record) -> bool:
        """Queue a record; False for one that was read before."""
        if record.offset < self.read:
            return False
        self.read = record.offset + 1
        self.queue.append(record)
        return True

    def expire(self, gone: Expired) -> int:
        """Queue that Kafka has deleted records; return how many never came."""
        lost = max(0, gone.start - self.read) if self.read >= 0 else 0
        self.read = max(self.read, gone.start)
        self.queue.append(gone)
        return lost

    def skip(self, offset: int) -> None:
        """Go on at `offset`: somebody else has written what lies before."""
        self.read = max(self.read, offset)
        self.next = max(self.next, offset)

    def passed(self, item: Record | Expired, now_us: int) -> None:
        """Say that the first of the queue has become a row, or never will."""
        if isinstance(item, Expired):
            self.next = max(self.next, item.start)
            return
        self.next = max(self.next, item.offset + 1)
        self.topic_id = item.topic_id or self.topic_id
        if not item.created:
            self._reach(min(arrived_us(item, now_us), now_us))
        if self._mark is not None and self.next >= self._mark[0]:
            self._reach(self._mark[1])
            self._mark = None

    # ------------------------------------------------ how far it is

    def look(self, start: int, end: int, at_us: int) -> bool:
        """Take to heart that Kafka's log went from `start` to `end` at that time.

        Returns whether it may be that nothing but gaps is left before the end: then
        somebody has to look.
        """
        if self.next < 0 and start == end and not self.queue:
            self.read = self.next = end  # nowhere, and nothing to read
        if self.next >= end and not self.queue:
            self._reach(at_us)
        elif self._mark is None:
            self._mark = (end, at_us)
        before, self._seen = self._seen, (self.next, end)
        stuck = before == self._seen and 0 <= self.next < end
        return stuck and not (self.queue or self.paused)

    def pass_gap(self, seen: int, end: int, at_us: int) -> None:
        """Nothing stands from `seen` to `end`: unless something came, go on behind."""
        if self.next == seen and not self.queue:
            self.read = self.next = max(self.next, end)
            self._mark = None
            self._reach(at_us)

    def _reach(self, time_us: int) -> None:
        self.read_to_us = max(self.read_to_us, time_us)

    # ------------------------------------------------ what is to be written

    @property
    def has_news(self) -> bool:
        """Whether the log should hear of it: rows passed, or a second."""
        if self.anew or self.stored is None:
            return True
        if self.next < 0:
            return False
        if self.next != self.stored.next_offset:
            return True
        return self.read_to_us >= self.stored.read_to_us + _LOOK_US

    @property
    def before(self) -> int:
        """Where the log stands, for an advance."""
        return NOWHERE if self.stored is None else self.stored.next_offset

    @property
    def stored_to_us(self) -> int:
        """All that arrived before is in the log; where it never was: when we came."""
        return (self.stored.read_to_us if self.stored else 0) or self.since_us

    def commit(self) -> Commit | None:
        """What the group may be told; nothing is ever begun from it."""
        if self.stored is None or self.anew:
            return None
        return Commit(self.stored.next_offset)


def stood(position: Position) -> Commit:
    """Where reading is to begin, as a source wants to hear it."""
    return stamped(Commit(position.next_offset), position.topic_id)


@dataclass(slots=True)
class Portion:
    """What one batch has of one partition: rows in order, and how far they bring it."""

    reading: Reading
    rows: Sequence[Row]
    after: int
    read_to_us: int
    topic_id: str

    def advance(self) -> Advance:
        """The move of the log's position, from where it stands now.

        It goes back only where the partition's log is another one.
        """
        reading = self.reading
        if not reading.anew:
            self.after = max(self.after, reading.before)
        return Advance(
            reading.tp, reading.before, self.after, self.read_to_us, self.topic_id
        )

    def written(self) -> None:
        """The log has it."""
        self.reading.stored = Position(self.after, self.read_to_us, self.topic_id)
        self.reading.anew = False
