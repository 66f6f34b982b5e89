"""What a loop runs, and within which limits."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from bus.ports import Observer
from bus.record import Record
from processors.delivery.partition import Partition
from processors.telemetry import names

STRIDE = 32
"""Records and deliveries begun until others have their turn."""
HELD = 512
"""Records that wait in a partition before no more of it are fetched."""


UNHANDLED = ("unhandled",)
"""Stands for the deliveries of a record that a bug keeps open."""


def say_bug(observer: Observer, record: Record, error: Exception) -> None:
    """Say at which record a bug showed."""
    observer.note(
        names.BUG,
        why=repr(error),
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        exc_info=error,
    )


class Handler(Protocol):
    """A program, as the loop sees it."""

    def prepare(self, batch: Sequence[Record]) -> bool:
        """Look at a batch; say whether all of it can be handled at once."""
        ...

    def ready(self, record: Record) -> bool:
        """Whether this record can be handled now."""
        ...

    async def fetch(self, record: Record) -> None:
        """Make a record ready, however long that takes; its partition waits."""
        ...

    def handle(self, partition: Partition, record: Record) -> None:
        """Take a record: call `ledger.begin` now, settle sooner or later."""
        ...

    def opened(self, partition: Partition) -> None:
        """A partition came."""
        ...

    def closed(self, partition: Partition) -> None:
        """A partition goes: drop what is queued, start nothing more."""
        ...

    def crowded(self) -> None:
        """The intake is full: let go of what need not be held."""
        ...


@dataclass(frozen=True, slots=True)
class LoopPolicy:
    """Times in seconds; limits count what is unsettled.

    `intake_limit` counts deliveries, so that many subscriptions need no more memory
    than one; the others count records.

    Without `partition_limit` the whole intake waits at `intake_limit` (fanout). With
    it each partition is paused for itself, at `partition_limit` while there is room
    and at `partition_floor` when all together hold `intake_limit` (retry, ordered).
    """

    commit_interval_s: float = 0.1
    drain_s: float = 5.0
    intake_limit: int = 8192
    partition_limit: int | None = None
    partition_floor: int = 16

    def each(self, limit: int) -> "LoopPolicy":
        """The same, with a limit for each partition."""
        return replace(self, partition_limit=limit)
