"""Parked orders on a real Kafka: listed, tried, fixed, released; of two, one wins."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bus.client.channels import channels_folder, read_samples
from bus.errors import ConflictError
from bus.intake.parked.decisions import Decision, Kind
from bus.intake.parked.item import Item
from bus.intake.parked.records import parked_message, read_parked
from bus.intake.raw import Raw, to_message
from bus.intake.submission import Place, Submission
from bus.topics.topic import TopicState
from processors.parked.asking import Wanted, row_of, rows_of, standing, whole
from processors.parked.deciding import Wish, decide
from processors.parked.fixing import fix, items_in, plan
from processors.parked.trying import Changes
from processors.parked.world import EVERYBODY, ParkedWorld
from processors.wiring.parked import held_rules, make_parked
from tests.support.bus import Bus, running_bus
from tests.support.kafka import KafkaUnderTest
from tests.support.parked import NOW, item

pytestmark = [pytest.mark.kafka, pytest.mark.asyncio(loop_scope="module")]
SAMPLE = read_samples(channels_folder() / "shopify")[0]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bus(
    kafka: KafkaUnderTest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Bus]:
    """A bus without workers."""
    folder = tmp_path_factory.mktemp("parked")
    async with running_bus(kafka, folder, "triage") as made:
        yield made


@pytest_asyncio.fixture(loop_scope="module")
async def desks(bus: Bus) -> AsyncIterator[tuple[ParkedWorld, ParkedWorld]]:
    """Two processes that work with the same parked orders."""
    rules = held_rules(bus.settings, bus.world)
    one, two = (make_parked(bus.settings, bus.world, rules) for _ in range(2))
    async with one.table, two.table:
        await asyncio.gather(one.table.ready(), two.table.ready())
        yield one, two
    await rules.close()


Desks = tuple[ParkedWorld, ParkedWorld]


async def park(bus: Bus, desks: Desks, body: bytes, *, count: int = 1) -> list[Item]:
    """Keep a submission so many times, and park what it comes to."""
    topic = f"{bus.name}.raw.acme-shop"
    await bus.world.topics.create([TopicState(topic, 1, 1)])
    items: list[Item] = []
    for _ in range(count):
        submission = Submission("acme-shop", body, SAMPLE.headers, NOW)
        raw = Raw(id="", submission=submission, channel="shopify")
        written = await bus.publisher.publish(to_message(raw, topic, "1"))
        place = Place(written.topic, written.partition, written.offset)
        one = item(written.offset + 1000 * len(body), place=place)
        message = parked_message(bus.world.topology.parked, one)
        parked = await bus.publisher.publish(message)
        await asyncio.gather(*(desk.table.applied(parked) for desk in desks))
        items.append(one)
    return items


async def test_listed_tried_fixed_released(bus: Bus, desks: Desks) -> None:
    """What passes is released with all that convert needs; the rest stays."""
    one, two = desks
    good = await park(bus, desks, SAMPLE.body, count=3)
    (bad,) = await park(bus, desks, b"junk")
    (group,) = standing(one, EVERYBODY).groups
    rows = items_in(one, EVERYBODY, group.id)
    planned = await plan(one, rows, Changes())
    assert {row.id for row in planned.passing} == {each.id for each in good}
    assert sum(planned.failing.values()) == 1
    done = await fix(one, group.id, planned, "as a test says")
    assert (done.done, done.failed) == (3, {})
    assert [row.id for row in rows_of(one, EVERYBODY, Wanted())] == [bad.id]
    told = await whole(two, row_of(two, EVERYBODY, good[0].id))
    assert [(step.kind, step.release) for step in told.history] == [(Kind.RELEASED, 1)]
    found: set[Place | None] = set()
    async for batch in bus.world.reader.read(one.topic):
        for record in batch:
            entry = read_parked(record)
            if isinstance(entry, Decision) and entry.kind is Kind.RELEASED:
                found.add(entry.place)
    assert found == {each.place for each in good}


async def test_of_two_who_decide_at_once_one_wins(bus: Bus, desks: Desks) -> None:
    """Both processes say the same afterwards, and one has been told that it lost."""
    (made,) = await park(bus, desks, b"other junk")
    wishes = (Wish(kind=Kind.RELEASED), Wish(kind=Kind.REJECTED, why="x"))
    told = await asyncio.gather(
        *(
            decide(desk, row_of(desk, EVERYBODY, made.id), wish)
            for desk, wish in zip(desks, wishes, strict=True)
        ),
        return_exceptions=True,
    )
    assert sorted(isinstance(each, ConflictError) for each in told) == [False, True]
    states = {row_of(desk, EVERYBODY, made.id).life.state for desk in desks}
    assert len(states) == 1
