"""The AsyncAPI 3.0 document of a bus, as a plain value.

The application it describes is the bus: it receives what stands in the source topics,
and sends webhooks and a record of every attempt.
"""

from dataclasses import dataclass
from typing import TypeAlias

from bus.asyncapi import kafka, webhooks
from bus.contracts.catalogue import Catalogue
from bus.contracts.codec import Schema
from bus.topics.topology import Topology

Value: TypeAlias = dict[str, object]

_DESCRIPTION = """\
Order events of an Order Management System. The OMS writes them to Kafka topics as \
Avro, with CloudEvents attributes in the headers; the bus delivers each to everybody \
who subscribed to it, as a signed webhook (Standard Webhooks 1.0.0).

Deliveries are at least once: keep the ids you have processed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a document says that neither topics nor schemas know.

    Attributes:
        version: Of Orderbus.
        kafka: One `host:port`, or several with commas between.
        registry: URL of the schema registry, if others can ask it.
        attempts: The schema of the records on the attempts topic.
    """

    version: str
    kafka: str
    registry: str | None
    attempts: Schema


def document(topology: Topology, catalogue: Catalogue, about: About) -> Value:
    """Return the document; the same values for the same arguments.

    Raises:
        InvalidEventError: no example can be made of a schema.
    """
    logs = {topology.attempts: about.attempts}
    brokers = kafka.servers(about.kafka, about.registry)
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Orderbus",
            "version": about.version,
            "description": _DESCRIPTION,
            "license": {
                "name": "Apache-2.0",
                "url": "https://www.apache.org/licenses/LICENSE-2.0",
            },
        },
        "defaultContentType": "application/json",
        "servers": {**brokers, **webhooks.SERVERS},
        "channels": {
            **kafka.channels(topology, catalogue, logs, brokers),
            **webhooks.channels(catalogue),
        },
        "operations": {
            **kafka.operations(topology, logs),
            **webhooks.operations(catalogue),
        },
        "components": {
            "messages": {
                **kafka.messages(catalogue, logs),
                **webhooks.messages(catalogue),
            },
            "schemas": {**kafka.SCHEMAS, **webhooks.SCHEMAS},
        },
    }
