"""Dead letters and quarantined records from the newest on, a part at a time."""

from collections.abc import Mapping

import pytest

from bus.delivery.delivery import Reason
from bus.delivery.marks import Fate, Mark, mark
from bus.errors import TopicError
from bus.record import Message, Record
from processors.redrive.backwards import Stretch
from processors.redrive.fates import Fates, KnownFates
from processors.redrive.letters import Letter, Wanted, read_letters
from processors.redrive.newest import (
    From,
    Part,
    enough,
    newest_items,
    newest_letters,
)
from processors.redrive.quarantine import Item, WantedItems, read_items
from tests.support.past import Past
from tests.support.worlds import Worlds

Place = tuple[int, int]


def place(letter: Letter) -> Place:
    """Where it stands."""
    return letter.record.partition, letter.record.offset


async def whole(past: Past, wanted: Wanted) -> Mapping[Place, Fate]:
    """All that are meant, read as a whole."""
    found = read_letters(past.world, "acme", wanted)
    return {place(one): one.fate async for batch in found for one in batch}


async def paged(
    past: Past, wanted: Wanted, *, most: int, known: KnownFates | None = None
) -> Mapping[Place, Fate]:
    """The same in parts of three; each with fates of its own without `known`."""
    found: dict[Place, Fate] = {}
    start = From(3, most=most)
    for _ in range(1_000):
        fates = known or KnownFates()
        part = await newest_letters(past.world, fates, "acme", wanted, start)
        assert not found.keys() & {place(one) for one in part.items}
        found |= {place(one): one.fate for one in part.items}
        if part.rest is None:
            return found
        start = From(3, part.rest, most)
    pytest.fail("it never ends")


