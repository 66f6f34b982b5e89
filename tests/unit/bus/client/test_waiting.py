"""A consumer whose registry refuses one schema, or is away."""

import asyncio

import pytest

from bus.adapters.memory import settle
from bus.client.decoding import Events, SchemaWaitsError
from bus.client.intake import Intake
from bus.contracts.codec import encode, parse_schema
from bus.delivery.headers import event_headers
from bus.delivery.patience import Patience
from bus.errors import DecodeError, RegistryUnavailableError
from bus.record import Commit, Record, TopicPartition
from tests.support.facts import an_event
from tests.support.schemas import HeldSchemas

SCHEMA = parse_schema(
    '{"type":"record","name":"E","event_type":"order.paid","fields":'
    '[{"name":"order_id","type":"string"}]}'
)


def record(schema_id: int, partition: int = 0, offset: int = 0) -> Record:
    """An event of a schema."""
    event = an_event()
    value = encode(SCHEMA, schema_id, {"order_id": "SO-1"})
    return Record("t", partition, offset, 0, b"k", value, event_headers(event))


async def test_a_refused_schema_waits_then_is_poison() -> None:
    """An outage is told as ever; a refusal becomes a reason after a while."""
    registry = HeldSchemas()
    await registry.register("s", SCHEMA.text)
    registry.refused[7] = "User is denied"
    events = Events(registry, ["*"])
    registry.away = True
    with pytest.raises(RegistryUnavailableError) as away:
        await events.decode(record(7))
    assert not isinstance(away.value, SchemaWaitsError)
    registry.away = False
    with pytest.raises(SchemaWaitsError, match="denied"):
        await events.decode(record(7))
    events._patience = Patience(0.0)  # noqa: SLF001 - a minute is over
    for _ in range(2):
        with pytest.raises(DecodeError, match="denied"):
            await events.decode(record(7))
    assert registry.asked[7] == 3
    assert await events.decode(record(1)) is not None


async def test_a_parked_partition_holds_up_no_other() -> None:
    """Its records come later, in their order; others at once."""
    intake = Intake(10, 1.0)
    parts = [TopicPartition("t", 0), TopicPartition("t", 1)]
    await intake.assigned(dict.fromkeys(parts, Commit(0)))
    intake.records([record(7), record(7, 0, 1), record(1, 1, 0), record(1, 1, 1)])
    first = await intake.take()
    assert first is not None
    intake.park(first, 0.01)
    others = [await intake.take(), await intake.take()]
    assert [taken.record[1:3] for taken in others if taken] == [(1, 0), (1, 1)]
    assert intake.has_room()
    again = await asyncio.wait_for(intake.take(), 10)
    assert again == first
    await settle()
    following = await intake.take()
    assert following is not None
    assert following.record.offset == 1
