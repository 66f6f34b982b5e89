"""Legal records of foreign producers, on a real Kafka, as a partner gets them."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import orjson
import pytest
import pytest_asyncio
from aiohttp import web
from cloudevents.core.bindings.kafka import to_binary_event, to_structured_event
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent
from confluent_kafka import Producer

from bus import Consumer
from bus.contracts.codec import encode, parse_schema
from bus.webhook.document import plain
from processors.receiver import Behaviour
from tests.support.bus import Bus, running_bus, wait_until
from tests.support.http_server import serving
from tests.support.kafka import KafkaUnderTest
from tests.support.library import take
from tests.support.orders import order_event

pytestmark = [pytest.mark.kafka, pytest.mark.asyncio(loop_scope="module")]
NOON = "2026-11-27T12:00:00.000000Z"
TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
Headers = list[tuple[str, bytes | None]]


class Foreign:
    """A bus, a partner that keeps bodies, and a producer that is not ours."""

    def __init__(self, bus: Bus) -> None:
        self.bus = bus
        self.bodies: dict[str, dict[str, object]] = {}
        self.events: dict[str, dict[str, object]] = {}
        self.topic = f"{bus.name}.oms.order"
        self._producer = Producer({"bootstrap.servers": bus.settings.bootstrap_servers})

    async def keep(self, request: web.Request) -> web.Response:
        """Take a webhook."""
        body = orjson.loads(await request.read())
        if request.path == "/events":
            self.events[body["subject"]] = body
        else:
            self.bodies[body["order_id"]] = body
        return web.Response()

    async def avro(
        self,
        order_id: str,
        fields: list[tuple[str, object]],
        values: Mapping[str, object],
        headers: Headers = [],  # noqa: B006 - never changed
        written: list[tuple[str, object]] | None = None,
    ) -> None:
        """Write a record in Avro; `written`: with other types than registered."""
        name = f"oms.foreign.{order_id.title().replace('-', '')}"
        declared = record(name, [("order_id", "string"), *fields])
        subject = f"{self.topic}-{name}"
        schema_id = await self.bus.registry.schemas.register(subject, declared)
        plain = record(name, [("order_id", "string"), *(written or fields)])
        data = {"order_id": order_id, **values}
        self.write(encode(parse_schema(plain), schema_id, data), order_id, headers)

    def write(self, value: bytes, key: str | None, headers: Headers) -> None:
        """Write a record."""
        self._producer.produce(self.topic, value, key, headers=headers)  # type: ignore[arg-type]
        self._producer.flush(10)

    async def body(self, order_id: str) -> dict[str, object]:
        """What the partner got of an order."""
        await wait_until(lambda: order_id in self.bodies, 20, f"{order_id} arrives")
        return self.bodies[order_id]


def record(name: str, fields: list[tuple[str, object]]) -> str:
    """The schema of an event type of its own."""
    return json.dumps(
        {
            "type": "record",
            "name": name,
            "event_type": f"foreign.{name.rpartition('.')[2]}",
            "fields": [{"name": field, "type": kind} for field, kind in fields],
        }
    )


@asynccontextmanager
async def foreign_to(bus: Bus) -> AsyncIterator[Foreign]:
    """Two subscriptions to everything: plain bodies, and CloudEvents."""
    made = Foreign(bus)
    async with serving(made.keep) as url:
        await bus.subscribe("bodies", url=f"{url}/bodies")
        accept = "application/cloudevents+json"
        await bus.subscribe("events", url=f"{url}/events", accept=accept)
        yield made


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def foreign(
    kafka: KafkaUnderTest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Foreign]:
    """A bus with one worker."""
    folder = tmp_path_factory.mktemp("foreign")
    async with running_bus(kafka, folder, "foreign", tiers={"quick": "300ms"}) as bus:
        worker = await bus.run()
        await worker.ready()
        async with foreign_to(bus) as made:
            yield made
        assert await worker.stop() == 0
        assert not worker.lines("bug")


@pytest.mark.parametrize(
    ("order_id", "kind", "metadata"),
    [
        ("meta-text", "string", "gift wrap"),
        ("meta-list", {"type": "array", "items": "string"}, ["a", "b"]),
        (
            "meta-map",
            {"type": "map", "values": "string"},
            {"sequence": "41", "source": "pos-7", "schema_id": "x", "channel": "kiosk"},
        ),
    ],
)
async def test_metadata_arrives_whole(
    foreign: Foreign, order_id: str, kind: object, metadata: object
) -> None:
    """Whatever its type and the names in it."""
    await foreign.avro(order_id, [("metadata", kind)], {"metadata": metadata})
    body = await foreign.body(order_id)
    assert body["metadata"] == metadata
    assert isinstance(body["bus"], dict)
    assert body["bus"]["source"] == f"/{foreign.topic}"


@pytest.mark.parametrize(
    ("order_id", "logical", "number", "text"),
    [
        ("forever", "timestamp-millis", 2**63 - 1, "9999-12-31T23:59:59.999999Z"),
        (
            "year-10000",
            "timestamp-millis",
            253402300800000,
            "9999-12-31T23:59:59.999999Z",
        ),
        (
            "year-0",
            "timestamp-micros",
            -62167219200000000,
            "0001-01-01T00:00:00.000000Z",
        ),
        ("nanos", "timestamp-nanos", 1795780800000000999, NOON),
        ("local-nanos", "local-timestamp-nanos", 1795780800000000999, NOON[:-1]),
    ],
)
async def test_odd_times_cost_themselves(
    foreign: Foreign, order_id: str, logical: str, number: int, text: str
) -> None:
    """The nearest time there is, in the one field."""
    kind = {"type": "long", "logicalType": logical}
    await foreign.avro(
        order_id, [("until", kind)], {"until": number}, written=[("until", "long")]
    )
    assert (await foreign.body(order_id))["data"] == {"until": text}


@pytest.mark.parametrize(
    ("order_id", "time", "read"),
    [
        ("lower-case", b"2026-11-27t12:00:00z", NOON),
        ("offset", b"2026-11-27T06:30:00.0000000001-05:30", NOON),
        ("leap-second", b"2026-12-31T23:59:60Z", "2026-12-31T23:59:59.999999Z"),
        ("no-time", b"noon", None),
        ("no-text", b"\xff", None),
        ("null", None, None),
    ],
)
async def test_ce_time_in_any_form(
    foreign: Foreign, order_id: str, time: bytes | None, read: str | None
) -> None:
    """RFC 3339 as it may be written; what is none costs itself."""
    await foreign.avro(order_id, [], {}, [("ce_time", time)])
    body = await foreign.body(order_id)
    if read is not None:
        assert body["timestamp"] == read
    else:
        seen = foreign.bus.workers[0].lines("attribute_unreadable")
        assert [line["header"] for line in seen] == ["ce_time"]


async def test_extensions_and_trace_travel_on(foreign: Foreign) -> None:
    """To partners who take CloudEvents, as attributes again."""
    headers: Headers = [
        ("ce_tenant", b"acme"),
        ("ce_traceparent", TRACEPARENT.encode()),
        ("ce_type", b"Foreign.Thing-Done"),
    ]
    await foreign.bus.subscribe("cased", types=["Foreign.*"])
    await foreign.avro("extended", [], {}, headers)
    assert (await foreign.body("extended"))["type"] == "Foreign.Thing-Done"
    await wait_until(lambda: "extended" in foreign.events, 20, "the CloudEvent")
    event = foreign.events["extended"]
    assert (event["tenant"], event["traceparent"]) == ("acme", TRACEPARENT)
    (told,) = foreign.bus.workers[0].lines("type_differs")
    assert told["ce_type"] == "Foreign.Thing-Done"


def cloud_event(order_id: str, **changes: object) -> CloudEvent:
    """An order event as an application hands it to an SDK."""
    event = order_event(order_id)
    data = plain({**event.data, **changes})
    attributes = {
        "id": f"sdk-{order_id}",
        "source": "/shop",
        "type": event.type,
        "subject": order_id,
        "tenant": "acme",
    }
    return CloudEvent(attributes, data)  # type: ignore[arg-type]


@pytest.mark.parametrize("write", [to_structured_event, to_binary_event])
async def test_events_in_json_are_events(foreign: Foreign, write: type) -> None:
    """As the official SDK writes them: delivered, retried, read by services."""
    order_id = f"json-{write.__name__}".replace("_", "-")
    bus = foreign.bus
    bus.receiver.behave(f"/{order_id}", Behaviour(fail_first=1))
    await bus.subscribe(order_id, filter=f"order_id == '{order_id}'", retry=["quick"])
    event = order_event(order_id)
    subject = f"{foreign.topic}-{bus.catalogue.schema(event.type).full_name}"
    await bus.registry.schemas.register(subject, bus.catalogue.schema(event.type).text)
    message = write(cloud_event(order_id), JSONFormat())
    headers: Headers = list(message.headers.items())
    foreign.write(message.value, order_id, headers)
    body = await foreign.body(order_id)
    assert body["type"] == event.type
    assert isinstance(body["bus"], dict)
    assert body["bus"]["extensions"] == {"tenant": "acme"}
    await wait_until(lambda: bus.accepted(f"/{order_id}"), 20, "the retry is accepted")
    assert bus.accepted(f"/{order_id}") == [body["id"]]
    async with Consumer(
        bus.settings.bootstrap_servers,  # type: ignore[arg-type]
        bus.registry_url,
        group=f"{bus.name}.{order_id}",
        topics=[foreign.topic],
        types=[event.type],
    ) as service:
        found = [r.event for r in await take(service, 1)]
    assert found[0].data.keys() >= event.data.keys()
