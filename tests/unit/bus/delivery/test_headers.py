"""What travels in record headers."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import cast

import pytest

from bus.delivery.attributes import Attributes, read_attributes
from bus.delivery.headers import (
    build_event,
    event_headers,
    hop_headers,
)
from bus.errors import DecodeError
from bus.identity import is_webhook_id
from bus.record import Headers, Record
from bus.times import EARLIEST, LATEST
from tests.support.facts import NOON, a_delivery, a_record, an_event, order_data

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def test_events_are_cloudevents_in_binary_mode() -> None:
    """The attributes of the Kafka protocol binding, in a fixed order."""
    assert event_headers(an_event(traceparent=TRACEPARENT)) == (
        ("content-type", b"application/avro"),
        ("ce_specversion", b"1.0"),
        ("ce_id", b"evt-1"),
        ("ce_source", b"/oms/web"),
        ("ce_type", b"order.created"),
        ("ce_subject", b"SO-1"),
        ("ce_time", b"2026-11-23T12:00:00.123456Z"),
        ("traceparent", TRACEPARENT.encode()),
    )
    assert "traceparent" not in dict(event_headers(an_event()))


def test_what_is_written_is_read() -> None:
    """A producer's event comes out of its record again."""
    event = an_event(traceparent=TRACEPARENT)
    record = a_record(headers=event_headers(event))
    assert build_event(record, read_attributes(record), event.data, 7, None) == event


def test_a_record_without_headers_has_no_attributes() -> None:
    """Foreign headers are none of ours."""
    assert read_attributes(a_record()) == Attributes()
    foreign: Headers = (("x", b"\xff"), ("x", b""), ("ce_dataschema", b"urn:x"))
    assert read_attributes(a_record(headers=foreign)) == Attributes()


@pytest.mark.parametrize(
    ("headers", "why"),
    [
        ((("ce_id", b"a"), ("ce_id", b"b")), "ce_id is there twice"),
        ((("ce_time", b"a"), ("ce_time", b"b")), "ce_time is there twice"),
        ((("ce_specversion", b"0.3"),), "ce_specversion is '0.3', expected 1.0"),
    ],
)
def test_malformed_attributes(headers: Headers, why: str) -> None:
    """The header is named, so that a quarantined record explains itself."""
    with pytest.raises(DecodeError, match="ce_") as caught:
        read_attributes(a_record(headers=headers))
    assert why in str(caught.value)


@pytest.mark.parametrize(
    "event_id", ["7", "a b", "a.b", "ö", "\u2603" * 300, "\x00\x1b[31m", "SO-1/paid"]
)
def test_an_id_is_any_text(event_id: str) -> None:
    """CloudEvents asks for no more than that it is not empty."""
    headers: Headers = (("ce_id", event_id.encode()), ("ce_source", b"/a"))
    record = a_record(headers=headers)
    event = build_event(record, read_attributes(record), {}, 1, "a.b")
    assert event.id == event_id
    assert is_webhook_id(event.webhook_id)


@pytest.mark.parametrize("headers", [(), (("ce_id", b""),)])
def test_an_id_without_text_is_none(headers: Headers) -> None:
    """A header that is null or empty says no more than one that is not there."""
    record = a_record(headers=headers)._replace(topic_id="T1")
    event = build_event(record, read_attributes(record), {}, 1, "a.b")
    assert event.id == "oms.order-2-41-T1"


@pytest.mark.parametrize("odd", [(), (("ce_id", b""),), (("ce_id", b"\xff"),)])
def test_a_made_up_id_travels_with_its_hops(odd: Headers) -> None:
    """It is made of the source record's place, which a hop's record is not at."""
    source = a_record(headers=odd)._replace(topic_id="T1")
    event = build_event(source, read_attributes(source), {}, 1, "a.b")
    delivery = replace(a_delivery(source), event=event)
    headers = odd
    for _ in range(2):
        headers = hop_headers(
            replace(delivery, record=a_record(headers=headers)),
            attempts=1,
            tier="5s",
            reason=None,
            detail="",
            at_ms=12,
        )
        hop = Record("bus.retry.erp.5s", 0, 7, 99, b"k", b"value", headers)
        again = build_event(hop, read_attributes(hop), {}, 1, "a.b")
        assert again.id == event.id == "oms.order-2-41-T1"


@pytest.mark.parametrize("name", ["id", "type", "source", "subject", "time"])
@pytest.mark.parametrize("value", [None, b"", b"\xff\xfe"])
def test_an_attribute_without_a_readable_value_is_absent(
    name: str, value: bytes | None
) -> None:
    """It costs itself, not the event: what takes its place is made up."""
    headers = cast("Headers", ((f"ce_{name}", value),))
    attributes = read_attributes(a_record(headers=headers))
    assert attributes == Attributes(unreadable=(f"ce_{name}",))
    event = build_event(a_record(), attributes, order_data(), 7, "order.created")
    assert event.subject == "SO-1"


@pytest.mark.parametrize(
    "value", [b"noon", b"2026-01-01T00:00:00", b"2026-02-30T00:00:00Z", b"1795811926"]
)
def test_a_time_that_is_none_is_absent(value: bytes) -> None:
    """The event's time is then its `occurred_at`."""
    attributes = read_attributes(a_record(headers=(("ce_time", value),)))
    assert attributes == Attributes(unreadable=("ce_time",))
    event = build_event(a_record(), attributes, order_data(), 7, "order.created")
    assert event.time == NOON


def test_the_same_twice_is_no_contradiction() -> None:
    """Some interceptors write headers again."""
    headers: Headers = (("ce_type", b"a.b"), ("ce_type", b"a.b"))
    assert read_attributes(a_record(headers=headers)).type == "a.b"


