"""A family of events that is declared while processors run."""

from pathlib import Path

import pytest

from bus.contracts.codec import encode, parse_schema
from bus.record import Message
from processors.telemetry import names
from tests.support.bus import running_bus, wait_until
from tests.support.kafka import KafkaUnderTest
from tests.support.topics_file import named_topics

SCHEMA = """{"type": "record", "name": "ReturnRequested", "namespace": "oms.returns.v1",
"event_type": "returns.requested",
"fields": [{"name": "order_id", "type": "string"}]}"""


@pytest.mark.kafka
async def test_it_is_delivered_without_a_restart(
    kafka: KafkaUnderTest, tmp_path: Path
) -> None:
    """A line in the declaration and a topic are all; the worker stays as it is."""
    async with running_bus(kafka, tmp_path, "family") as bus:
        await bus.subscribe("shop", types=["returns.*"])
        worker = await bus.run()
        await worker.ready()
        schema = parse_schema(SCHEMA)
        registered = await bus.registry.schemas.register("family-returns", schema.text)
        file = Path(bus.settings.topics_file)
        text = named_topics("family").replace(
            "    family.oms.order: {}\n",
            "    family.oms.order: {}\n    family.oms.returns: {}\n",
        )
        file.write_text(text, encoding="utf-8")  # noqa: ASYNC240 - a few KiB
        declared = bus.world.topology.parse(text, replication=1).fixed()
        await bus.world.topics.create(
            [topic for topic in declared if topic.name == "family.oms.returns"]
        )
        value = encode(schema, registered, {"order_id": "SO-1"})
        written = await bus.publisher.publish(
            Message("family.oms.returns", b"SO-1", value)
        )
        assert written.offset == 0
        await wait_until(lambda: bus.accepted("/shop"), 60, "it is delivered")
        assert worker.lines(names.SOURCES_ADDED)
        assert worker.process.returncode is None
