"""Our registry on a real Kafka: restarts, several instances, and kcat."""

import asyncio
import json
import shutil
import struct
import subprocess
from io import BytesIO
from uuid import uuid4

import fastavro
import pytest

from bus.adapters.kafka import Connection, KafkaPublisher
from bus.adapters.registry.connection import RegistryConnection
from bus.adapters.registry.remote import RegistrySchemas
from bus.record import Message
from tests.support.kafka import KafkaUnderTest, create_topic
from tests.support.registry import registry_on_kafka

pytestmark = pytest.mark.kafka

SCHEMAS = 200


@pytest.fixture
def topic() -> str:
    """A log of the test's own."""
    return f"_schemas-{uuid4().hex}"


def schema(number: int) -> str:
    """One of many schemas."""
    return json.dumps({"type": "fixed", "name": f"F{number}", "size": number + 1})


async def test_ids_survive_a_restart(kafka: KafkaUnderTest, topic: str) -> None:
    """A registry that starts anew on the same log knows all ids, and gives new ones."""
    async with registry_on_kafka(kafka, topic) as registry:
        before = [
            await registry.schemas.register(f"s{n % 3}-{n}", schema(n))
            for n in range(5)
        ]
    async with registry_on_kafka(kafka, topic) as registry:
        again = [
            await registry.schemas.register(f"s{n % 3}-{n}", schema(n))
            for n in range(5)
        ]
        texts = [(await registry.schemas.by_id(i)).text for i in before]
        new = await registry.schemas.register("new", schema(99))
    assert again == before
    assert list(map(json.loads, texts)) == [json.loads(schema(n)) for n in range(5)]
    assert new not in before


async def test_two_instances_never_disagree_on_an_id(
    kafka: KafkaUnderTest, topic: str
) -> None:
    """200 schemas through two instances at once: one id each, none used twice.

    Half of the subjects are registered through both at the same moment.
    """
    async with (
        registry_on_kafka(kafka, topic) as one,
        registry_on_kafka(kafka, topic) as two,
    ):
        asked = [
            (number, instance.schemas)
            for number in range(SCHEMAS)
            for instance in (
                [one, two] if number % 2 else [(one, two)[number // 2 % 2]]
            )
        ]
        ids = await asyncio.gather(
            *(
                schemas.register(f"s{number % 40}-{number}", schema(number))
                for number, schemas in asked
            )
        )
        given: dict[int, int] = {}
        for (number, _), schema_id in zip(asked, ids, strict=True):
            assert given.setdefault(number, schema_id) == schema_id
        assert len(set(given.values())) == SCHEMAS
        for number, schema_id in given.items():
            for instance in (one, two):
                found = await instance.schemas.by_id(schema_id)
                assert json.loads(found.text) == json.loads(schema(number))


async def test_two_instances_take_turns_with_one_subject(
    kafka: KafkaUnderTest, topic: str
) -> None:
    """Versions of one subject registered at once through two instances: no gap."""
    async with (
        registry_on_kafka(kafka, topic) as one,
        registry_on_kafka(kafka, topic) as two,
    ):
        texts = [
            json.dumps(
                {
                    "type": "record",
                    "name": "R",
                    "fields": [{"name": f"f{n}", "type": "int", "default": 0}],
                }
            )
            for n in range(20)
        ]
        await asyncio.gather(
            *(
                (one, two)[n % 2].schemas.register("s", text)
                for n, text in enumerate(texts)
            )
        )
        for instance in (one, two):
            versions = await instance.schemas.versions("s")
            assert [label for label, _ in versions] == [
                f"version {n}" for n in range(1, 21)
            ]


async def test_another_registrys_ids_are_seen_at_once(
    kafka: KafkaUnderTest, topic: str
) -> None:
    """An id that one instance just gave is known to the other when asked."""
    async with (
        registry_on_kafka(kafka, topic) as one,
        registry_on_kafka(kafka, topic) as two,
    ):
        remote = RegistrySchemas(RegistryConnection(two.url))
        for number in range(10):
            schema_id = await one.schemas.register(f"s{number}", schema(number))
            assert (await two.schemas.by_id(schema_id)).id == schema_id
            assert (await remote.by_id(schema_id)).id == schema_id
        await remote.close()


def kcat_with_avro() -> bool:
    """Is there a kcat, and was it built with libserdes? Debian's is not."""
    kcat = shutil.which("kcat")
    if kcat is None:
        return False
    said = subprocess.run([kcat, "-V"], capture_output=True, check=False)  # noqa: S603
    return b"Avro" in said.stdout


@pytest.mark.skipif(
    not kcat_with_avro(), reason="no kcat with Avro support (libserdes) on PATH"
)
async def test_kcat_decodes_our_topics(kafka: KafkaUnderTest, topic: str) -> None:
    """`kcat -s value=avro -r URL` shows a record as JSON."""
    create_topic(kafka.bootstrap_servers, events := f"events-{uuid4().hex}")
    text = json.dumps(
        {
            "type": "record",
            "name": "OrderCreated",
            "namespace": "oms.test",
            "fields": [{"name": "order_id", "type": "string"}],
        }
    )
    publisher = KafkaPublisher(
        Connection({"bootstrap.servers": kafka.bootstrap_servers}), linger_ms=0
    )
    async with registry_on_kafka(kafka, topic) as registry:
        schema_id = await registry.schemas.register(f"{events}-value", text)
        body = BytesIO()
        body.write(struct.pack(">BI", 0, schema_id))
        fastavro.schemaless_writer(body, json.loads(text), {"order_id": "o-1"})
        await publisher.publish(Message(events, b"o-1", body.getvalue()))
        kcat = await asyncio.create_subprocess_exec(
            "kcat", "-C", "-e", "-o", "beginning",
            "-b", kafka.bootstrap_servers, "-t", events,
            "-s", "value=avro", "-r", registry.url,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        out, errors = await kcat.communicate()
    await publisher.close()
    assert out, f"exit code {kcat.returncode}: {errors.decode()}"
    assert json.loads(out) == {"order_id": "o-1"}
