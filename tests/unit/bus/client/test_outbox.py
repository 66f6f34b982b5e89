"""What an outbox takes, what it refuses, and that nothing changes on the way."""

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from opentelemetry import trace
from sqlalchemy import MetaData

from bus import Inbox, Outbox
from bus.adapters.outbox.tables import ddl
from bus.client.schemas import load_catalogue
from bus.contracts.codec import encode, parse_schema
from bus.errors import ConfigurationError, InvalidEventError
from bus.outbox.content import read, written
from bus.outbox.rows import Entry, OutboxRow
from bus.samples.lifecycles import sample
from processors.outbox.publishing import event_of
from tests.support.tracing import recorded_spans

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
EVENT = sample("order.created", 1, NOW)
CATALOGUE = load_catalogue()


@pytest.fixture
def database() -> Iterator[sqlite3.Connection]:
    """A database with an outbox."""
    connection = sqlite3.connect(":memory:")
    for statement in ddl(Outbox().table(MetaData()), "sqlite"):
        connection.execute(statement)
    yield connection
    connection.close()


def rows(connection: sqlite3.Connection) -> list[OutboxRow]:
    """What was added."""
    columns = ", ".join(Entry._fields)
    found = connection.execute(f"SELECT number, {columns} FROM orderbus_outbox")  # noqa: S608 - our own names
    return [OutboxRow(number, Entry(*rest), NOW) for number, *rest in found]


@pytest.mark.parametrize("event_type", CATALOGUE.event_types)
def test_every_type_comes_out_as_the_producer_writes_it(event_type: str) -> None:
    """Byte for byte: nothing is lost or turned on the way through JSON."""
    event = sample(event_type, 3, NOW)
    schema = CATALOGUE.schema(event_type)
    text, size = written(schema, event.data)
    payload = encode(schema, 0, event.data)
    assert encode(schema, 0, read(schema, text)) == payload
    assert size == len(payload)


def test_the_relay_reads_the_same_event(database: sqlite3.Connection) -> None:
    """With all its attributes, those that were made up at `add`, too."""
    outbox = Outbox(source="/oms/eu")
    made = outbox.add(database, EVENT.type, EVENT.data)
    named = outbox.add(
        database, EVENT.type, EVENT.data, event_id="mine", source="/other"
    )
    first, second = (event_of(CATALOGUE, row) for row in rows(database))
    for read_again, added in ((first, made), (second, named)):
        assert replace(read_again, data={}) == replace(added, data={})
        schema = CATALOGUE.schema(added.type)
        assert encode(schema, 0, read_again.data) == encode(schema, 0, added.data)
    assert (made.source, named.id, named.source) == ("/oms/eu", "mine", "/other")
    assert made.webhook_id == made.id


def test_the_trace_goes_on(database: sqlite3.Connection) -> None:
    """From where the event was added, whenever it is published."""
    with recorded_spans():
        with trace.get_tracer("oms").start_as_current_span("checkout") as span:
            Outbox().add(database, EVENT.type, EVENT.data)
        (row,) = rows(database)
    assert row.entry.traceparent is not None
    trace_id = f"{span.get_span_context().trace_id:032x}"
    assert row.entry.traceparent.split("-")[1] == trace_id
    assert event_of(CATALOGUE, row).traceparent == row.entry.traceparent


def test_people_can_read_it(database: sqlite3.Connection) -> None:
    """Plain JSON, as CloudEvents in JSON are."""
    Outbox().add(database, EVENT.type, EVENT.data)
    data = json.loads(rows(database)[0].entry.data)
    assert data["order_id"] == EVENT.subject
    assert data["occurred_at"].endswith("Z")


@pytest.mark.parametrize(
    ("event_type", "change", "field"),
    [
        ("order.created", {"status": 7}, "status"),
        ("order.created", {"order_id": ""}, "order_id"),
        ("order.created", {"order_id": "SO\0"}, "order_id"),
        ("order.created", {"occurred_at": NOW.replace(tzinfo=None)}, "occurred_at"),
        ("order.creted", {}, "type"),
    ],
)
def test_what_the_producer_refuses_is_refused(
    database: sqlite3.Connection,
    event_type: str,
    change: dict[str, object],
    field: str,
) -> None:
    """With the field, before the database hears of it."""
    with pytest.raises(InvalidEventError) as caught:
        Outbox().add(database, event_type, {**EVENT.data, **change})
    assert caught.value.field == field
    assert rows(database) == []


