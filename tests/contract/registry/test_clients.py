"""What a schema registry is to others: Confluent's client is content with it.

One that it is content with serves Java, Go and librdkafka's users too.
"""

import json
from collections.abc import Callable
from uuid import uuid4

import pytest
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

from bus.adapters.registry.remote import RegistrySchemas
from tests.contract.registry.blocking import blocking
from tests.support.schema_texts import field, more_of, record


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
