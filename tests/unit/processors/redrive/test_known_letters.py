"""The dead letters of an event are read from where they stand."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace

from bus.adapters.memory.reader import MemoryLogReader
from bus.delivery.marks import Fate, mark
from bus.event import Event
from bus.record import Message, Record
from bus.samples.lifecycles import sample
from processors.redrive.known_letters import KnownLetters
from processors.redrive.letters import Letter, Wanted, read_letters
from tests.support.orders import STARTED
from tests.support.past import Past

TOPIC = "bus.dlq.acme"
MANY = 4_000


class Counting:
    """A reader that counts the records that it gave."""

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
        """As the reader, and count."""
        self.count += 1
        return await self._reader.at(topic, partition, offset)


async def all_of(past: Past, *events: str) -> list[Letter]:
    """What reading all finds."""
    return [
        letter
        async for batch in read_letters(past.world, "acme", Wanted(events=events))
        for letter in batch
    ]


async def test_it_is_what_reading_all_finds(past: Past) -> None:
    """However often each died and was marked, asked in between, by either id."""
    await past.subscribe()
    life, known = await past.order(), KnownLetters()
    for number in range(40):
        event, record = life[number % len(life)]
        await past.die("acme", event, record, replay=number // len(life))
        for name in (event.webhook_id, event.id):
            found = await known.of(past.world, "acme", [name])
            assert found == await all_of(past, name)
        if number % 3 == 0:
            fate = (Fate.REPLAYED, Fate.DISCARDED, Fate.PENDING)[number % 9 // 3]
            await past.world.publisher.publish(mark(found[0].record, fate))
    assert await known.of(past.world, "acme", ["never"]) == []
    pending = Wanted(events=[life[0][0].id], fates=[Fate.PENDING])
    read = [
        one async for batch in known.read(past.world, "acme", pending) for one in batch
    ]
    assert read == [
        one for one in await all_of(past, life[0][0].id) if one.fate is Fate.PENDING
    ]


async def test_thousands_are_read_once(past: Past) -> None:
    """After that a question reads what it asks for, and what came meanwhile."""
    await past.subscribe()
    (event, record), *_ = await past.order()
    written = await past.die("acme", event, record)
    model = await past.world.reader.at(*written[:3])
    assert model is not None
    for number in range(MANY):
        await past.world.publisher.publish(_other(model, number))
    reader, known = past.world.reader, KnownLetters()
    assert isinstance(reader, MemoryLogReader)
    counting = Counting(reader)
    world = replace(past.world, reader=counting)  # type: ignore[arg-type]
    (letter,) = await known.of(world, "acme", [event.webhook_id])
    assert counting.count == MANY + 2
    for number in range(0, MANY, 500):
        (other,) = await known.of(world, "acme", [f"other-{number}"])
        assert other.own_id == f"other-{number}"
    await past.world.publisher.publish(mark(letter.record, Fate.DISCARDED))
    (letter,) = await known.of(world, "acme", [event.webhook_id])
    assert letter.fate is Fate.DISCARDED
    assert len(await known.marks(world, letter.record)) == 1
    assert counting.count == MANY + 2 + MANY // 500 + 2


def _other(model: Record, number: int) -> Message:
    """The same letter of another event."""
    headers = tuple(
        (name, b"other-%d" % number if name == "ce_id" else value)
        for name, value in model.headers
    )
    return Message(TOPIC, b"SO-%d" % number, model.value, headers)


async def test_memory_has_an_end(past: Past) -> None:
    """The topic that was not asked for longest is forgotten, and read again."""
    event: Event = sample("order.created", 1, STARTED)
    record = await past.produce(event)
    known = KnownLetters(most=1)
    for name in ("acme", "other"):
        await past.subscribe(name)
        for _ in range(3):
            await past.die(name, event, record)
    for name in ("acme", "other", "acme"):
        found = await known.of(past.world, name, [event.webhook_id])
        assert [one.subscription for one in found] == [name] * 3
