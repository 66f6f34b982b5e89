"""A schema that the registry does not give: who waits, how long, and what then."""

import asyncio
from collections.abc import Mapping
from uuid import UUID, uuid4

import pytest

from bus.adapters.memory import settle
from bus.contracts.framing import SCHEMA_HEADER
from bus.delivery.choices import Ordering
from bus.ports import Answer
from bus.record import Message, SchemaRef, TopicPartition
from bus.topics.partitioning import partition_of
from processors.delivery.engine import EnginePolicy
from processors.telemetry import names
from tests.support.engine import MemoryBus

POLICY = EnginePolicy(registry_patience_s=30.0)
DENIED = "User is denied operation Read on Subject"
REFUSED = 777
FANOUT = "fanout"


@pytest.fixture
async def bus() -> MemoryBus:
    """A bus with one subscriber, and one event whose schema is known."""
    bus = MemoryBus()
    bus.subscribe("erp")
    await bus.produce("SO-0")
    bus.schemas.refused[REFUSED] = DENIED
    return bus


def id_of(order: str) -> str:
    """The id of an odd event, one that partners see as it is."""
    return order.encode().hex().rjust(32, "f")


def odd(
    bus: MemoryBus, ref: SchemaRef | None = REFUSED, order: str = "SO-1"
) -> TopicPartition:
    """Write a copy of the first event under another schema; return its partition."""
    good = bus.records("oms.order")[0]
    value = good.value or b""
    headers = tuple(h for h in good.headers if h[0] not in {"ce_id", "ce_subject"})
    headers = (*headers, ("ce_id", id_of(order).encode()))
    if isinstance(ref, UUID):
        headers = (*headers, (SCHEMA_HEADER, b"\x01" + ref.bytes))
        value = value[5:]
    elif ref is not None:
        value = b"\x00" + ref.to_bytes(4, "big") + value[5:]
    message = Message("oms.order", order.encode(), value, headers)
    written = bus.broker.append(message)
    return TopicPartition(written.topic, written.partition)


def quarantined(bus: MemoryBus) -> list[Mapping[str, str]]:
    """What the records in quarantine say of themselves."""
    return [
        {name: text.decode(errors="replace") for name, text in record.headers}
        for record in bus.records(bus.topology.quarantine)
    ]


def elsewhere(bus: MemoryBus, tp: TopicPartition) -> str:
    """An order whose events stand in another partition."""
    partitions = len(bus.broker.partitions([tp.topic]))
    return next(
        order
        for order in (f"SO-{n}" for n in range(100, 200))
        if partition_of(order.encode(), partitions) != tp.partition
    )


async def test_only_the_partition_waits_and_not_for_ever(bus: MemoryBus) -> None:
    """Others flow at once; after the deadline it stands aside with their words."""
    async with bus.running(POLICY) as engine:
        await settle()
        tp = odd(bus)
        other = await bus.produce(elsewhere(bus, tp))
        behind = await bus.produce("SO-1", 1)
        await bus.clock.advance(1)
        assert other.id in bus.ids("erp")
        assert behind.id not in bus.ids("erp")
        said = engine.waiting() or ""
        assert f"{tp.topic}/{tp.partition}" in said
        assert DENIED in said
        await bus.clock.advance(28)
        assert not quarantined(bus)
        await bus.clock.advance(2)
        (aside,) = quarantined(bus)
        assert DENIED in aside["bus-quarantine-reason"]
        assert behind.id in bus.ids("erp")
        assert engine.waiting() is None
        await bus.clock.advance(1)
        assert bus.committed(FANOUT, tp) == bus.broker.log(tp).end


async def test_a_registry_that_heals_in_time_loses_nothing(bus: MemoryBus) -> None:
    """Refused for a while, then given: delivered, in order, nothing put aside."""
    async with bus.running(POLICY):
        await settle()
        odd(bus)
        behind = await bus.produce("SO-1", 1)
        await bus.clock.advance(20)
        del bus.schemas.refused[REFUSED]
        bus.schemas.hold(REFUSED)
        await bus.clock.advance(6)
        assert bus.ids("erp")[-2:] == [id_of("SO-1"), behind.id]
        assert not quarantined(bus)


async def test_a_registry_that_is_away_puts_nothing_aside(bus: MemoryBus) -> None:
    """Hours of outage are waited for; what needs no new schema flows meanwhile."""
    async with bus.running(POLICY):
        await settle()
        bus.schemas.away = True
        order = elsewhere(bus, odd(bus))
        odd(bus, 1, order)
        await bus.clock.advance(7_200)
        assert id_of(order) in bus.ids("erp")
        assert not quarantined(bus)
        bus.schemas.away = False
        await bus.clock.advance(20)
        assert not quarantined(bus)
        await bus.clock.advance(20)
        assert len(quarantined(bus)) == 1


