"""CloudEvents in JSON: what official SDKs write is an event like any other."""

import json
from base64 import b64encode
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from cloudevents.core.bindings.kafka import (
    KafkaMessage,
    to_binary_event,
    to_structured_event,
)
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent

from bus.client.schemas import load_catalogue
from bus.contracts.codec import decode, encode
from bus.delivery.attributes import read_attributes
from bus.delivery.quarantine import meaning_of
from bus.delivery.structured import (
    TypeOnTopic,
    Version,
    event_of,
    is_json,
    open_json,
)
from bus.errors import DecodeError
from bus.event import Event
from bus.record import Headers, Record
from bus.samples.lifecycles import sample
from bus.webhook.document import plain
from tests.support.facts import a_record

CATALOGUE = load_catalogue()
NOON = datetime(2026, 11, 23, 12, 0, 0, 123456, UTC)
SCHEMA = CATALOGUE.schema("order.created")
_ORDER = sample("order.created", 3, NOON)
# With its defaults, as Avro reads it.
ORDER = replace(_ORDER, data=decode(SCHEMA, encode(SCHEMA, 1, _ORDER.data)[5:]))
STRUCTURED = ("content-type", b"application/cloudevents+json; charset=UTF-8")
TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def envelope(**changes: object) -> dict[str, object]:
    """A whole CloudEvent; None leaves a member out."""
    whole: dict[str, object] = {
        "specversion": "1.0",
        "id": "7",
        "source": "/shop",
        "type": "order.created",
        "subject": "SO-9",
        "time": "2026-11-23t12:00:00.5z",
        "data": plain(dict(ORDER.data)),
    }
    return {k: v for k, v in (whole | changes).items() if v is not ...}


def structured(**changes: object) -> Record:
    """Its record in structured mode."""
    return written(json.dumps(envelope(**changes)).encode(), STRUCTURED)


def written(value: bytes, *headers: tuple[str, bytes]) -> Record:
    """A record of this value."""
    return a_record(headers=headers)._replace(value=value)


def read(record: Record) -> Event:
    """The event, by the one schema there is."""
    return event_of(record, open_json(record), (Version(7, SCHEMA),))


def of_sdk(message: KafkaMessage) -> Record:
    """A record as Kafka hands out what an SDK gave it."""
    headers: Headers = tuple(message.headers.items())
    key = message.key if isinstance(message.key, bytes) else b"SO-1"
    return a_record(headers=headers, key=key)._replace(value=message.value)


def sdk_event() -> CloudEvent:
    """What an application hands to the SDK."""
    attributes: dict[str, object] = {
        "id": "7",
        "source": "/shop",
        "type": "order.created",
        "subject": ORDER.subject,
        "time": NOON,
        "tenant": "acme",
        "traceparent": TRACEPARENT,
    }
    return CloudEvent(attributes, plain(dict(ORDER.data)))  # type: ignore[arg-type]


@pytest.mark.parametrize("write", [to_structured_event, to_binary_event])
def test_what_the_sdk_writes_is_read(write: type) -> None:
    """Both modes of the official Python SDK, with JSON data as it writes it."""
    record = of_sdk(write(sdk_event(), JSONFormat()))
    assert is_json(record)
    expected = replace(ORDER, id="7", source="/shop", schema_id=7, time=NOON)
    found = read(record)
    assert found.data == expected.data
    assert dict(found.extensions) == {"tenant": "acme", "traceparent": TRACEPARENT}
    assert replace(found, extensions=(), traceparent=ORDER.traceparent) == expected
    assert found.traceparent == TRACEPARENT


@pytest.mark.parametrize(
    ("headers", "value", "json_"),
    [
        ((), b"\0\0\0\0\1{}", False),
        ((STRUCTURED,), b"\0\0\0\0\1{}", False),
        ((STRUCTURED,), b" {}", True),
        ((("Content-Type", b"Application/CloudEvents+JSON"),), b"{}", True),
        ((("content-type", b"application/json"),), b"{}", True),
        ((("content-type", b"application/vnd.shop+json;v=1"),), b"{}", True),
        ((("content-type", b"application/avro"),), b"{}", False),
        ((("content-type", b"\xff"),), b"{}", False),
        ((), b"{}", False),
        ((("ce_type", b"a.b"),), b"{}", True),
        ((("ce_type", b"a.b"),), b"x", False),
        ((STRUCTURED,), b"", False),
    ],
)
def test_what_is_json(headers: Headers, value: bytes, json_: bool) -> None:  # noqa: FBT001
    """The content type says so; a framed value is what its frame says."""
    assert is_json(written(value, *headers)) is json_
    assert not is_json(written(value, *headers)._replace(value=None))


