"""What was put aside from a place is read from where it stands."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace

import pytest

from bus.adapters.memory.reader import MemoryLogReader
from bus.delivery.marks import Fate, mark
from bus.errors import TopicError
from bus.record import Message, Record
from processors.redrive.item_rows import all_items
from processors.redrive.known_items import KnownItems
from processors.redrive.quarantine import Item, WantedItems
from tests.support.past import Past

TOPIC = "bus.quarantine"
PLACES = [f"oms.order/{number % 3}/{number}" for number in range(12)]


class Counting:
    """A reader that counts the records that are read of the topic."""

    def __init__(self, reader: MemoryLogReader) -> None:
        self._reader = reader
        self.count = 0

    async def read(
        self, topic: str, **bounds: Mapping[int, int]
    ) -> AsyncIterator[Sequence[Record]]:
        """As the reader, and count."""
        async for batch in self._reader.read(topic, **bounds):  # type: ignore[arg-type]
            self.count += len(batch)
            yield batch

    async def at(self, topic: str, partition: int, offset: int) -> Record | None:
        """As the reader."""
        return await self._reader.at(topic, partition, offset)


async def put_aside(past: Past, place: str) -> Record:
    """One more record from a place."""
    headers = (
        ("bus-quarantine-reason", b"no value"),
        ("bus-quarantine-origin", place.encode()),
        ("bus-quarantine-at-ms", b"%d" % past.now_ms),
    )
    message = Message(TOPIC, place.encode(), b"junk", headers)
    written = await past.world.publisher.publish(message)
    record = await past.world.reader.at(*written[:3])
    assert record is not None
    return record


async def test_it_is_what_reading_all_finds(past: Past) -> None:
    """However often each was put aside and marked, asked in between."""
    known, there = KnownItems(), list[Record]()
    fates = (Fate.REPLAYED, Fate.DISCARDED, Fate.PENDING)
    for number in range(60):
        there.append(await put_aside(past, PLACES[number * 7 % 12]))
        if number % 3 == 0:
            marked = there[number * 11 % len(there)]
            await past.world.publisher.publish(mark(marked, fates[number % 9 // 3]))
        place = PLACES[number * 5 % 12]
        expected = await all_items(past.world, WantedItems(places=[place]))
        assert await known.of(past.world, [place]) == expected
    both = WantedItems(places=PLACES[:2], fates=[Fate.PENDING])
    read = [item async for batch in known.read(past.world, both) for item in batch]
    expected = await all_items(past.world, both)
    assert expected
    assert sorted(read, key=_spot) == sorted(expected, key=_spot)
    assert await known.of(past.world, ["oms.order/9/9"]) == []


def _spot(item: Item) -> tuple[int, int]:
    return item.record.partition, item.record.offset


async def test_only_what_is_new_is_read_again(past: Past) -> None:
    """A second question reads what it asks for; so does one for what there is not."""
    for place in PLACES:
        await put_aside(past, place)
    reader = past.world.reader
    assert isinstance(reader, MemoryLogReader)
    counting, known = Counting(reader), KnownItems()
    world = replace(past.world, reader=counting)  # type: ignore[arg-type]
    assert len(await known.of(world, PLACES[:1])) == 1
    assert counting.count == len(PLACES)
    for place in (*PLACES, "oms.order/9/9"):
        await known.of(world, [place])
    assert counting.count == len(PLACES)
    await put_aside(past, PLACES[0])
    assert len(await known.of(world, PLACES[:1])) == 2
    assert counting.count == len(PLACES) + 1


async def test_too_many_are_not_remembered(past: Past) -> None:
    """Memory has an end; what is asked for is found all the same."""
    known = KnownItems(most=3)
    for place in PLACES:
        await put_aside(past, place)
        (item,) = await known.of(past.world, [place])
        assert item.place == place


async def test_a_topic_made_anew_is_another_one(past: Past) -> None:
    """Nothing of the old one is told."""
    known = KnownItems()
    await put_aside(past, PLACES[0])
    assert len(await known.of(past.world, PLACES[:1])) == 1
    topics = past.world.topics
    (state,) = [one for one in past.world.topology.fixed() if one.name == TOPIC]
    await topics.delete([TOPIC])
    with pytest.raises(TopicError, match="no such topic"):
        await known.of(past.world, PLACES[:1])
    await topics.create([state])
    assert await known.of(past.world, PLACES[:1]) == []
    await put_aside(past, PLACES[1])
    (item,) = await known.of(past.world, PLACES[1:2])
    assert item.place == PLACES[1]
