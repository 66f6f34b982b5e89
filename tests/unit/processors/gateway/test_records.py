"""Records by their place over HTTP, and events in the form that is asked for."""

import json
from base64 import b64decode
from collections.abc import Mapping
from typing import cast
from xml.etree import ElementTree as ET

import pytest

from bus.delivery.delivery import Reason
from bus.event import Event
from bus.record import Message, Record, TopicPartition, Written
from bus.samples.lifecycles import sample
from bus.topics.topic import TopicState
from bus.webhook.rendering import NAMESPACE
from tests.contract.log.rows import event as logged_event
from tests.contract.log.rows import write
from tests.support.gateway import Client, Got
from tests.support.orders import STARTED
from tests.support.past import Past
from tests.support.worlds import Worlds

XML, CLOUDEVENTS = "application/xml", "application/cloudevents+json"


def path_of(at: Record | Written, tail: str = "") -> str:
    """Of the record at a place."""
    return f"/v1/records/{at.topic}/{at.partition}/{at.offset}{tail}"


async def produced(ask: Client) -> tuple[Past, Event, Record]:
    """An event on its source topic."""
    await ask.api.world.table.ready()
    past, event = Past(ask.api.world), sample("order.created", 1, STARTED)
    return past, event, await past.produce(event)


async def body(ask: Client, path: str, accept: str, by: str = "operator") -> Got:
    """A body in some form."""
    return await ask("GET", path, by=by, headers={"Accept": accept})


async def test_an_event_with_its_data_as_it_can_be_published(ask: Client) -> None:
    """Bytes, headers, content; `data` is taken by POST /v1/events as it is."""
    _, event, record = await produced(ask)
    got = (await ask("GET", path_of(record))).json
    assert (got["kind"], got["type"], got["problem"]) == ("event", event.type, None)
    assert b64decode(str(got["value"])) == record.value
    headers = cast("list[dict[str, str]]", got["headers"])
    assert {"name": "ce_type", "value": "order.created"} in headers
    shown = cast("Mapping[str, object]", got["event"])
    assert shown["id"] == event.webhook_id
    new = {"type": got["type"], "data": got["data"]}
    again = await ask("POST", "/v1/events", new)
    assert again.status == 201
    copy = await ask("GET", path_of(Written("oms.order", *_at(again))))
    assert copy.json["data"] == got["data"]


def _at(got: Got) -> tuple[int, int]:
    (row,) = got.rows
    return cast("int", row["partition"]), cast("int", row["offset"])


async def test_a_dead_letter(ask: Client) -> None:
    """Its partner reads it; where it began is told; a stranger finds nothing."""
    past, event, record = await produced(ask)
    await past.subscribe(owner="acme")
    at = await past.die("acme", event, record, reason=Reason.REFUSED)
    got = await ask("GET", path_of(at), by="partner")
    row = got.json
    assert (row["kind"], row["reason"]) == ("dead_letter", "refused")
    assert row["origin"] == f"{record.topic}/{record.partition}/{record.offset}"
    assert cast("Mapping[str, object]", row["event"])["id"] == event.webhook_id
    assert (await ask("GET", str(row["body"]), by="partner")).status == 200
    listed = await ask("GET", "/v1/subscriptions/acme/dead-letters", by="partner")
    assert [letter["record"] for letter in listed.rows] == [path_of(at)]
    assert (await ask("GET", path_of(at), by="stranger")).status == 404


async def test_its_body_goes_through_its_transform(ask: Client) -> None:
    """The body is the one that this partner gets."""
    past, event, record = await produced(ask)
    await past.subscribe(owner="acme", transform="{order: order_id}")
    at = await past.die("acme", event, record)
    got = await ask("GET", path_of(at, "/body"), by="partner")
    assert got.json["data"] == {"order": event.subject}
    source = await ask("GET", path_of(record, "/body"))
    assert source.json["data"] != got.json["data"]


@pytest.mark.parametrize("tail", ["", "/body"])
async def test_what_a_tenant_does_not_read(ask: Client, tail: str) -> None:
    """Source topics and the quarantine are not there for it, and not asked for."""
    _, _, record = await produced(ask)
    for topic in ("oms.order", "bus.quarantine", "bus.retry.acme.1s", "bus.dlq.acme"):
        got = await ask(
            "GET", path_of(record._replace(topic=topic), tail), by="partner"
        )
        assert (got.status, got.slug) == (404, "not-found")


@pytest.mark.parametrize(
    "topic", ["bus.subscriptions", "bus.keys", "bus.audit", "_schemas", "nobodys"]
)
async def test_configuration_is_never_read(
    ask: Client, worlds: Worlds, topic: str
) -> None:
    """With no key: what is sealed in it is no payload."""
    if topic not in worlds.broker.topics:
        worlds.broker.create(TopicState(topic, 1, 1))
    at = worlds.broker.append(Message(topic, b"x", b"{}"))
    assert await ask.api.world.reader.at(at.topic, at.partition, at.offset)
    assert (await ask("GET", path_of(at))).status == 404


