"""What every schema registry is to us and to others: our own, and any other one.

The client is Confluent's own; a registry that it is content with serves Java, Go and
librdkafka's users too.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from typing import TypeVar
from uuid import uuid4

import pytest
import pytest_asyncio
from confluent_kafka.schema_registry import (
    Schema,
    SchemaReference,
    SchemaRegistryClient,
    record_subject_name_strategy,
    topic_record_subject_name_strategy,
)
from confluent_kafka.schema_registry.avro import AvroDeserializer, AvroSerializer
from confluent_kafka.schema_registry.error import SchemaRegistryError
from confluent_kafka.serialization import MessageField, SerializationContext

from bus.adapters.registry.connection import RegistryConnection
from bus.adapters.registry.remote import RegistrySchemas
from bus.errors import (
    IncompatibleSchemaError,
    InvalidSchemaError,
    SchemaNotFoundError,
)
from tests.support.apicurio import apicurio_registry
from tests.support.kafka import cache_dir
from tests.support.registry import Place, place_of
from tests.support.schema_texts import field, more_of, record

T = TypeVar("T")


@pytest.fixture(scope="session")
def apicurio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of an Apicurio Registry."""
    with apicurio_registry(cache_dir(), tmp_path_factory.mktemp("apicurio")) as url:
        yield url


@pytest.fixture(
    params=[
        "memory",
        pytest.param("kafka", marks=pytest.mark.kafka),
        pytest.param("apicurio", marks=pytest.mark.long),
    ]
)
def place(request: pytest.FixtureRequest) -> Place:
    """Where the registry runs and keeps its schemas."""
    return place_of(str(request.param), request)


@pytest_asyncio.fixture
async def url(place: Place) -> AsyncIterator[str]:
    """A registry's URL."""
    async with place() as url:
        yield url


@pytest_asyncio.fixture
async def schemas(url: str) -> AsyncIterator[RegistrySchemas]:
    """Our adapter to it."""
    adapter = RegistrySchemas(RegistryConnection(url, timeout_s=20))
    yield adapter
    await adapter.close()


@pytest.fixture
def client(url: str) -> Iterator[SchemaRegistryClient]:
    """Confluent's own client of it."""
    with SchemaRegistryClient({"url": url, "timeout": 20}) as client:
        yield client


@pytest.fixture
def subject() -> str:
    """A subject nobody else uses; its name has to be escaped in paths."""
    return f"oms.order-oms.test/{uuid4().hex}"


async def blocking(call: Callable[[], T]) -> T:
    """Run a blocking client beside the loop that serves it."""
    return await asyncio.to_thread(call)


# --- our adapter


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


# --- everybody else's client


@pytest.mark.parametrize(
    "strategy", [topic_record_subject_name_strategy, record_subject_name_strategy]
)
async def test_confluents_serializer_and_deserializer_understand_each_other(
    client: SchemaRegistryClient, strategy: object
) -> None:
    """A record written with Confluent's serializer is read with its deserializer."""
    text = record(field("total"), name=f"R{uuid4().hex}")
    context = SerializationContext("oms.order", MessageField.VALUE)
    settings = {"subject.name.strategy": strategy}

    def round_trip() -> object:
        serializer = AvroSerializer(client, text, conf=settings)
        data = serializer({"order_id": "o-1", "total": 7}, context)
        return AvroDeserializer(client)(data, context)

    assert await blocking(round_trip) == {"order_id": "o-1", "total": 7}


async def test_versions_are_listed_and_looked_up(
    client: SchemaRegistryClient, subject: str
) -> None:
    """Numbers from 1 on; the latest is the last; a lookup finds id and version."""
    texts = [record()]
    texts.append(more_of(texts[0], field("a", default=0)))

    def steps() -> None:
        ids = [client.register_schema(subject, Schema(text)) for text in texts]
        assert client.get_versions(subject) == [1, 2]
        latest = client.get_latest_version(subject)
        assert (latest.version, latest.schema_id) == (2, ids[1])
        assert client.get_version(subject, 1).schema_id == ids[0]
        found = client.lookup_schema(subject, Schema(texts[0]))
        assert (found.version, found.schema_id) == (1, ids[0])
        assert subject in client.get_subjects()
        assert client.get_schema_types()

    await blocking(steps)


