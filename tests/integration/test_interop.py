"""What others make of our records and webhooks: their libraries, not ours."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import pytest
from aiohttp import web
from cloudevents.core.bindings import kafka as binding
from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroDeserializer
from confluent_kafka.serialization import MessageField, SerializationContext
from opentelemetry.sdk.trace import ReadableSpan
from standardwebhooks import Webhook, WebhookVerificationError

from bus import Producer
from bus.delivery.subscription import Subscription
from bus.record import Record
from bus.samples.lifecycles import sample
from processors.subscriptions.document import Draft
from processors.subscriptions.onboarding import add
from tests.support.bus import Bus, running_bus, wait_until
from tests.support.http_server import serving
from tests.support.kafka import KafkaUnderTest
from tests.support.library import STARTED, Library, library
from tests.support.tracing import recorded_spans

pytestmark = pytest.mark.kafka

EVENT = sample("order.created", 1, STARTED)
SECRET = "whsec_" + "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@pytest.fixture
async def lib(kafka: KafkaUnderTest) -> AsyncIterator[Library]:
    """Clients with topics of their own."""
    async with library(kafka) as made:
        yield made


async def produced(lib: Library) -> Record:
    """One event as it stands in its topic."""
    async with lib.producer() as producer:
        await producer.send_event(EVENT)
    (record,) = await lib.records(lib.topic)
    return record


async def test_the_cloudevents_package_reads_our_records(lib: Library) -> None:
    """Kafka protocol binding, binary mode: every attribute, the data untouched."""
    record = await produced(lib)
    assert record.value is not None
    event = binding.from_binary_event(
        binding.KafkaMessage(dict(record.headers), record.key, record.value)
    )
    assert event.get_specversion() == "1.0"
    assert event.get_id() == EVENT.id
    assert event.get_type() == "order.created"
    assert event.get_source() == EVENT.source
    assert event.get_subject() == EVENT.subject
    assert event.get_time() == EVENT.time
    assert event.get_datacontenttype() == "application/avro"
    assert event.get_extension("partitionkey") == EVENT.subject
    assert event.get_data() == record.value


async def test_confluents_deserializer_decodes_our_topics(lib: Library) -> None:
    """Through our registry, by the id in front of the bytes."""
    record = await produced(lib)
    with SchemaRegistryClient({"url": lib.registry_url}) as client:
        deserialize = AvroDeserializer(client)
        context = SerializationContext(record.topic, MessageField.VALUE)
        data = await asyncio.to_thread(deserialize, record.value, context)
        subject = f"{lib.topic}-oms.order.v1.OrderCreated"
        assert await asyncio.to_thread(client.get_subjects) == [subject]
    assert isinstance(data, dict)
    assert data["order_id"] == EVENT.subject
    assert data["occurred_at"] == EVENT.time
    assert data["order_version"] == EVENT.data["order_version"]


@dataclass
class Partner:
    """An endpoint that keeps what it gets, whole."""

    got: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        """Keep a request and accept it."""
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.got.append((request.path, headers, await request.read()))
        return web.Response()

    def at(self, path: str) -> tuple[dict[str, str], bytes]:
        """The one request that came to a path."""
        ((headers, body),) = [(h, b) for p, h, b in self.got if p == path]
        return headers, body


@dataclass(frozen=True)
class Delivered:
    """One event that was produced inside a span, and what partners got of it."""

    partner: Partner
    produced: ReadableSpan


@pytest.fixture
async def delivered(kafka: KafkaUnderTest, tmp_path: Path) -> AsyncIterator[Delivered]:
    """One event, through a worker process, to a JSON and an XML subscription."""
    partner = Partner()
    async with (
        serving(partner.take) as url,
        running_bus(kafka, tmp_path, f"interop-{uuid4().hex[:6]}") as bus,
    ):
        for path, accept in (("json", "application/json"), ("xml", "application/xml")):
            wanted = Subscription(
                id=path, url=f"{url}/{path}", types=("order.*",), accept=accept
            )
            await add(bus.world, Draft(wanted, SECRET))
        worker = await bus.run()
        await worker.ready()
        with recorded_spans() as spans:
            async with producer_of(bus) as producer:
                await producer.send_event(EVENT)
            (span,) = spans.get_finished_spans()
        await wait_until(lambda: len(partner.got) == 2, 30, "both are delivered")
        assert await worker.stop() == 0
        yield Delivered(partner, span)


def producer_of(bus: Bus) -> Producer:
    """A producer to a bus's own topics."""
    return Producer(
        str(bus.settings.bootstrap_servers),
        bus.registry_url,
        topic_prefix=f"{bus.name}.oms.",
    )


async def test_standardwebhooks_verifies_what_partners_get(
    delivered: Delivered,
) -> None:
    """JSON and XML alike, and no changed byte; ids are the event's."""
    webhook = Webhook(SECRET)
    for path in ("/json", "/xml"):
        headers, body = delivered.partner.at(path)
        webhook.verify(body, headers, json_parse=False)
        assert headers["webhook-id"] == EVENT.id
        with pytest.raises(WebhookVerificationError):
            webhook.verify(body + b" ", headers, json_parse=False)
    headers, body = delivered.partner.at("/json")
    assert headers["content-type"] == "application/json"
    assert json.loads(body)["order_id"] == EVENT.subject
    headers, body = delivered.partner.at("/xml")
    assert headers["content-type"].startswith("application/xml")
    assert f"<order_id>{EVENT.subject}</order_id>".encode() in body


async def test_one_trace_reaches_from_the_oms_to_the_partners(
    delivered: Delivered,
) -> None:
    """The partner's `traceparent` is of the trace that the producer's span began."""
    context = delivered.produced.get_span_context()
    assert context is not None
    for path in ("/json", "/xml"):
        headers, _ = delivered.partner.at(path)
        version, trace_id, span_id, flags = headers["traceparent"].split("-")
        assert (version, int(flags, 16) & 1) == ("00", 1)
        assert int(trace_id, 16) == context.trace_id
        assert int(span_id, 16)
