"""What describes the bus to machines."""

import json

import pytest

from processors.settings import Settings
from processors.wiring.describing import asyncapi


@pytest.mark.parametrize("places", [True, False])
def test_addresses_only_where_they_are_meant(*, places: bool) -> None:
    """A command says where Kafka and the registry are; an open page does not."""
    settings = Settings(
        bootstrap_servers="kafka-7.internal:9092",
        registry_url="http://registry.internal:8081",
    )
    said = json.dumps(asyncapi(settings, places=places))
    assert ("internal" in said) is places
    assert "webhook.order.created" in said
