"""The AsyncAPI document says what topics and schemas say."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from jsonschema import Draft7Validator, Draft202012Validator

from bus.asyncapi import About, document
from bus.client.schemas import load_catalogue
from bus.contracts.codec import parse_schema
from bus.topics.topology import Topology
from tests.support.official import asyncapi_schema

ROOT = Path(__file__).parents[4]
TOPOLOGY = Topology.parse((ROOT / "deploy" / "topics.yaml").read_text())
CATALOGUE = load_catalogue()
ABOUT = About(
    version="1.2.3",
    kafka="k1:9092, k2:9092",
    registry="http://registry:8081",
    attempts=parse_schema((ROOT / "schemas" / "Attempt.avsc").read_text()),
)
MADE = json.loads(json.dumps(document(TOPOLOGY, CATALOGUE, ABOUT)))


def pointers(value: object) -> Iterator[str]:
    """Every `$ref`."""
    if isinstance(value, dict):
        for name, item in value.items():
            if name == "$ref":
                yield str(item)
            yield from pointers(item)
    elif isinstance(value, list):
        for item in value:
            yield from pointers(item)


def at(pointer: str) -> object:
    """What a pointer of the document points at. Raises KeyError."""
    found: object = MADE
    for step in pointer.removeprefix("#/").split("/"):
        assert isinstance(found, dict)
        found = found[step]
    return found


def test_every_pointer_points_at_something() -> None:
    """None leads out of the document, or nowhere."""
    found = set(pointers(MADE))
    assert len(found) > 2 * len(CATALOGUE)
    for pointer in found:
        assert at(pointer)


def test_every_source_topic_with_its_layout() -> None:
    """As `topics.yaml` declares it, with the messages of its family."""
    for state in TOPOLOGY.fixed():
        if state.name not in TOPOLOGY.sources:
            continue
        channel = MADE["channels"][state.name]
        binding = channel["bindings"]["kafka"]
        assert binding["partitions"] == state.partitions
        kept = binding["topicConfiguration"]["retention.ms"]
        assert str(kept) == state.config["retention.ms"]
        family = state.name.removeprefix("oms.")
        assert list(channel["messages"]) == [
            name for name in CATALOGUE.event_types if name.startswith(f"{family}.")
        ]
        operation = MADE["operations"][f"receive.{state.name}"]
        assert operation["action"] == "receive"


def test_every_event_type_twice() -> None:
    """As the registered Avro schema, and as a webhook with an example that fits."""
    for schema in CATALOGUE:
        record = MADE["components"]["messages"][schema.event_type]
        assert record["payload"]["schema"] == json.loads(schema.text)
        message = MADE["components"]["messages"][f"webhook.{schema.event_type}"]
        (shown,) = message["examples"]
        Draft202012Validator(message["payload"]).validate(shown["payload"])
        headers = at(message["headers"]["$ref"])
        assert isinstance(headers, dict)
        Draft202012Validator(headers).validate(shown["headers"])


def test_brokers_and_registry() -> None:
    """One server a broker, the registry beside it; one broker is just `kafka`."""
    assert [MADE["servers"][f"kafka-{n}"]["host"] for n in (1, 2)] == [
        "k1:9092",
        "k2:9092",
    ]
    binding = MADE["servers"]["kafka-1"]["bindings"]["kafka"]
    assert binding["schemaRegistryUrl"] == "http://registry:8081"
    about = About(version="1", kafka="k:9092", registry=None, attempts=ABOUT.attempts)
    alone = document(TOPOLOGY, CATALOGUE, about)["servers"]
    assert isinstance(alone, dict)
    assert list(alone) == ["kafka", "partner"]
    assert "schemaRegistryUrl" not in alone["kafka"]["bindings"]["kafka"]


@pytest.fixture(scope="module")
def official() -> Draft7Validator:
    """The official schema of AsyncAPI 3.0.0."""
    schema = asyncapi_schema()
    if isinstance(schema, str):
        pytest.skip(schema)
    return Draft7Validator(schema)


def test_by_the_official_schema(official: Draft7Validator) -> None:
    """It is an AsyncAPI document to those who define what one is."""
    faults = [
        f"{list(error.absolute_path)}: {error.message[:200]}"
        for error in official.iter_errors(MADE)
    ]
    assert faults == []


@pytest.mark.parametrize(
    ("where", "value"),
    [
        (("info", "title"), None),
        (("operations", "send.webhook", "action"), "post"),
        (("channels", "oms.order", "bindings", "kafka", "partitions"), "6"),
        (("components", "messages", "order.created", "headers"), "none"),
        (
            ("components", "messages", "order.created", "payload", "schema", "type"),
            "rec",
        ),
    ],
    ids=lambda value: ".".join(value) if isinstance(value, tuple) else None,
)
def test_the_official_schema_can_refuse(
    official: Draft7Validator, where: tuple[str, ...], value: object
) -> None:
    """One wrong value anywhere, and it is none."""
    broken = json.loads(json.dumps(MADE))
    place = broken
    for step in where[:-1]:
        place = place[step]
    place[where[-1]] = value
    assert not official.is_valid(broken)
