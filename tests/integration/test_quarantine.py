"""Quarantine and status on a real Kafka, with a real worker and partner."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio

from bus.record import Message
from processors.redrive.quarantine import Item, WantedItems, read_items
from processors.redrive.release import Release
from processors.status.desk import Desk
from processors.status.lagging import Group
from processors.status.question import Unknown
from processors.status.report import troubles
from processors.subscriptions.world import World
from tests.support.bus import Bus, running_bus, wait_until
from tests.support.kafka import KafkaUnderTest
from tests.support.orders import order_event

pytestmark = [pytest.mark.kafka, pytest.mark.asyncio(loop_scope="module")]
_WITHIN_S = 30


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bus(
    kafka: KafkaUnderTest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Bus]:
    """A bus with one worker and a short first tier."""
    folder = tmp_path_factory.mktemp("aside")
    async with running_bus(kafka, folder, "aside", tiers={"short": "200ms"}) as made:
        worker = await made.run()
        await worker.ready()
        yield made
        assert await worker.stop() == 0
        assert not worker.lines("bug")


@pytest.fixture
def world(bus: Bus) -> World:
    """The bus's world, with the registry that its worker asks."""
    return replace(bus.world, schemas=bus.registry.schemas)


async def items(world: World) -> list[Item]:
    """All that is in quarantine."""
    found = read_items(world, WantedItems())
    return [item async for batch in found for item in batch]


async def aside(world: World, count: int) -> list[Item]:
    """All that is in quarantine, once there are so many."""

    async def there() -> bool:
        return len(await items(world)) >= count

    await wait_until(there, _WITHIN_S, f"{count} records in quarantine")
    return await items(world)


async def register_another(bus: Bus, type_: str) -> int:
    """Give an event type another schema; return its id."""
    other = bus.catalogue.schema(type_).text.replace('"doc":"', '"doc":"Again. ', 1)
    return await bus.registry.schemas.register(
        f"{bus.catalogue.subject(type_)}-again", other
    )


async def test_what_can_be_read_later_is_delivered_later(
    bus: Bus, world: World
) -> None:
    """Under the identity of its place; what never can be stays, and is explained."""
    await bus.subscribe("late", retry=["short"], types=["order.*"])
    event = order_event("SO-1", 1)
    await bus.schemas([event.type])
    (first,) = await bus.produce([event])
    record = (await bus.records(first.topic))[-1]
    frame, body = (record.value or b"")[:5], (record.value or b"")[5:]
    unknown = frame[:1] + (int.from_bytes(frame[1:], "big") + 1).to_bytes(4, "big")
    written = await bus.publisher.publish(
        Message(record.topic, record.key, unknown + body, (("x-odd", b"\xff\x1b"),))
    )
    await bus.publisher.publish(Message(record.topic, b"k", b"{}", ()))
    found = {item.meaning.code: item for item in await aside(world, 2)}
    assert set(found) == {"unknown_schema", "not_framed"}
    late = found["unknown_schema"]
    assert late.place == f"{written.topic}/{written.partition}/{written.offset}"
    assert late.source.headers == (("x-odd", b"\xff\x1b"),)
    assert await register_another(bus, event.type) == int.from_bytes(unknown[1:], "big")
    released = await Release(world).run(
        read_items(world, WantedItems()), lambda _: None
    )
    assert dict(released.deliveries) == {"late": 1}
    assert dict(released.stuck) == {"not_framed": 1}
    states = {item.place: item.fate.value for item in await items(world)}
    assert states[late.place] == "replayed"
    assert "pending" in states.values()

    async def delivered() -> bool:
        # A worker believes for some seconds what the registry said before; then the
        # hop is put aside as well, and is let go like any other.
        await Release(world).run(read_items(world, WantedItems()), lambda _: None)
        return len(bus.accepted("/late")) >= 2

    await wait_until(delivered, _WITHIN_S, "it was delivered")
    assert len(set(bus.accepted("/late"))) == 2


async def test_status_of_a_bus_at_work(bus: Bus, world: World) -> None:
    """The process tells of itself; lag, what waits and quarantine are Kafka's."""
    await bus.subscribe("away", retry=["30s"], types=["order.*"], url=_NOBODY)
    for number in range(8):
        await bus.produce([order_event("SO-2", number)])
    desk = Desk(world)
    try:

        async def settled() -> bool:
            found = await desk.subscribers()
            assert not isinstance(found, Unknown)
            away = next(one for one in found if one.id == "away")
            return away.breaker == "open" and bool(
                away.backlog and away.backlog.records
            )

        await wait_until(settled, _WITHIN_S, "the breaker is open, deliveries wait")
        report = await desk.report()
    finally:
        desk.close()
    assert not report.unknown
    assert not isinstance(report.processes, Unknown)
    (process,) = report.processes
    assert process.programs == ("fanout", "retry", "ordered")
    assert process.breakers == {"away": "open"}
    retry = report.groups[world.retry_group]
    assert isinstance(retry, Group)
    assert retry.members
    assert retry.backlog.oldest_ms is not None
    assert any("away" in sentence for sentence in troubles(report))


_NOBODY = "http://127.0.0.1:9/hook"
