"""What `docs/producers.md` tells foreign producers is what becomes of their records."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bus.client.schemas import load_catalogue
from bus.contracts.lifts import LOGICAL
from bus.delivery.attributes import read_attributes
from bus.delivery.headers import build_event
from bus.delivery.structured import Version, event_of, is_json, open_json
from bus.delivery.subscription import parse_subscription
from bus.errors import DecodeError
from bus.event import Event
from bus.record import Headers
from bus.topics.topology import Topology
from tests.support.facts import a_record

ROOT = Path(__file__).parents[3]
TEXT = (ROOT / "docs" / "producers.md").read_text(encoding="utf-8")
TOPOLOGY = Topology.parse((ROOT / "deploy" / "topics.yaml").read_text())
STRUCTURED = ("content-type", b"application/cloudevents+json")
ARRIVED = datetime(2025, 11, 24, 16, tzinfo=UTC)


def table(first: str) -> list[list[str]]:
    """The cells of the rows of the table whose first column is called so."""
    body = TEXT.partition(f"| {first} |")[2].partition("\n\n")[0]
    rows = [line.strip("| ").split(" | ") for line in body.splitlines()[2:]]
    assert rows
    return rows


def event(headers: Headers, data: dict[str, object], key: bytes | None = b"K") -> Event:
    """The event of a record with these parts."""
    record = a_record(headers=headers, key=key)
    return build_event(record, read_attributes(record), data, 1, "schema.type")


def test_every_attribute_is_listed() -> None:
    """With the header that has it."""
    named = {cells[0]: cells[1] for cells in table("attribute")}
    assert [f"`ce_{name}`" for name in ("id", "source", "type", "subject", "time")] == (
        list(named.values())[:5]
    )
    assert named["trace"] == "`traceparent`, else `ce_traceparent`"


@pytest.mark.parametrize("value", [None, b"", b"\xff", ...])
def test_what_takes_the_place_of_attributes(value: object) -> None:
    """As the table says, whether a header is missing, null, empty or not UTF-8."""
    names = ("ce_id", "ce_source", "ce_type", "ce_subject", "ce_time")
    headers = () if value is ... else tuple((name, value) for name in names)
    found = event(headers, {"order_id": "SO-1"})  # type: ignore[arg-type]
    assert found.id.startswith("oms.order-2-41")
    assert found.source == "/oms.order"
    assert found.type == "schema.type"
    assert found.subject == "SO-1"
    assert found.time == ARRIVED
    assert event(headers, {}).subject == "K"  # type: ignore[arg-type]
    timed: dict[str, object] = {
        "order_id": "SO-1",
        "occurred_at": "2026-01-01t00:00:00z",
    }
    assert event((), timed).time == datetime(2026, 1, 1, tzinfo=UTC)
    with pytest.raises(DecodeError):
        event((), {}, None)


def test_the_characters_of_types() -> None:
    """What the page lists can be subscribed to; a `*` in the middle cannot."""
    (listed,) = re.findall(r"any of the characters `([^`]+)`", TEXT)
    kinds = {"A-Z": "Z", "a-z": "a", "0-9": "0", ".": "a.b"}
    for part in listed.split():
        pattern = kinds.get(part, f"a{part}b")
        given = {"id": "erp", "url": "https://erp.example/", "types": [pattern]}
        assert parse_subscription(given).types == (pattern,)


def test_the_example_is_an_event() -> None:
    """The envelope as it stands on the page, by the schema there is."""
    (block,) = re.findall(r"^```json\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
    record = a_record(headers=(STRUCTURED,))._replace(value=block.encode())
    schema = load_catalogue().schema(json.loads(block)["type"])
    found = event_of(record, open_json(record), (Version(1, schema),))
    assert (found.id, found.source, found.subject) == ("61a1", "/shop", "SO-1001")


@pytest.mark.parametrize(
    ("headers", "value"),
    [
        ((STRUCTURED,), b"{}"),
        ((("content-type", b"application/json"),), b"{}"),
        ((("content-type", b"application/vnd.shop+json"),), b"{}"),
        ((("ce_type", b"a.b"),), b"{}"),
        ((("content-type", b"application/cloudevents-batch+json"),), b"[]"),
    ],
)
def test_the_content_types(headers: Headers, value: bytes) -> None:
    """Each of the table is looked into; a batch is told to come one by one."""
    record = a_record(headers=headers)._replace(value=value)
    assert is_json(record)
    if value == b"[]":
        with pytest.raises(DecodeError, match="one event a record"):
            open_json(record)


def test_every_avro_type_has_its_json() -> None:
    """The table names each type that is written in a way of its own."""
    said = " ".join(cells[0] for cells in table("Avro"))
    for _, logical in LOGICAL:
        stem = re.sub(r"-(millis|micros|nanos)$", "-…", str(logical))
        assert f"`{stem}`" in said
    for kind in ("int", "long", "float", "double", "string", "bytes", "fixed"):
        assert f"`{kind}`" in said
    for kind in ("decimal", "enum", "union", "record", "map"):
        assert kind in said


def test_the_access_of_each_role_names_our_topics() -> None:
    """Every topic and group that the bus uses is covered by a row of the processors."""
    rows = table("role")
    prefixes = [
        text.rstrip("*")
        for cells in rows
        if cells[0].startswith("processors")
        for text in re.findall(r"topic `([^`]+)`", cells[1])
    ]
    ours = {topic.name for topic in TOPOLOGY.fixed()} | {"bus.retry.x.1s", "bus.dlq.x"}
    for topic in ours:
        assert any(topic.startswith(prefix) for prefix in prefixes), topic


def test_the_topics_are_stamped_by_the_broker() -> None:
    """So that a producer's timestamp never counts, as the page says."""
    for topic in TOPOLOGY.fixed():
        if topic.name.startswith("oms."):
            assert topic.config["message.timestamp.type"] == "LogAppendTime"


def test_pages_that_lead_here() -> None:
    """The README and the page about quarantine name it."""
    for page in ("README.md", "docs/quarantine.md"):
        assert "producers.md" in (ROOT / page).read_text(encoding="utf-8")
