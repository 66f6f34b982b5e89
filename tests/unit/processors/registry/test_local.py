"""The registry as programs of the same process use it."""

import json
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bus.adapters.memory import MemoryLogReader, MemoryPublisher
from bus.errors import (
    IncompatibleSchemaError,
    InvalidSchemaError,
    RegistryUnavailableError,
)
from bus.registry.rules import set_mode
from processors.registry.journal import Journal
from processors.registry.local import LocalSchemas
from tests.support.registry import avro_check, journal_on, memory_broker
from tests.support.schema_log import fixed


@pytest_asyncio.fixture
async def journal() -> AsyncIterator[Journal]:
    """A started journal."""
    broker = memory_broker()
    journal = journal_on(MemoryPublisher(broker), MemoryLogReader(broker))
    await journal.start()
    yield journal
    await journal.stop()


@pytest.fixture
def schemas(journal: Journal) -> LocalSchemas:
    """The port on that journal."""
    return LocalSchemas(journal, avro_check)


def record(*names: str) -> str:
    """A record with required fields."""
    fields = [{"name": name, "type": "int"} for name in names]
    return json.dumps({"type": "record", "name": "R", "fields": fields})


async def test_the_schemas_of_an_event_type(schemas: LocalSchemas) -> None:
    """Of the topic's subjects, newest first; others are none of it."""
    typed = json.dumps(json.loads(record("a")) | {"event_type": "a.b"})
    first = await schemas.register("oms.a-R", typed)
    await schemas.register("oms.a-S", record("b"))
    await schemas.register("oms.ab-R", typed)
    assert [t.id for t in await schemas.by_type("oms.a", "a.b")] == [first]
    assert list(await schemas.by_type("oms.a", "a.c")) == []


async def test_what_is_registered_is_found(schemas: LocalSchemas) -> None:
    """By its id, and among the subject's versions."""
    schema_id = await schemas.register("s", fixed("X"))
    assert (await schemas.by_id(schema_id)).text == fixed("X")
    assert await schemas.versions("s") == [("version 1", fixed("X"))]
    assert await schemas.versions("t") == []


async def test_an_incompatible_schema_is_refused_with_reasons(
    schemas: LocalSchemas,
) -> None:
    """The check's own words, one a reason."""
    await schemas.register("s", record())
    with pytest.raises(IncompatibleSchemaError) as caught:
        await schemas.register("s", record("a", "b"))
    assert len(caught.value.reasons) == 2
    assert all(reason.startswith("version 1: ") for reason in caught.value.reasons)


@pytest.mark.parametrize("text", ["{", '{"type":"record","name":"X"}', '"X"'])
async def test_what_is_no_schema_is_invalid(schemas: LocalSchemas, text: str) -> None:
    """Naming the subject."""
    with pytest.raises(InvalidSchemaError, match="s: Invalid schema"):
        await schemas.register("s", text)


async def test_a_read_only_registry_is_unavailable_to_writers(
    journal: Journal, schemas: LocalSchemas
) -> None:
    """Readers are served all the same."""
    schema_id = await schemas.register("s", fixed("X"))
    await journal.submit(lambda log: set_mode(log, None, "READONLY", force=False))
    with pytest.raises(RegistryUnavailableError, match="read-only"):
        await schemas.register("s", fixed("Y"))
    assert (await schemas.by_id(schema_id)).id == schema_id