def test_an_envelope_has_everything() -> None:
    """Attributes from inside, whatever stands in other headers; the rest as ever."""
    record = structured(tenant="acme", count=3, flag=True, dataschema="urn:x")
    record = record._replace(headers=(*record.headers, ("ce_id", b"other")))
    opened = open_json(record)
    assert opened.schema == TypeOnTopic("oms.order", "order.created")
    event = read(record)
    assert (event.id, event.source, event.subject) == ("7", "/shop", "SO-9")
    assert event.time == NOON.replace(microsecond=500_000)
    assert event.extensions == (("tenant", "acme"), ("count", "3"), ("flag", "true"))


def test_what_is_missing_is_made_up_as_ever() -> None:
    """Null is absent (JSON format, 2.2); a broken attribute costs itself."""
    record = structured(id=None, source=..., subject=5, time="noon", odd=[1], x=None)
    event = read(record)
    assert event.id == "oms.order-2-41-1764000000000"
    assert (event.source, event.subject) == ("/oms.order", ORDER.subject)
    assert event.time == ORDER.time
    assert event.extensions == ()
    unreadable = open_json(record).attributes.unreadable
    assert set(unreadable) == {"ce_subject", "ce_time", "ce_odd"}


def test_a_made_up_id_travels_with_its_hops() -> None:
    """A hop says what was made up at the source."""
    record = structured(id=...)
    hop = record._replace(headers=(*record.headers, ("bus-event-id", b"made-up")))
    assert read(hop).id == "made-up"
    named = structured()
    hop = named._replace(headers=(*named.headers, ("bus-event-id", b"made-up")))
    assert read(hop).id == "7"


def test_a_producer_cannot_name_another_topics_schema() -> None:
    """What a source record says of an origin is its producer's word, not a hop's."""
    record = structured()
    forged = record._replace(headers=(*record.headers, ("bus-origin", b"oms.x/0/0")))
    assert open_json(forged).schema.topic == record.topic


def test_data_in_base64() -> None:
    """The JSON that some SDKs write as bytes."""
    text = json.dumps(plain(dict(ORDER.data))).encode()
    record = structured(data=..., data_base64=b64encode(text).decode())
    assert read(record).data == ORDER.data


@pytest.mark.parametrize(
    ("record", "why"),
    [
        (structured(type=...), "no event type: JSON"),
        (structured(type=5), "no event type: JSON"),
        (structured(specversion="0.3"), "ce_specversion is '0.3'"),
        (structured(data=...), "either data or data_base64"),
        (structured(data_base64="AA=="), "either data or data_base64"),
        (structured(data=..., data_base64="?"), "data_base64 is no base64"),
        (structured(data=..., data_base64=5), "data_base64 is no base64"),
        (structured(data=..., data_base64="ew=="), "no JSON"),
        (
            structured(data="<x/>", datacontenttype="text/xml"),
            "datacontenttype is 'text",
        ),
        (
            structured(data="{}"),
            "the data is no oms.order.v1.OrderCreated (schema 7): d",
        ),
        (structured(data={"order_id": "SO-1"}), "missing; expected"),
        (written(b"[]", STRUCTURED), "no JSON object"),
        (written(b"{", STRUCTURED), "no JSON: "),
        (
            written(b"[]", ("content-type", b"application/cloudevents-batch+json")),
            "a batch of CloudEvents: expected one event a record",
        ),
        (
            written(b"<", ("content-type", b"application/cloudevents+xml")),
            "application/cloudevents+xml is not read",
        ),
        (
            written(b"{}", ("content-type", b"application/json")),
            "no event type: JSON",
        ),
        (
            structured()._replace(unreadable="header name: no header can be read"),
            "no header can be",
        ),
    ],
)
def test_what_is_no_event_says_why(record: Record, why: str) -> None:
    """Each way to fail names its cause, down to the field."""
    with pytest.raises(DecodeError) as caught:
        read(record)
    assert why in str(caught.value)
    assert meaning_of(str(caught.value)).code != "other"


def test_the_newest_schema_that_fits_counts() -> None:
    """A producer may be behind the registry, and a retry behind a new version."""
    record = structured()
    other = CATALOGUE.schema("order.cancelled")
    versions = (Version(9, other), Version(7, SCHEMA))
    assert event_of(record, open_json(record), versions).schema_id == 7
    with pytest.raises(DecodeError, match=r"OrderCancelled \(schema 9\)"):
        event_of(record, open_json(record), (Version(9, other),))
    with pytest.raises(DecodeError, match="no schema of event type"):
        event_of(record, open_json(record), ())


def test_binary_mode_with_json_has_its_attributes_in_headers() -> None:
    """The value is the data alone."""
    value = json.dumps(plain(dict(ORDER.data))).encode()
    record = written(
        value,
        ("content-type", b"application/json"),
        ("ce_type", b"order.created"),
        ("ce_id", b"7"),
    )
    assert read(record).id == "7"
    assert open_json(record).attributes == read_attributes(record)