def test_extensions_are_kept() -> None:
    """All other `ce_` headers with a legal name; how the data was written is none."""
    headers: Headers = (
        ("ce_tenant", b"acme"),
        ("ce_empty", b""),
        ("ce_tenant", b"other"),
        ("ce_dataschema", b"urn:x"),
        ("ce_datacontenttype", b"application/avro"),
        ("ce_data", b"x"),
        ("ce_No-Name", b"x"),
        ("ce_", b"x"),
        ("ce_broken", b"\xff"),
        ("cf_tenant", b"x"),
    )
    attributes = read_attributes(a_record(headers=headers))
    assert attributes.extensions == (("tenant", "acme"), ("empty", ""))
    assert attributes.unreadable == ("ce_broken",)
    event = build_event(a_record(), attributes, order_data(), 7, "order.created")
    written = event_headers(event)
    assert written[-2:] == (("ce_tenant", b"acme"), ("ce_empty", b""))


def test_the_trace_of_the_event_counts_where_the_record_has_none() -> None:
    """CloudEvents' distributed tracing extension; the record's own header wins."""
    own = ("traceparent", TRACEPARENT.encode())
    other = TRACEPARENT.replace("-01", "-00")
    extension = ("ce_traceparent", other.encode())
    state = ("ce_tracestate", b"a=1")
    attributes = read_attributes(a_record(headers=(extension, state)))
    assert attributes.traceparent == other
    assert dict(attributes.extensions) == {"traceparent": other, "tracestate": "a=1"}
    assert read_attributes(a_record(headers=(extension, own))).traceparent == (
        TRACEPARENT
    )
    broken: Headers = (("ce_traceparent", b"00-x"),)
    assert read_attributes(a_record(headers=broken)).traceparent is None


def test_times_are_utc() -> None:
    """Whatever zone a producer writes."""
    headers: Headers = (("ce_time", b"2026-11-23T14:00:00+02:00"),)
    time = read_attributes(a_record(headers=headers)).time
    assert time == datetime(2026, 11, 23, 12, tzinfo=UTC)
    assert time is not None
    assert time.tzinfo is UTC


@pytest.mark.parametrize(
    "values",
    [
        (b"nonsense",),
        (b"\xff",),
        (TRACEPARENT.upper().encode(),),
        (TRACEPARENT.encode(), TRACEPARENT.encode()),
    ],
)
def test_a_malformed_trace_is_none(values: tuple[bytes, ...]) -> None:
    """A broken trace context never costs an event (W3C Trace Context)."""
    headers = tuple(("traceparent", value) for value in values)
    assert read_attributes(a_record(headers=headers)).traceparent is None


def test_fallbacks_for_foreign_producers() -> None:
    """Plain Avro records become events too."""
    event = build_event(a_record(), Attributes(), order_data(), 7, "order.created")
    place = "oms.order-2-41-1764000000000"
    assert event == replace(an_event(), id=place, source="/oms.order")
    bare = build_event(a_record(), Attributes(), {}, 7, "x.y")
    assert bare.subject == "SO-1"
    assert bare.time == datetime(2025, 11, 24, 16, tzinfo=UTC)


def test_headers_win_over_fallbacks() -> None:
    """What a producer says explicitly counts."""
    attributes = Attributes(id="i", type="t.u", source="/s", subject="o", time=NOON)
    event = build_event(a_record(), attributes, {"order_id": 1}, 7, "x.y")
    assert (event.id, event.type, event.source, event.subject, event.time) == (
        "i",
        "t.u",
        "/s",
        "o",
        NOON,
    )


@pytest.mark.parametrize(
    ("data", "key", "event_type", "why"),
    [
        ({}, b"k", None, "no event type"),
        ({"order_id": 5}, b"k", "a.b", "order_id is no text"),
        ({"order_id": ""}, b"k", "a.b", "order_id is no text"),
        ({}, None, "a.b", "no order"),
        ({}, b"", "a.b", "no order"),
        ({}, b"\xff", "a.b", "the key is not UTF-8"),
    ],
)
def test_attributes_that_cannot_be_had(
    data: dict[str, object],
    key: bytes | None,
    event_type: str | None,
    why: str,
) -> None:
    """The record cannot become an event, and says why."""
    record = a_record(key=key)
    with pytest.raises(DecodeError, match=why):
        build_event(record, Attributes(), data, 1, event_type)


@pytest.mark.parametrize(
    ("occurred_at", "timestamp_ms", "time"),
    [
        ("2026-11-23t12:00:00.123456z", 0, NOON),
        (5, 1_000, EPOCH + timedelta(seconds=1)),
        ("noon", 1_000, EPOCH + timedelta(seconds=1)),
        (NOON.replace(tzinfo=None), 1_000, EPOCH + timedelta(seconds=1)),
        (None, -1, EPOCH - timedelta(milliseconds=1)),
        (None, 10**18, LATEST),
        (None, -(2**63), EARLIEST),
    ],
)
def test_a_time_is_always_had(
    occurred_at: object, timestamp_ms: int, time: datetime
) -> None:
    """`occurred_at` where that is a moment, else when the record was written."""
    record = a_record(timestamp_ms=timestamp_ms)
    data = {"occurred_at": occurred_at}
    assert build_event(record, Attributes(), data, 1, "a.b").time == time


def test_ce_time_of_any_zone_survives() -> None:
    """An event built with another zone is written in UTC."""
    time = datetime(2026, 11, 23, 14, 0, 0, 5, timezone(timedelta(hours=2)))
    headers = dict(event_headers(an_event(time=time)))
    assert headers["ce_time"] == b"2026-11-23T12:00:00.000005Z"
