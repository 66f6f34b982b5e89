"""Quarantined records with what became of them, read from their topic."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass

from bus.delivery.marks import Fate, Mark, read_mark
from bus.delivery.quarantine import (
    Meaning,
    is_quarantined,
    meaning_of,
    read_quarantined,
)
from bus.delivery.senders import sender_of
from bus.errors import DecodeError
from bus.record import Record
from processors.subscriptions.world import World

NO_SOURCE = "-"
"""Means those that do not say who wrote them."""


@dataclass(frozen=True, slots=True)
class Item:
    """One quarantined record.

    `record` is it as it stands in quarantine, `source` as it stood in the topic it
    came from; `place` names that, or its place in quarantine where it is not known.
    `marked_at_ms` is when it met its fate, 0 while pending.
    """

    record: Record
    source: Record
    place: str
    why: str
    at_ms: int
    fate: Fate = Fate.PENDING
    marked_at_ms: int = 0

    @property
    def topic(self) -> str:
        """The topic it came from."""
        return self.source.topic

    @property
    def sender(self) -> str:
        """Who wrote it, as it says itself (`ce_source`); empty: it does not."""
        return sender_of(self.source)

    @property
    def meaning(self) -> Meaning:
        """What its reason means to who sent it."""
        return meaning_of(self.why)


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedItems:
    """Which are meant; what is empty or None does not narrow.

    `places` are `topic/partition/offset`, `reasons` the codes of meanings, `sources`
    what records say of who wrote them, times epoch milliseconds of being put aside
    (inclusive, exclusive).
    """

    places: Sequence[str] = ()
    topics: Sequence[str] = ()
    reasons: Sequence[str] = ()
    sources: Sequence[str] = ()
    since_ms: int | None = None
    until_ms: int | None = None
    fates: Sequence[Fate] = ()

    def holds(self, item: Item) -> bool:
        """Whether this one is meant."""
        return (
            (not self.places or item.place in self.places)
            and (not self.topics or item.topic in self.topics)
            and (not self.reasons or item.meaning.code in self.reasons)
            and (not self.sources or (item.sender or NO_SOURCE) in self.sources)
            and (not self.fates or item.fate in self.fates)
            and (self.since_ms is None or item.at_ms >= self.since_ms)
            and (self.until_ms is None or item.at_ms < self.until_ms)
        )


async def read_items(
    world: World, wanted: WantedItems
) -> AsyncIterator[Sequence[Item]]:
    """Yield the quarantined records that are meant, in order within a partition.

    The topic is read twice: marks stand behind what they mark.

    Raises:
        TopicError: there is no such topic.
        BrokerUnavailableError: Kafka gives no answer.
    """
    marks = await _marks(world, wanted.since_ms)
    topic = world.topology.quarantine
    async for batch in world.reader.read(topic, since_ms=wanted.since_ms):
        items = [
            item_of(record, marks.get((record.partition, record.offset)))
            for record in batch
            if is_quarantined(record)
        ]
        if meant := [item for item in items if wanted.holds(item)]:
            yield meant


async def _marks(world: World, since_ms: int | None) -> Mapping[tuple[int, int], Mark]:
    found: dict[tuple[int, int], Mark] = {}
    topic = world.topology.quarantine
    async for batch in world.reader.read(topic, since_ms=since_ms):
        for record in batch:
            mark = item_mark(record)
            if mark is not None:
                found[mark.partition, mark.offset] = mark
    return found


def item_mark(record: Record) -> Mark | None:
    """A record of the quarantine topic as a mark; None if it is none."""
    try:
        return None if is_quarantined(record) else read_mark(record)
    except DecodeError:
        return None


def item_of(record: Record, mark: Mark | None) -> Item:
    """A record of the quarantine topic as what was put aside, with its mark."""
    said = read_quarantined(record)
    here = f"{record.topic}/{record.partition}/{record.offset}"
    return Item(
        record,
        said.source,
        said.place or here,
        said.why,
        said.at_ms,
        mark.fate if mark else Fate.PENDING,
        mark.at_ms if mark else 0,
    )
