"""Plans and jobs by time, type, order or reason read no more than they mean."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from random import Random

from bus.adapters.memory.reader import MemoryLogReader
from bus.delivery.delivery import Reason
from bus.delivery.marks import Fate, mark
from bus.record import Message, Record
from processors.redrive.known_letters import KnownLetters
from processors.redrive.letters import Letter, Wanted, read_letters
from processors.redrive.replaying import Letters, Plan, plan
from processors.redrive.survey import CHUNK
from processors.subscriptions.world import World
from tests.support.past import Past
from tests.support.worlds import Worlds

MANY = 2 * CHUNK
PENDING = Wanted(fates=[Fate.PENDING])


class Counting:
    """A reader that counts the records that it gave, and hangs after `most`."""

    def __init__(self, reader: MemoryLogReader) -> None:
        self._reader = reader
        self.count = 0
        self.most = MANY * 2

    async def read(
        self, topic: str, **bounds: Mapping[int, int]
    ) -> AsyncIterator[Sequence[Record]]:
        """As the reader, and count."""
        async for batch in self._reader.read(topic, **bounds):  # type: ignore[arg-type]
            self.count += len(batch)
            if self.count > self.most:
                await asyncio.Event().wait()
            yield batch

    def counted(self) -> int:
        """How many since this was asked last."""
        count, self.count = self.count, 0
        return count


def counting(past: Past) -> tuple[World, Counting]:
    """The world with a reader that counts."""
    reader = past.world.reader
    assert isinstance(reader, MemoryLogReader)
    made = Counting(reader)
    return replace(past.world, reader=made), made  # type: ignore[arg-type]


async def listed(letters: Letters) -> list[Letter]:
    """All of them, by place."""
    found = [letter async for batch in letters for letter in batch]
    return sorted(found, key=lambda one: (one.record.partition, one.record.offset))


async def holds(past: Past, known: KnownLetters, wanted: Wanted) -> Plan:
    """What is planned and read is what reading all finds."""
    expected = await plan(read_letters(past.world, "acme", wanted))
    found = await known.plan(past.world, "acme", wanted, 3_600)
    assert replace(found, within_s=0.0) == expected
    assert await listed(known.read(past.world, "acme", wanted)) == await listed(
        read_letters(past.world, "acme", wanted)
    )
    return found


async def test_it_is_what_reading_all_finds(past: Past, worlds: Worlds) -> None:
    """While letters and marks come, whatever is asked for, in any order."""
    await past.subscribe()
    random, known = Random(7), KnownLetters()  # noqa: S311 - a game, not a secret
    life = await past.order()
    began_ms = past.now_ms
    planned = 0
    for number in range(120):
        event, record = random.choice(life)
        reason = random.choice([Reason.EXHAUSTED, Reason.REFUSED, Reason.TOO_OLD])
        await past.die("acme", event, record, reason=reason)
        await worlds.clock.advance(random.choice([0, 1, 60]))
        letters = await listed(read_letters(past.world, "acme", PENDING))
        if number % 3 == 0 and letters:
            fate = random.choice([Fate.REPLAYED, Fate.DISCARDED])
            one = random.choice(letters)
            await past.world.publisher.publish(mark(one.record, fate))
        since = began_ms + random.randrange(max(1, past.now_ms - began_ms))
        wanted = Wanted(
            types=random.choice([(), ("order.created",), ("order.*",)]),
            orders=random.choice([(), (event.subject,), ("none",)]),
            reasons=random.choice([(), ("exhausted", "refused")]),
            statuses=random.choice([(), (503,), (404,)]),
            since_ms=random.choice([None, since]),
            until_ms=random.choice([None, since + 90_000]),
            fates=random.choice([(), (Fate.PENDING,)]),
        )
        planned += (await holds(past, known, wanted)).pending
    assert planned > 120


async def test_each_stretch_is_read_once(past: Past, worlds: Worlds) -> None:
    """A plan reads back to where its time begins; the next one what is new.

    One that has no time says so, and what it read is not read again.
    """
    await past.subscribe()
    (event, record), *_ = await past.order()
    model = await past.world.reader.at(*(await past.die("acme", event, record))[:3])
    assert model is not None
    for _ in range(MANY - 1):
        await past.world.publisher.publish(_again(model))
    await worlds.clock.advance(3_600)
    lately, known = past.now_ms, KnownLetters()
    for _ in range(10):
        await past.die("acme", event, record)
    world, reader = counting(past)
    since = Wanted(since_ms=lately, fates=[Fate.PENDING])
    assert (await known.plan(world, "acme", since)).pending == 10
    assert reader.counted() <= CHUNK  # of more than two
    assert len(await listed(known.read(world, "acme", since))) == 10
    assert reader.counted() == 10
    reader.most = CHUNK // 2
    found = await known.plan(world, "acme", PENDING, 0.05)
    assert (found.complete, 0 < found.pending < MANY) == (False, True)
    assert reader.counted() <= CHUNK
    reader.most = 2 * MANY
    assert (await known.plan(world, "acme", PENDING)).pending == MANY + 10
    assert reader.counted() == MANY + 10 - found.pending
    await past.die("acme", event, record, reason=Reason.REFUSED)
    refused = Wanted(reasons=["refused"], fates=[Fate.PENDING])
    assert (await known.plan(world, "acme", refused)).pending == 1
    assert reader.counted() == 1


async def test_more_than_is_remembered_is_read(past: Past) -> None:
    """Memory has an end; what is planned is the same."""
    await past.subscribe()
    for event, record in await past.order():
        await past.die("acme", event, record)
    known = KnownLetters(most_outlines=3)
    assert (await holds(past, known, PENDING)).pending > 3
    await holds(past, known, Wanted(since_ms=1, fates=[Fate.PENDING]))
    assert (await known.plan(past.world, "acme", Wanted(since_ms=1))).pending > 3


def _again(model: Record) -> Message:
    """The same letter once more."""
    return Message(model.topic, model.key, model.value, model.headers, model.partition)
