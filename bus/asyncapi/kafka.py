"""The Kafka side of the document: brokers, topics, Avro records."""

import json
from collections.abc import Iterable, Mapping
from typing import TypeAlias

from bus.contracts.catalogue import Catalogue
from bus.contracts.codec import Schema
from bus.topics.topic import TopicState
from bus.topics.topology import Topology

Value: TypeAlias = dict[str, object]

SOMEWHERE = "{bootstrap}"
"""Brokers in a document that does not say where they are."""
_VARIABLES = {
    "bootstrap": {
        "default": "kafka.example:9092",
        "description": "Host and port of a broker; the operators of the bus know it.",
    }
}
_BINDING = {"bindingVersion": "0.5.0"}
_AVRO = "application/vnd.apache.avro+json;version=1.9.0"
_NUMBERS = ("retention.ms", "retention.bytes", "max.message.bytes")
_TEXT: Value = {"type": "string"}
_ATTRIBUTES = {
    "ce_id": "Unique among the events of its source.",
    "ce_source": "Who says so, a URI-reference such as /oms/web.",
    "ce_type": "The event type.",
    "ce_subject": "The order id.",
}

SCHEMAS: Mapping[str, Value] = {
    "CloudEventHeaders": {
        "type": "object",
        "description": "CloudEvents 1.0, Kafka protocol binding, binary mode. Other "
        "ce_ headers are extensions.",
        "required": ["content-type", "ce_specversion", *_ATTRIBUTES, "ce_time"],
        "properties": {
            "content-type": {"const": "application/avro"},
            "ce_specversion": {"const": "1.0"},
            **{
                name: {**_TEXT, "description": meaning}
                for name, meaning in _ATTRIBUTES.items()
            },
            "ce_time": {
                "type": "string",
                "format": "date-time",
                "description": "When it happened.",
            },
            "traceparent": {**_TEXT, "description": "W3C trace context."},
        },
    }
}


def servers(brokers: str, registry: str | None) -> Value:
    """The brokers, one server each: an AsyncAPI server has one host."""
    hosts = [host.strip() for host in brokers.split(",") if host.strip()]
    asked = {} if registry is None else {"schemaRegistryUrl": registry}
    binding = {**asked, "schemaRegistryVendor": "confluent", **_BINDING}
    return {
        f"kafka-{number}" if len(hosts) > 1 else "kafka": {
            "host": host,
            "protocol": "kafka",
            "description": "Apache Kafka.",
            **({"variables": _VARIABLES} if host == SOMEWHERE else {}),
            "bindings": {"kafka": binding},
        }
        for number, host in enumerate(hosts, 1)
    }


def channels(
    topology: Topology,
    catalogue: Catalogue,
    logs: Mapping[str, Schema],
    brokers: Iterable[str],
) -> Value:
    """The source topics, and those the bus logs to; `brokers` are names of servers."""
    here = [{"$ref": f"#/servers/{name}"} for name in brokers]
    by_topic: dict[str, list[str]] = {topic: [] for topic in topology.sources}
    for event_type in catalogue.event_types:
        by_topic.setdefault(catalogue.topic(event_type), []).append(event_type)
    by_topic |= {topic: [topic] for topic in logs}
    return {
        state.name: {
            "address": state.name,
            "title": state.name,
            "servers": here,
            "messages": {
                name: {"$ref": f"#/components/messages/{name}"}
                for name in by_topic[state.name]
            },
            "bindings": {"kafka": _laid_out(state)},
        }
        for state in topology.fixed()
        if state.name in by_topic
    }


def _laid_out(state: TopicState) -> Value:
    config = state.config
    told: Value = {name: int(config[name]) for name in _NUMBERS if name in config}
    policy = config.get("cleanup.policy", "delete")
    return {
        "topic": state.name,
        "partitions": state.partitions,
        "replicas": state.replication,
        "topicConfiguration": {"cleanup.policy": policy.split(","), **told},
        **_BINDING,
    }


def operations(topology: Topology, logs: Mapping[str, Schema]) -> Value:
    """What the bus does with them."""
    reads: Value = {
        f"receive.{topic}": _operation(
            "receive", topic, f"The OMS writes events to {topic}; the bus reads them."
        )
        for topic in topology.sources
    }
    writes: Value = {
        f"send.{topic}": _operation(
            "send", topic, "One record an attempt, for who watches or bills."
        )
        for topic in logs
    }
    return reads | writes


def _operation(action: str, topic: str, summary: str) -> Value:
    return {
        "action": action,
        "channel": {"$ref": f"#/channels/{topic}"},
        "summary": summary,
    }


def messages(catalogue: Catalogue, logs: Mapping[str, Schema]) -> Value:
    """The records, one message an event type, and one a log."""
    events: Value = {str(schema.event_type): _event(schema) for schema in catalogue}
    logged: Value = {
        topic: _record(schema, "The event's id.") for topic, schema in logs.items()
    }
    return events | logged


def _event(schema: Schema) -> Value:
    """An event's record: its headers say its type once more."""
    typed = {"properties": {"ce_type": {"const": schema.event_type}}}
    headers = {"$ref": "#/components/schemas/CloudEventHeaders"}
    return {
        "name": schema.event_type,
        "tags": [{"name": schema.family}],
        "headers": {"allOf": [headers, typed]},
        **_record(schema, "The order id."),
    }


def _record(schema: Schema, key: str) -> Value:
    definition = json.loads(schema.text)
    return {
        "title": schema.full_name,
        "summary": str(definition.get("doc", "")),
        "contentType": "application/avro",
        "payload": {"schemaFormat": _AVRO, "schema": definition},
        "bindings": {
            "kafka": {
                "key": {**_TEXT, "description": key},
                "schemaIdLocation": "payload",
                "schemaIdPayloadEncoding": "confluent",
                "schemaLookupStrategy": "TopicRecordNameStrategy",
                **_BINDING,
            }
        },
    }
