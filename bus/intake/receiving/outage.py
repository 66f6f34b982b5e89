"""Whether what a source sends can be written now: after a failure, one tries."""

from bus.topics.partitioning import partition_of

PAUSE_S = 1.0
LOST_S = 5.0


class Outage:
    """How writing to one partition goes. Times are monotonic seconds.

    After a failure all are turned away but for one, `PAUSE_S` later, which finds out:
    it waits as long as it may, so that a second one beside it would learn no more. Of
    one that never tells, the next takes the place after `LOST_S`.
    """

    __slots__ = ("_next", "since", "why")

    def __init__(self) -> None:
        self.since: float | None = None
        self.why = ""
        self._next = 0.0

    def admits(self, now: float) -> bool:
        """Whether a write may be tried; in an outage that is the one to find out."""
        if self.since is None:
            return True
        if now < self._next:
            return False
        self._next = now + LOST_S
        return True

    def failed(self, now: float, why: str) -> bool:
        """A write failed; returns whether that begins an outage."""
        begins = self.since is None
        self.since = now if begins else self.since
        self.why = why
        self._next = now + PAUSE_S
        return begins

    def worked(self, now: float) -> float | None:
        """A write was acknowledged; returns how long an outage was that this ends."""
        if self.since is None:
            return None
        away_s, self.since, self.why = now - self.since, None, ""
        return away_s


class Outages:
    """How writing to a topic goes: the leader of one partition may be away alone.

    What has no key is written to a partition that has a leader, and judged by itself.
    Should the topic have other than so many `partitions`, a key stands for some of
    them: then more is turned away than has to be.
    """

    __slots__ = ("_by_partition", "_partitions")

    def __init__(self, partitions: int = 1) -> None:
        self._partitions = partitions
        self._by_partition: dict[int | None, Outage] = {}

    @property
    def any(self) -> bool:
        """Whether anything is turned away."""
        return bool(self._by_partition)

    def of(self, key: bytes | None) -> Outage:
        """How writing goes where this key lives."""
        if not self._by_partition:  # as nearly always: then nothing has to be hashed
            return Outage()
        return self._by_partition.get(self._place(key)) or Outage()

    def failed(self, key: bytes | None, now: float, why: str) -> bool:
        """A write failed; returns whether that begins an outage."""
        place = self._place(key)
        return self._by_partition.setdefault(place, Outage()).failed(now, why)

    def worked(self, key: bytes | None, now: float) -> float | None:
        """A write was acknowledged; returns how long an outage was that this ends."""
        if not self._by_partition:
            return None
        ended = self._by_partition.pop(self._place(key), None)
        return None if ended is None else ended.worked(now)

    def _place(self, key: bytes | None) -> int | None:
        return None if key is None else partition_of(key, self._partitions)
