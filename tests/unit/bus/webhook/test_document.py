"""The content of an event as partners see it."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from enum import IntEnum, StrEnum
from types import MappingProxyType
from uuid import UUID

import pytest

from bus.times import rfc3339
from bus.webhook.document import document, plain
from tests.support.facts import NOON, an_event, order_data


class Colour(StrEnum):
    """An enum of texts."""

    RED = "red"


class Level(IntEnum):
    """An enum of numbers."""

    HIGH = 3


def test_the_whole_document() -> None:
    """What every event carries is lifted, its own fields are `data`."""
    assert document(an_event()) == {
        "id": "75de5356-442d-56e5-8854-1fa43cac5565",
        "type": "order.created",
        "timestamp": "2026-11-23T12:00:00.123456Z",
        "order_id": "SO-1",
        "status": "created",
        "data": {
            "lines": [
                {
                    "sku": "X-1",
                    "quantity": 2,
                    "price": {"amount": "19.9000", "currency": "EUR"},
                }
            ],
            "gift": False,
            "note": None,
        },
        "metadata": {"correlation_id": "c-1", "user_id": "u-1"},
        "bus": {
            "source": "/oms/web",
            "channel": "web",
            "account_id": "A-7",
            "schema_id": 7,
            "sequence": 3,
        },
    }


def test_a_schema_without_common_fields_still_has_the_envelope() -> None:
    """The order id comes from the subject; status and sequence are null."""
    doc = document(an_event(data={"level": 4}))
    assert doc["order_id"] == "SO-1"
    assert doc["status"] is None
    assert doc["data"] == {"level": 4}
    assert doc["metadata"] == {}
    assert doc["bus"] == {"source": "/oms/web", "schema_id": 7, "sequence": None}


def test_occurred_at_stays_where_it_differs_from_the_event_time() -> None:
    """Nothing a producer said is lost when `ce_time` says something else."""
    doc = document(an_event(time=NOON + timedelta(seconds=1)))
    assert doc["timestamp"] == "2026-11-23T12:00:01.123456Z"
    data = doc["data"]
    assert isinstance(data, dict)
    assert data["occurred_at"] == "2026-11-23T12:00:00.123456Z"


@pytest.mark.parametrize(
    "metadata",
    [
        "gift wrap",
        ["a", "b"],
        7,
        {"sequence": "41", "source": "pos-7", "schema_id": "x", "channel": "kiosk"},
        {"bus": {"source": "mine"}, "extensions": "x"},
        {},
    ],
)
def test_metadata_is_the_producers_own(metadata: object) -> None:
    """Whatever its type and its names, it arrives whole; the bus has its own place."""
    data = {"metadata": metadata, "channel": "web", "bus": "number 9"}
    doc = document(an_event(data=data))
    assert doc["metadata"] == metadata
    assert doc["data"] == {"bus": "number 9"}
    assert doc["bus"] == {
        "source": "/oms/web",
        "channel": "web",
        "schema_id": 7,
        "sequence": None,
    }


def test_a_correlation_id_of_the_event_itself_is_lifted() -> None:
    """It stands beside the source, not among the audit trail's entries."""
    doc = document(an_event(data={"correlation_id": "c-9"}))
    assert doc["metadata"] == {}
    assert isinstance(doc["bus"], dict)
    assert doc["bus"]["correlation_id"] == "c-9"


@pytest.mark.parametrize("order_id", ["SO-2", 7, ["SO-1"]])
def test_the_order_id_is_the_subject(order_id: object) -> None:
    """By which the bus orders and finds events; another one stays in the data."""
    doc = document(an_event(data={"order_id": order_id}))
    assert doc["order_id"] == "SO-1"
    assert doc["data"] == {"order_id": order_id}
    assert document(an_event(data={"order_id": None}))["data"] == {}


def test_extensions_are_shown() -> None:
    """What a producer said beside the standard attributes; nothing where it did not."""
    doc = document(replace(an_event(), extensions=(("tenant", "acme"),)))
    assert isinstance(doc["bus"], dict)
    assert doc["bus"]["extensions"] == {"tenant": "acme"}


def test_the_event_is_not_changed() -> None:
    """Rendering never writes into the decoded data."""
    event = an_event()
    document(event)
    assert event.data == order_data()


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Decimal("1E+3"), "1000"),
        (Decimal("-0.0001"), "-0.0001"),
        (datetime(2026, 1, 1, tzinfo=timezone(timedelta(hours=2))), "2025-12-31T22"),
        (datetime(2026, 1, 1), "2026-01-01T00:00:00.000000"),  # noqa: DTZ001 - Avro's local-timestamp
        (date(2026, 1, 2), "2026-01-02"),
        (time(12, 30), "12:30:00"),
        (b"\x00\xff", "AP8="),
        (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (Colour.RED, "red"),
        (Level.HIGH, 3),
        (1.5, 1.5),
        (float("nan"), None),
        (float("-inf"), None),
        ((1, Decimal(2)), [1, "2"]),
        (MappingProxyType({"a": 1}), {"a": 1}),
        ({1: b""}, {"1": ""}),
        ([[Decimal("1.0")]], [["1.0"]]),
        (1 + 2j, "(1+2j)"),
    ],
)
def test_values_in_the_terms_of_json(value: object, expected: object) -> None:
    """Every value that Avro or a producer can hold has one plain form."""
    result = plain(value)
    if isinstance(expected, str) and isinstance(value, datetime):
        assert isinstance(result, str)
        assert result.startswith(expected)
    else:
        assert result == expected
        assert type(result) is type(expected)


def test_utc_is_written_with_a_z() -> None:
    """Times are RFC 3339 in UTC with microseconds."""
    assert rfc3339(datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)) == (
        "2026-01-02T03:04:05.000000Z"
    )
