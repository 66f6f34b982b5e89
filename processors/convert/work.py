"""What is to be done with one part of a submission, and where it is then settled."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bus.event import Event
from bus.intake.fetching.wanted import Wanted
from bus.intake.merging.notes import Note
from bus.intake.parked.item import Item
from processors.delivery.partition import Partition


@dataclass(frozen=True, slots=True)
class Settling:
    """Where something is settled once it is done."""

    partition: Partition
    offset: int
    name: str

    def settle(self) -> None:
        """Say that it is done."""
        self.partition.settle(self.offset, self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """One part on its way out.

    Attributes:
        settling: Where it is settled.
        lane: What is done in turn: one order's parts.
        source: Whose it is.
        since: When its submission reached us.
        event: What is told; None: nothing.
        item: What is parked; None: nothing.
        note: What is remembered of it; None: nothing.
        instead: What is parked where Kafka never takes the event, for that reason.
        wanted: What is to be fetched afterwards.
    """

    settling: Settling
    lane: bytes
    source: str
    since: datetime
    event: Event | None = None
    item: Item | None = None
    note: Note | None = None
    instead: Callable[[str], Item] | None = None
    wanted: Wanted | None = None