async def test_a_refusal_is_remembered_for_a_while(bus: MemoryBus) -> None:
    """The next record of that schema is put aside at once; later it is asked again."""
    async with bus.running(POLICY):
        await settle()
        odd(bus)
        await bus.clock.advance(31)
        asked = bus.schemas.asked[REFUSED]
        odd(bus, order="SO-1")
        await bus.clock.advance(1)
        assert len(quarantined(bus)) == 2
        assert bus.schemas.asked[REFUSED] == asked
        await bus.clock.advance(60)
        odd(bus, order="SO-1")
        await bus.clock.advance(1)
        assert bus.schemas.asked[REFUSED] == asked + 1
        assert len(quarantined(bus)) == 3
        del bus.schemas.refused[REFUSED]
        bus.schemas.hold(REFUSED)
        await bus.clock.advance(60)
        odd(bus, order="SO-9")
        await bus.clock.advance(1)
        assert bus.ids("erp")[-1] == id_of("SO-9")


@pytest.mark.parametrize("schema_id", [2**31, 2**32 - 1])
async def test_an_id_that_cannot_be_is_never_asked_for(
    bus: MemoryBus, schema_id: int
) -> None:
    """Ids are positive ints of 32 bits: anything above goes aside at once."""
    async with bus.running(POLICY):
        odd(bus, schema_id)
        await bus.clock.advance(0.5)
        (aside,) = quarantined(bus)
        assert "2^31-1" in aside["bus-quarantine-reason"]
        assert schema_id not in bus.schemas.asked


async def test_one_schema_that_hangs_stops_nobody_else(bus: MemoryBus) -> None:
    """No answer at all: others flow, commits go on, a stop is not held up."""
    bus.schemas.hanging[REFUSED] = asyncio.Event()
    async with bus.running(POLICY) as engine:
        await settle()
        tp = odd(bus)
        order = elsewhere(bus, tp)
        for number in range(3):
            await bus.produce(order, number)
            await bus.clock.advance(1)
        assert len(bus.ids("erp")) == 4
        assert engine.waiting() is not None
    assert bus.committed(FANOUT, tp) <= bus.broker.log(tp).end - 1


async def test_a_rebalance_does_not_wait_for_a_schema(bus: MemoryBus) -> None:
    """A partition that waits goes at once, and comes back with all its records."""
    async with bus.running(POLICY) as engine:
        await settle()
        tp = odd(bus)
        await bus.clock.advance(1)
        loop = engine.programs[0].loop
        revoking = asyncio.create_task(loop.revoked([tp]))
        await settle()
        assert revoking.done()
        assert engine.waiting() is None
    async with bus.running(POLICY):
        await bus.clock.advance(31)
        assert len(quarantined(bus)) == 1


async def test_a_guid_in_a_header_names_the_schema(bus: MemoryBus) -> None:
    """Confluent's newer clients put the schema into a header, the body is bare."""
    guid, unknown = uuid4(), uuid4()
    bus.schemas.guids[guid] = 1
    async with bus.running(POLICY):
        odd(bus, guid, "SO-7")
        odd(bus, unknown, "SO-8")
        await bus.clock.advance(1)
        assert id_of("SO-7") in bus.ids("erp")
        (aside,) = quarantined(bus)
        assert str(unknown) in aside["bus-quarantine-reason"]


async def test_ordered_and_retry_topics_wait_alike(bus: MemoryBus) -> None:
    """A process that never saw the schema meets it in a hop: it waits, then aside."""
    bus.subscribe("wms", ordering=Ordering.KEY)
    event = await bus.produce("SO-3")
    async with bus.running(POLICY):
        await bus.clock.advance(1)
        assert event.id in bus.ids("wms")
        odd(bus, 1, "SO-3")
        bus.sender.always("https://wms.example/", Answer(500))
        await bus.clock.advance(1)
    bus.schemas.refused[1] = DENIED
    bus.schemas.hold(2)
    async with bus.running(POLICY) as engine:
        await bus.clock.advance(1)
        assert "bus.ordered.wms" in (engine.waiting() or "")
        await bus.clock.advance(31)
        assert [a for a in quarantined(bus) if a.get("bus-subscription") == "wms"]


async def test_what_waits_is_measured(bus: MemoryBus) -> None:
    """A gauge a group counts the partitions, one a schema has the time."""
    async with bus.running(POLICY):
        await settle()
        odd(bus)
        await bus.clock.advance(3)
        waiting = bus.observer.read(names.WAITING)
        assert waiting[FANOUT] == 1
        (waited,) = bus.observer.read(names.SCHEMA_WAIT).items()
        assert waited[0] == f"id {REFUSED}"
        assert 2.9 < waited[1] < 3.1
