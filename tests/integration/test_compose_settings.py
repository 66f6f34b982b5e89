"""The cluster's settings are ones that Apache Kafka knows."""

import asyncio
from pathlib import Path

import pytest
import yaml
from confluent_kafka.admin import (  # type: ignore[attr-defined]  # its stub lacks two
    AdminClient,
    ConfigResource,
    ResourceType,
)

from tests.support.kafka import KafkaUnderTest

COMPOSE = Path(__file__).parents[2] / "docker-compose.kafka.yml"
# Read by the image's start script, not by the broker.
_OF_THE_IMAGE = {"heap.opts"}


def _known(bootstrap_servers: str) -> set[str]:
    admin = AdminClient({"bootstrap.servers": bootstrap_servers})
    broker = next(iter(admin.list_topics(timeout=30).brokers))
    resource = ConfigResource(ResourceType.BROKER, str(broker))
    return set(admin.describe_configs([resource])[resource].result(30))


@pytest.mark.kafka
async def test_every_broker_setting_is_known(kafka: KafkaUnderTest) -> None:
    """Each KAFKA_ variable of the compose file is a setting a real broker lists."""
    tree = yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))
    used = {
        variable.removeprefix("KAFKA_").lower().replace("_", ".")
        for name, service in tree["services"].items()
        if name.startswith("kafka-")
        for variable in service["environment"]
        if variable.startswith("KAFKA_")
    }
    known = await asyncio.to_thread(_known, kafka.bootstrap_servers)
    assert used - _OF_THE_IMAGE <= known
