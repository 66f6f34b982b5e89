"""Where what a source sends cannot be written now, by partition of its topic."""

from bus.intake.receiving.outage import Outage
from bus.topics.partitioning import partition_of


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