async def test_compatibility_is_tested_without_registering(
    client: SchemaRegistryClient, subject: str
) -> None:
    """The test says yes or no, and leaves the subject as it was."""
    text = record()
    breaking = Schema(more_of(text, field("total")))
    fitting = Schema(more_of(text, field("total", default=0)))

    def steps() -> None:
        client.register_schema(subject, Schema(text))
        assert client.set_compatibility(subject, level="FULL_TRANSITIVE")
        assert client.get_compatibility(subject) == "FULL_TRANSITIVE"
        assert not client.test_compatibility(subject, breaking)
        assert client.test_compatibility(subject, fitting)
        assert client.get_versions(subject) == [1]
        client.set_compatibility(subject, level="NONE")
        client.register_schema(subject, breaking)

    await blocking(steps)


async def test_references_are_taken_from_other_subjects(
    client: SchemaRegistryClient, schemas: RegistrySchemas, subject: str
) -> None:
    """A schema may use another subject's type; who needs to decode gets it whole."""
    money = f"Money{uuid4().hex}"
    amount = json.dumps(
        {"type": "fixed", "name": money, "namespace": "oms.test", "size": 4}
    )
    order = record({"name": "total", "type": f"oms.test.{money}"})

    def register() -> int:
        client.register_schema(f"{subject}-money", Schema(amount))
        reference = SchemaReference(f"oms.test.{money}", f"{subject}-money", 1)
        order_id = client.register_schema(subject, Schema(order, "AVRO", [reference]))
        using = client.get_referenced_by(f"{subject}-money", 1)
        assert using == [order_id]
        return order_id

    schema_id = await blocking(register)
    held = await blocking(lambda: client.get_schema(schema_id))
    assert [r.subject for r in held.references or []] == [f"{subject}-money"]
    found = json.loads((await schemas.by_id(schema_id)).text)
    assert found["fields"][1]["type"]["size"] == 4


async def test_a_subject_is_deleted_in_two_steps(
    client: SchemaRegistryClient, url: str, subject: str
) -> None:
    """Hidden first, its ids still readable; gone for good only when asked for."""
    text = record()

    def steps() -> None:
        schema_id = client.register_schema(subject, Schema(text))
        assert client.delete_subject(subject) == [1]
        assert subject not in client.get_subjects()
        assert subject in client.get_subjects(deleted=True)
        with SchemaRegistryClient({"url": url}) as fresh:
            assert fresh.get_schema(schema_id).schema_str
        client.delete_subject(subject, permanent=True)
        assert subject not in client.get_subjects(deleted=True)

    await blocking(steps)


@pytest.mark.parametrize(
    ("question", "codes"),
    [
        (lambda c, s: c.get_versions(s), {40401}),
        (lambda c, s: c.get_latest_version(s), {40401, 40402}),
        (lambda c, s: c.lookup_schema(s, Schema(record())), {40401, 40403}),
        (lambda c, _: c.get_schema(2_000_000_000), {40403}),
        (lambda c, s: c.delete_subject(s), {40401}),
        (lambda c, s: c.register_schema(s, Schema("{")), {42201}),
        (lambda c, s: c.set_compatibility(s, level="SOME"), {42203}),
    ],
)
async def test_refusals_carry_confluents_codes(
    client: SchemaRegistryClient,
    subject: str,
    question: Callable[[SchemaRegistryClient, str], object],
    codes: set[int],
) -> None:
    """Clients tell errors apart by their numbers."""
    with pytest.raises(SchemaRegistryError) as caught:
        await blocking(lambda: question(client, subject))
    assert caught.value.error_code in codes