@pytest.mark.parametrize("given", [{"event_id": "a b"}, {"source": "/a\0b"}])
def test_odd_attributes_are_refused(
    database: sqlite3.Connection, given: dict[str, str]
) -> None:
    """An id that no reader would take, a source that no database would."""
    with pytest.raises(InvalidEventError):
        Outbox().add(database, EVENT.type, EVENT.data, **given)


def test_an_event_that_is_too_large_is_refused(database: sqlite3.Connection) -> None:
    """By the same limit as the producer's, with its largest field."""
    data = {**EVENT.data, "metadata": {"note": "x" * 3_000_000}}
    with pytest.raises(InvalidEventError) as caught:
        Outbox().add(database, EVENT.type, data)
    assert caught.value.field == "metadata"


def _schema(kind: object) -> str:
    fields = [{"name": "order_id", "type": "string"}, {"name": "x", "type": kind}]
    record = {"type": "record", "name": "X", "event_type": "order.x", "fields": fields}
    return json.dumps(record)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ({"type": "bytes", "logicalType": "decimal", "precision": 40, "scale": 3},
         Decimal("-0.500")),
        ({"type": "long", "logicalType": "timestamp-micros"}, NOW),
        ({"type": "long", "logicalType": "local-timestamp-micros"},
         NOW.replace(tzinfo=None)),
        ({"type": "int", "logicalType": "date"}, NOW.date()),
        ({"type": "long", "logicalType": "time-micros"}, NOW.time()),
        ("bytes", b"\x00\xff"),
        ("double", 0.1),
        ("float", 0.1),
        ("long", 2**63 - 1),
        ("string", "\0\u2028 äö"),
        (["null", "string"], None),
        (["null", "long", "string"], "7"),
        ({"type": "map", "values": "long"}, {"b": 1, "a": 2}),
    ],
)  # fmt: skip
def test_odd_values_come_through(kind: object, value: object) -> None:
    """Each logical type, and what JSON is often careless with."""
    schema = parse_schema(_schema(kind))
    data = {"order_id": "1", "x": value}
    assert encode(schema, 0, read(schema, written(schema, data)[0])) == encode(
        schema, 0, data
    )


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (["string", {"type": "long", "logicalType": "timestamp-micros"}], NOW),
        (["string", "bytes"], b"ab"),
    ],
)
def test_what_json_cannot_say_is_refused(kind: object, value: object) -> None:
    """Rather than published as something else."""
    schema = parse_schema(_schema(kind))
    with pytest.raises(InvalidEventError, match="outbox"):
        written(schema, {"order_id": "1", "x": value})


@pytest.mark.parametrize("name", ["", "a b", 'a";--', "a.b.c", "x" * 60, "1a"])
def test_names_of_tables(name: str) -> None:
    """What is none is refused, whatever it holds."""
    with pytest.raises(ConfigurationError, match="no name of a table"):
        Outbox(table=name)
    with pytest.raises(ConfigurationError, match="no name of a table"):
        Inbox("billing", table=name)


def test_tables_in_a_schema_and_in_metadata_of_the_users() -> None:
    """Made once, under the name that was given."""
    metadata = MetaData()
    outbox, inbox = Outbox(table="oms.events"), Inbox("x", table="oms.seen")
    assert outbox.table(metadata) is outbox.table(metadata)
    assert inbox.table(metadata) is inbox.table(metadata)
    assert set(metadata.tables) == {"oms.events", "oms.seen"}


def test_an_inbox_has_a_consumer() -> None:
    """Else all would share their marks."""
    with pytest.raises(ConfigurationError):
        Inbox("")


@pytest.mark.parametrize("event_id", ["", "a b", "a\0", "\u00e9", "\ud800", "x" * 257])
def test_an_inbox_marks_no_text_that_is_no_id(event_id: str) -> None:
    """What comes without one would all be the same event, and have no effect."""
    with sqlite3.connect(":memory:") as connection, pytest.raises(InvalidEventError):
        Inbox("billing").first(connection, event_id)
    connection.close()
