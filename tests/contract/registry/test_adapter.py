"""What a schema registry is to our adapter."""

import json
from uuid import uuid4

import pytest
from confluent_kafka.schema_registry import SchemaRegistryClient

from bus.adapters.registry.connection import RegistryConnection
from bus.adapters.registry.remote import RegistrySchemas
from bus.errors import (
    IncompatibleSchemaError,
    InvalidSchemaError,
    SchemaNotFoundError,
)
from tests.contract.registry.blocking import blocking
from tests.support.schema_texts import field, more_of, record


async def test_a_registered_schema_is_found_by_its_id(
    schemas: RegistrySchemas, subject: str
) -> None:
    """What `register` returns is what `by_id` takes; the schema comes back whole."""
    text = record(field("total", default=0))
    schema_id = await schemas.register(subject, text)
    found = await schemas.by_id(schema_id)
    assert found.id == schema_id
    assert json.loads(found.text) == json.loads(text)


async def test_registering_again_gives_the_same_id(
    schemas: RegistrySchemas, url: str, subject: str
) -> None:
    """An id belongs to the schema, under whatever subject and from whatever client."""
    text = record()
    first = await schemas.register(subject, text)
    other = RegistrySchemas(RegistryConnection(url, timeout_s=20))
    again = await other.register(subject, json.dumps(json.loads(text), indent=1))
    elsewhere = await other.register(f"{subject}-2", text)
    await other.close()
    assert (again, elsewhere) == (first, first)


async def test_an_unknown_id_is_not_found(schemas: RegistrySchemas) -> None:
    """An id nobody gave is said to be unknown, not merely unavailable."""
    with pytest.raises(SchemaNotFoundError):
        await schemas.by_id(2_000_000_000)


async def test_a_breaking_schema_is_refused_with_reasons(
    schemas: RegistrySchemas, client: SchemaRegistryClient, subject: str
) -> None:
    """A required field that old data lacks breaks readers; the reason says so."""
    await blocking(
        lambda: client.set_compatibility(subject, level="BACKWARD_TRANSITIVE")
    )
    text = record()
    await schemas.register(subject, text)
    with pytest.raises(IncompatibleSchemaError) as caught:
        await schemas.register(subject, more_of(text, field("total")))
    assert caught.value.subject == subject
    assert caught.value.reasons
    assert all(caught.value.reasons)


async def test_a_text_that_is_no_schema_is_refused(
    schemas: RegistrySchemas, subject: str
) -> None:
    """Not JSON, and not Avro: both are invalid, and the registry says why."""
    for text in ("{", '{"type":"record","name":"X"}'):
        with pytest.raises(InvalidSchemaError, match=subject):
            await schemas.register(subject, text)


async def test_versions_come_oldest_first(
    schemas: RegistrySchemas, subject: str
) -> None:
    """All versions of a subject with their texts; none of an unknown one."""
    assert list(await schemas.versions(subject)) == []
    texts = [record()]
    for name in ("a", "b"):
        texts.append(more_of(texts[-1], field(name, default=0)))
    for text in texts:
        await schemas.register(subject, text)
    found = await schemas.versions(subject)
    assert [label for label, _ in found] == ["version 1", "version 2", "version 3"]
    assert [json.loads(text) for _, text in found] == list(map(json.loads, texts))


async def test_the_schemas_of_an_event_type(schemas: RegistrySchemas) -> None:
    """All versions with this `event_type` under the topic's subjects, newest first."""
    topic = f"oms.{uuid4().hex}"
    wanted = json.loads(record()) | {"event_type": "Made.Up"}
    newer = more_of(json.dumps(wanted), field("more", default=0))
    first = await schemas.register(f"{topic}-R", json.dumps(wanted))
    second = await schemas.register(f"{topic}-R", newer)
    await schemas.register(f"{topic}-other", record())
    await schemas.register(f"{topic}s-R", newer)
    found = await schemas.by_type(topic, "Made.Up")
    assert [held.id for held in found] == [second, first]
    assert json.loads(found[0].text) == json.loads(newer)
    third = more_of(newer, field("most", default=0))
    last = await schemas.register(f"{topic}-R", third)
    assert (await schemas.by_type(topic, "Made.Up"))[0].id == last
    assert list(await schemas.by_type(topic, "made.up")) == []
