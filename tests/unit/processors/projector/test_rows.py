"""What a record becomes in the log."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bus.access.audit import Change, audit_message
from bus.client.schemas import default_folder
from bus.contracts.codec import decode, encode_unchecked, parse_schema
from bus.delivery.headers import event_headers
from bus.errors import DecodeError
from bus.log.rows import AckRow, AuditRow, Place, QuarantineRow
from bus.record import Headers, Record
from bus.samples.lifecycles import sample
from processors.projector.rows import (
    ack_row,
    attempt_row,
    audit_row,
    event_row,
    place_of,
    quarantine_row,
)

NOW = datetime(2026, 1, 2, 3, 4, 5, 678901, UTC)
AT_MS = 1_767_323_045_123
NOW_US = 1_767_400_000_000_000
TEXT = (default_folder() / "Attempt.avsc").read_text(encoding="utf-8")
ATTEMPT = {
    "event_id": "e",
    "event_type": "order.created",
    "order_id": "SO-1",
    "subscription": "erp",
    "number": 2,
    "outcome": "failed",
    "status": 503,
    "detail": "busy",
    "route": "retry:5s",
    "started_at": NOW,
    "duration_us": 1_234,
    "origin": "oms.order/3/77",
    "replay": 1,
    "traceparent": "00-ab-cd-01",
}


def record(
    value: bytes | None = b"", *, key: bytes = b"k", headers: Headers = ()
) -> Record:
    """A record of some topic."""
    return Record("t", 1, 42, AT_MS, key, value, headers)


def fields(text: str, data: dict[str, object]) -> dict[str, object]:
    """What a writer with this schema writes, read by it."""
    schema = parse_schema(text)
    return decode(schema, encode_unchecked(schema, 1, data)[5:])


def altered(*, drop: str = "", add: Mapping[str, object] | None = None) -> str:
    """The schema of another version of the bus."""
    schema = json.loads(TEXT)
    kept = [f for f in schema["fields"] if f["name"] != drop]
    schema["fields"] = [*([add] if add else []), *kept]
    return json.dumps(schema)


def test_an_attempt_as_this_version_writes_it() -> None:
    """Every field has its column; times are microseconds."""
    row = attempt_row(record(), fields(TEXT, ATTEMPT))
    assert row.at == Place("t", 1, 42)
    assert row.started_us == round(NOW.timestamp() * 1e6)
    assert row.origin == Place("oms.order", 3, 77)
    same = ("event_id", "order_id", "number", "status", "detail", "route", "replay")
    assert [getattr(row, n) for n in same] == [ATTEMPT[n] for n in same]
    assert row.traceparent == "00-ab-cd-01"


def test_an_attempt_of_an_older_and_of_a_newer_version() -> None:
    """What is missing has its default, what is new is let alone, wherever it stands."""
    older = {k: v for k, v in ATTEMPT.items() if k != "replay"}
    assert attempt_row(record(), fields(altered(drop="replay"), older)).replay == 0
    added = {"name": "region", "type": "string"}
    newer = {**ATTEMPT, "region": "eu"}
    assert attempt_row(record(), fields(altered(add=added), newer)) == attempt_row(
        record(), fields(TEXT, ATTEMPT)
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"event_id": 5},
        {"number": "2"},
        {"number": True},
        {"started_at": 5},
        {"started_at": datetime(2026, 1, 1)},  # noqa: DTZ001 - as a local timestamp reads
        {"subscription": None},
    ],
)
def test_what_is_no_attempt_is_said(wrong: dict[str, object]) -> None:
    """A foreign record with fields of those names and of other types."""
    with pytest.raises(DecodeError, match=next(iter(wrong))):
        attempt_row(record(), {**ATTEMPT, **wrong})


def test_an_event() -> None:
    """Both of its ids, and channel and account where its data has them."""
    event = sample("order.updated", 7, NOW)
    data = {**event.data, "channel": "web", "account_id": "acme"}
    event = replace(event, id="own 1", data=data)
    row = event_row(record(headers=event_headers(event)), event, NOW_US)
    assert (row.own_id, row.event_id) == ("own 1", event.webhook_id)
    assert (row.channel, row.account, row.order_id) == ("web", "acme", event.subject)
    assert row.time_us == round(event.time.timestamp() * 1e6)
    assert row.arrived_us == AT_MS * 1000
    bare = event_row(record(), replace(event, data={"channel": 5}), NOW_US)
    assert (bare.channel, bare.account) == ("", "")


def test_an_ack() -> None:
    """Its key says all; one that was taken back is no row."""
    assert ack_row(record(b"{}", key=b"erp/e-1"), NOW_US) == AckRow(
        Place("t", 1, 42), AT_MS * 1000, "erp", "e-1"
    )
    assert ack_row(record(None, key=b"erp/e-1"), NOW_US) is None
    with pytest.raises(DecodeError):
        ack_row(record(b"{}", key=b"erp"), NOW_US)


def test_a_quarantined_record() -> None:
    """Where it stood and why; what only marks one is no row."""
    headers = (
        ("bus-quarantine-reason", b"no value"),
        ("bus-quarantine-origin", b"oms.order/3/77"),
    )
    origin = Place("oms.order", 3, 77)
    expected = QuarantineRow(Place("t", 1, 42), AT_MS * 1000, origin, "no value")
    assert quarantine_row(record(headers=headers), NOW_US) == expected
    assert quarantine_row(record(), NOW_US) is None


def test_a_change() -> None:
    """Before and after are JSON, empty where there was nothing."""
    change = Change("k1", "acme", "10.0.0.1", "pause", "subscription", "erp", None, {})
    message = audit_message("bus.audit", change, NOW)
    assert audit_row(record(message.value), NOW_US) == AuditRow(
        Place("t", 1, 42),
        AT_MS * 1000,
        "k1",
        "acme",
        "10.0.0.1",
        "pause",
        "subscription",
        "erp",
        "",
        "{}",
    )
    with pytest.raises(DecodeError):
        audit_row(record(b"garbage"), NOW_US)


@pytest.mark.parametrize(
    "text", ["", "a/b/c", "t/1", "t/-1/2", "t/1/2/3", f"t/1/{'9' * 19}", "t/1/٣"]
)
def test_what_names_no_place(text: str) -> None:
    """A place is a topic, a partition and an offset that a database can hold."""
    assert place_of(text) is None


def test_a_time_of_the_producers_is_no_arrival() -> None:
    """Whatever it wrote there: as for the age of deliveries, it is when we look."""
    odd = record(b"{}", key=b"erp/e-1")._replace(created=True, timestamp_ms=-1)
    row = ack_row(odd, NOW_US)
    assert row is not None
    assert row.arrived_us == NOW_US
