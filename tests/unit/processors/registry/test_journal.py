"""One instance's hold on the log, and a broker in trouble."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence

import pytest
from typing_extensions import override

from bus.adapters.memory import (
    Fault,
    MemoryBroker,
    MemoryClock,
    MemoryLogReader,
    MemoryPublisher,
)
from bus.errors import RegistryUnavailableError, SchemaNotFoundError, TopicError
from bus.record import Message, Record
from bus.registry.answers import Refused
from bus.registry.records import (
    Content,
    Key,
    Kind,
    Reference,
    Version,
    encode_key,
    encode_value,
)
from processors.registry.journal import TOPIC
from processors.registry.local import LocalSchemas, with_id
from tests.support.registry import journal_on, memory_broker, schemas_topic
from tests.support.registry_journal import journal, registering, until
from tests.support.schema_log import fixed, no_check


def always(fault: Fault) -> Callable[[Message], Fault]:
    """Every write goes wrong like this."""
    return lambda _: fault


class Dozing(MemoryLogReader):
    """Follows late: new records come when it is woken, or when asked for."""

    def __init__(self, broker: MemoryBroker) -> None:
        super().__init__(broker)
        self.awake = asyncio.Event()

    @override
    async def follow(
        self,
        topic: str,
        *,
        since_ms: int | None = None,
        start: Mapping[int, int] | None = None,
    ) -> AsyncIterator[Sequence[Record]]:
        """Say that the end was reached, and doze."""
        yield []
        await self.awake.wait()
        async for batch in super().follow(topic, since_ms=since_ms, start=start):
            yield batch


async def test_looking_at_the_end_does_not_wait_for_the_follower() -> None:
    """What is read ahead is not taken twice."""
    broker = memory_broker()
    reader = Dozing(broker)
    late = journal_on(MemoryPublisher(broker), reader)
    await late.start()
    async with journal(broker) as held:
        schema_id = await held.submit(registering("s", "X"))
        assert not isinstance(schema_id, Refused)
        found = await asyncio.gather(*(with_id(late, schema_id) for _ in range(3)))
        assert all(found)
        reader.awake.set()
        await held.submit(registering("s", "Y"))
        await until(lambda: len(late.log.versions("s")) == 2)
    await late.stop()


async def test_a_write_without_acknowledgement_is_unavailable_and_safe() -> None:
    """Whether it was written or not, asking again gives one id."""
    for fault in Fault:
        broker = memory_broker()
        async with journal(broker) as held:
            broker.faults = always(fault)
            with pytest.raises(RegistryUnavailableError):
                await held.submit(registering("s", "X"))
            broker.faults = lambda _: None
            assert await held.submit(registering("s", "X")) == 1
            assert len(held.log.versions("s")) == 1


async def test_a_broker_that_is_away_is_unavailable() -> None:
    """Writing, and looking at the end of the log, give up in time."""
    broker = memory_broker()
    async with journal(broker, timeout_s=0.05) as held:
        broker.down()
        with pytest.raises(RegistryUnavailableError, match="did not take"):
            await held.submit(registering("s", "X"))
        with pytest.raises(RegistryUnavailableError, match="cannot be read"):
            await held.refresh()
        with pytest.raises(RegistryUnavailableError):
            await with_id(held, 7)
        broker.up()
        assert await held.submit(registering("s", "X")) == 1


async def test_a_log_that_is_not_there_is_told() -> None:
    """The error names the topic and what to do."""
    broker = MemoryBroker(MemoryClock())
    held = journal_on(MemoryPublisher(broker), MemoryLogReader(broker), timeout_s=0.05)
    with pytest.raises(TopicError, match="_schemas"):
        await held.start()
    await held.stop()


async def test_a_log_that_cannot_be_read_in_time_is_unavailable(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A broker that is away at the start."""
    monkeypatch.setattr("processors.following.IDLE_S", 0.05)
    broker = memory_broker()
    broker.down()
    held = journal_on(MemoryPublisher(broker), MemoryLogReader(broker), timeout_s=0.05)
    with pytest.raises(RegistryUnavailableError, match="_schemas cannot be read"):
        await held.start()
    await held.stop()


async def test_what_another_instance_wrote_is_found_by_its_id() -> None:
    """An unknown id is looked for at the very end of the log."""
    broker = memory_broker()
    async with journal(broker) as one, journal(broker) as two:
        schemas = LocalSchemas(two, no_check)
        schema_id = await one.submit(registering("s", "X"))
        assert not isinstance(schema_id, Refused)
        assert (await schemas.by_id(schema_id)).text == fixed("X")
        with pytest.raises(SchemaNotFoundError, match="77"):
            await schemas.by_id(77)


async def test_a_schema_that_cannot_be_completed_is_not_found() -> None:
    """Its reference points nowhere: there is nothing to decode with."""
    broker = memory_broker()
    key = Key(Kind.SCHEMA, "s", 1)
    content = Content('"Money"', (Reference("Money", "money", 1),))
    value = encode_value(key, Version("s", 1, 1, content))
    broker.append(Message(TOPIC, encode_key(key), value))
    async with journal(broker) as held:
        with pytest.raises(SchemaNotFoundError, match="no money version 1"):
            await LocalSchemas(held, no_check).by_id(1)


def test_the_topic_leaves_time_for_repairs() -> None:
    """Compacted, one partition, and not compacted within a day."""
    topic = schemas_topic()
    assert (topic.name, topic.partitions) == ("_schemas", 1)
    assert topic.config["cleanup.policy"] == "compact"
    assert int(topic.config["min.compaction.lag.ms"]) >= 24 * 3600 * 1000