async def dying(past: Past, orders: int) -> list[Record]:
    """Dead letters of so many orders; every third is marked at some time later."""
    letters: list[Record] = []
    await past.subscribe()
    for seed in range(orders):
        for number, (event, record) in enumerate(await past.order(seed)):
            reason = Reason.REFUSED if number % 2 else Reason.EXHAUSTED
            written = await past.die("acme", event, record, reason=reason)
            found = await past.world.reader.at(*written[:3])
            assert found is not None
            letters.append(found)
            if len(letters) % 3 == 0:
                fate = Fate.REPLAYED if len(letters) % 2 else Fate.DISCARDED
                marked = letters[len(letters) // 2]
                await past.world.publisher.publish(mark(marked, fate))
    return letters


WANTED = [
    Wanted(),
    Wanted(fates=[Fate.PENDING]),
    Wanted(fates=[Fate.DISCARDED], reasons=["refused"]),
    Wanted(reasons=["no such"]),
]


@pytest.mark.parametrize("most", [9, 40, 10_000])
@pytest.mark.parametrize("wanted", WANTED)
async def test_parts_are_the_whole(past: Past, wanted: Wanted, most: int) -> None:
    """Each once and with its fate, however few records a part may read."""
    letters = await dying(past, 4)
    assert len(letters) > 15
    expected = await whole(past, wanted)
    assert await paged(past, wanted, most=most, known=KnownFates()) == expected


async def test_another_process_goes_on_from_anywhere(past: Past) -> None:
    """It knows no fates yet: it learns those of what lies behind first."""
    await dying(past, 3)
    assert await paged(past, Wanted(), most=10_000) == await whole(past, Wanted())


async def test_one_that_learns_the_fates_first_says_where_it_goes_on(
    past: Past,
) -> None:
    """No rows, and the same place again, as often as it takes."""
    await dying(past, 4)
    first = await newest_letters(past.world, KnownFates(), "acme", Wanted(), From(30))
    assert first.rest is not None or len(first.items) < 30
    letters = await whole(past, Wanted())
    deep = {p: 1 for p, _ in letters}
    known, rows, start = KnownFates(), [], From(3, deep, most=4)
    part = await newest_letters(past.world, known, "acme", Wanted(), start)
    assert part.items == []
    while part.rest is not None:
        start = From(3, part.rest, most=4)
        part = await newest_letters(past.world, known, "acme", Wanted(), start)
        rows += part.items
    assert {place(one): one.fate for one in rows} == {
        where: fate for where, fate in letters.items() if where[1] < 1
    }


async def test_a_fate_is_heard_of_on_the_next_page(past: Past) -> None:
    """What is marked between two pages, on both sides of where one ends."""
    letters = await dying(past, 2)
    known = KnownFates()
    part = await newest_letters(past.world, known, "acme", Wanted(), From(3))
    last = min(letters, key=lambda r: r.offset)
    await past.world.publisher.publish(mark(last, Fate.DISCARDED))
    found = await paged(past, Wanted(), most=10_000, known=known)
    assert found[last.partition, last.offset] is Fate.DISCARDED
    assert part.rest is not None


async def test_a_topic_made_anew_has_other_fates(past: Past, worlds: Worlds) -> None:
    """Those of the one before are forgotten."""
    letters = await dying(past, 2)
    known, topic = KnownFates(), past.world.topology.dlq_topic("acme")
    for letter in letters:
        await past.world.publisher.publish(mark(letter, Fate.DISCARDED))
    assert set((await paged(past, Wanted(), most=99, known=known)).values()) == {
        Fate.DISCARDED
    }
    (made,) = (await past.world.topics.describe([topic])).values()
    worlds.broker.delete(topic)
    worlds.broker.create(made)
    for _ in range(3):
        for letter in letters:
            message = Message(topic, letter.key, letter.value, letter.headers)
            await past.world.publisher.publish(message)
    assert set((await paged(past, Wanted(), most=999, known=known)).values()) == {
        Fate.PENDING
    }


async def test_quarantine_likewise(past: Past) -> None:
    """Marks and records of it, in parts."""
    topic = past.world.topology.quarantine
    for number in range(9):
        headers = (("bus-quarantine-reason", b"no value"),)
        message = Message(topic, b"%d" % number, b"x", headers)
        written = await past.world.publisher.publish(message)
        if number % 2:
            record = await past.world.reader.at(*written[:3])
            assert record is not None
            await past.world.publisher.publish(mark(record, Fate.REPLAYED))
    pending, known = WantedItems(fates=[Fate.PENDING]), KnownFates()
    batches = read_items(past.world, pending)
    expected = {item.record.key async for batch in batches for item in batch}

    async def part(start: From) -> Part[Item]:
        return await newest_items(past.world, known, pending, start)

    found = await enough(3, part)
    assert len(found.items) == 3
    rest = await part(From(99, found.rest))
    keys = [item.record.key for item in (*found.items, *rest.items)]
    assert len(keys) == len(expected)
    assert set(keys) == expected


async def test_a_topic_that_is_not_there_is_said(past: Past) -> None:
    """Not an empty list."""
    with pytest.raises(TopicError, match="no such topic"):
        await newest_letters(past.world, KnownFates(), "nope", Wanted(), From(3))


async def test_a_value_is_not_kept(past: Past) -> None:
    """A page of large letters is small."""
    await dying(past, 1)
    part = await newest_letters(past.world, KnownFates(), "acme", Wanted(), From(3))
    assert {letter.record.value for letter in part.items} == {b""}


def test_fates_of_topics_not_asked_for_are_forgotten() -> None:
    """The ones that were not asked for longest, as soon as there are too many."""
    known = KnownFates(most=3)
    for name in ("a", "b", "c"):
        _learn(known.of(name), 2)
    known.of("d")
    assert [len(known.of(name)) for name in ("c", "d")] == [2, 0]
    assert len(known.of("a")) == 0


def _learn(fates: Fates, count: int) -> None:
    fates.newer({0: 10})
    fates.learn(
        {0: Stretch(0, 10)}, [Mark(Fate.REPLAYED, 0, at, 1) for at in range(count)]
    )