async def test_what_nobody_can_decode(ask: Client, worlds: Worlds) -> None:
    """Its bytes and why; the quarantine's own record says where it stood."""
    ours = (
        ("ce_type", b"order.created"),
        ("bus-quarantine-reason", b"the registry has no schema with id 99"),
        ("bus-quarantine-origin", b"oms.order/0/7"),
        ("bus-quarantine-at-ms", b"1000"),
    )
    worlds.broker.append(Message("bus.quarantine", b"SO-1", b"\0\0\0\0\x63x", ours))
    (item,) = (await ask("GET", "/v1/quarantine")).rows
    got = await ask("GET", str(item["record"]))
    assert (got.json["kind"], got.json["origin"]) == ("quarantined", "oms.order/0/7")
    assert "no schema with id 99" in str(got.json["problem"])
    assert (got.json["schema_id"], got.json["body"]) == (99, None)
    refused = await ask("GET", f"{item['record']}/body")
    assert (refused.status, refused.slug) == (409, "conflict")
    await ask("POST", "/v1/quarantine:discard")


async def test_what_was_never_there_and_what_is_no_more(
    ask: Client, worlds: Worlds
) -> None:
    """404 before its time, 410 after it."""
    _, _, record = await produced(ask)
    later = record._replace(offset=record.offset + 1)
    assert (await ask("GET", path_of(later))).status == 404
    tp = TopicPartition(record.topic, record.partition)
    worlds.broker.expire(tp, record.offset + 1)
    for tail in ("", "/body"):
        got = await ask("GET", path_of(record, tail))
        assert (got.status, got.slug) == (410, "expired")


async def test_a_registry_that_is_away(ask: Client, worlds: Worlds) -> None:
    """The bytes are shown all the same; a body is asked for again later."""
    _, _, record = await produced(ask)
    worlds.schemas.away = True
    got = await ask("GET", path_of(record))
    assert (got.status, got.json["event"]) == (200, None)
    assert "registry" in str(got.json["problem"])
    late = await ask("GET", path_of(record, "/body"))
    assert (late.status, late.slug) == (503, "unavailable")


# --- forms


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        ("*/*", "application/json"),
        ("", "application/json"),
        (XML, "application/xml; charset=utf-8"),
        (f"{CLOUDEVENTS}, */*;q=0.1", f"{CLOUDEVENTS}; charset=utf-8"),
        (f"application/json;q=0.5, {XML};q=0.8", "application/xml; charset=utf-8"),
        ("application/json;q=0, */*", "application/xml; charset=utf-8"),
        ("application/*;q=0.2, application/json;q=0.1", "application/xml"),
        ("text/html, *; q=.2, */*; q=0.2", "application/json"),
        ("application/json;odata=verbose", "application/json"),
    ],
)
async def test_the_form_by_accept(ask: Client, accept: str, form: str) -> None:
    """RFC 9110: the most specific range gives the weight; malformed ones none."""
    _, _, record = await produced(ask)
    got = await body(ask, path_of(record, "/body"), accept)
    assert got.status == 200
    assert got.headers["Content-Type"].startswith(form)
    assert got.headers["Vary"] == "Accept"


async def test_all_forms_say_the_same(ask: Client) -> None:
    """Byte for byte what partners get."""
    _, event, record = await produced(ask)
    path = path_of(record, "/body")
    plain = json.loads((await body(ask, path, "application/json")).body)
    cloud = json.loads((await body(ask, path, CLOUDEVENTS)).body)
    tree = ET.fromstring((await body(ask, path, XML)).body)  # noqa: S314 - ours
    assert plain["id"] == cloud["id"] == event.webhook_id
    assert cloud["data"]["data"] == plain["data"]
    assert tree.findtext(f"{{{NAMESPACE}}}id") == event.webhook_id


@pytest.mark.parametrize("accept", ["text/html", "application/*;q=0", "nonsense"])
async def test_forms_there_are_not(ask: Client, accept: str) -> None:
    """406 with those there are."""
    _, _, record = await produced(ask)
    got = await body(ask, path_of(record, "/body"), accept)
    assert (got.status, got.slug) == (406, "not-acceptable")
    assert XML in str(got.json["detail"])
    assert got.headers["Vary"] == "Accept"
    (fault,) = cast("list[dict[str, str]]", got.json["errors"])
    assert fault["parameter"] == "Accept"


async def test_an_event_by_its_id(ask: Client) -> None:
    """The log says where it stands; another record there is no answer."""
    _, event, record = await produced(ask)
    at = f"{record.topic}/{record.partition}/{record.offset}"
    row = logged_event(1, event_id=event.webhook_id)
    place = row.at._replace(
        topic=record.topic, partition=record.partition, offset=record.offset
    )
    await write(ask.log, row._replace(at=place))
    path = f"/v1/events/{event.webhook_id}"
    shown = (await ask("GET", path)).rows[0]
    assert shown["record"] == f"/v1/records/{at}"
    got = await body(ask, f"{path}/body", XML)
    assert event.webhook_id.encode() in got.body
    assert "Orderbus-Log-Lag" in got.headers
    assert (await ask("GET", f"/v1/events/{'0' * 32}/body")).status == 404
    assert (await ask("GET", f"{path}/body", by="partner")).status == 403


async def test_an_event_whose_topic_was_made_anew(ask: Client) -> None:
    """What stands there now is another event: that is said, not shown."""
    _, _, record = await produced(ask)
    row = logged_event(1, event_id="5f0c0c9e-4a54-4b6e-9d5e-0d0a7a8c9d11")
    place = row.at._replace(
        topic=record.topic, partition=record.partition, offset=record.offset
    )
    await write(ask.log, row._replace(at=place))
    got = await ask("GET", f"/v1/events/{row.event_id}/body")
    assert (got.status, got.slug) == (409, "conflict")
