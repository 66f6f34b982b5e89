"""Edits over HTTP: a payload put right, the original kept."""

import json
from collections.abc import Mapping
from typing import cast

from bus.delivery.delivery import Reason
from bus.record import Message
from bus.samples.lifecycles import sample
from tests.support.gateway import Client
from tests.support.orders import STARTED
from tests.support.past import Past
from tests.support.worlds import Worlds

ITEM = "/v1/quarantine/oms.order/0/7"
EVENT = sample("order.created", 1, STARTED)
LETTERS = "/v1/subscriptions/acme/dead-letters"
LETTER = f"{LETTERS}/{EVENT.webhook_id}"


async def example(ask: Client) -> dict[str, object]:
    """Type and data as they can be published."""
    return (await ask("GET", "/v1/event-types/order.created/example")).json


async def put_aside(worlds: Worlds) -> None:
    """A record that nobody can decode, put aside from oms.order/0/7."""
    ours = (
        ("ce_id", b"PAY-7"),
        ("bus-quarantine-reason", b"not framed"),
        ("bus-quarantine-origin", b"oms.order/0/7"),
        ("bus-quarantine-at-ms", b"1000"),
    )
    worlds.broker.append(Message("bus.quarantine", b"SO-1", b"junk", ours))


async def test_a_quarantined_record(ask: Client, worlds: Worlds) -> None:
    """Tried, published, readable at its place; asked again it is not done again."""
    await put_aside(worlds)
    (row,) = (await ask("GET", "/v1/quarantine")).rows
    assert row["actions"] == ["replay", "replace", "discard"]
    edited = await example(ask)
    dry = await ask("POST", f"{ITEM}/replace?dry_run=true", edited)
    assert (dry.status, dry.json["to"], dry.json["record"]) == (200, None, None)
    assert worlds.records("oms.order") == []
    done = await ask("POST", f"{ITEM}/replace", edited, by="support")
    assert (done.status, done.json["already"]) == (200, False)
    record = await ask("GET", str(done.json["record"]))
    assert record.json["type"] == "order.created"
    headers = cast("list[dict[str, str]]", record.json["headers"])
    assert {"name": "orderbus-edited-of", "value": "oms.order/0/7"} in headers
    again = await ask("POST", f"{ITEM}/replace", edited)
    assert again.json == done.json | {"already": True}
    (row,) = (await ask("GET", "/v1/quarantine")).rows
    assert (row["state"], row["actions"]) == ("replaced", [])
    edits = [c for c in worlds.audited() if c.action == "edit"]
    assert [(c.actor, c.entity) for c in edits] == [
        (str(dict(edits[0].after or {})["by"]), "quarantine")
    ]
    assert not edits[0].actor.startswith("cli:")


async def test_what_does_not_fit_names_its_field(ask: Client, worlds: Worlds) -> None:
    """A pointer into the body; the record stays pending."""
    await put_aside(worlds)
    edited = await example(ask)
    edited["data"] = cast("dict[str, object]", edited["data"]) | {"lines": [{"sku": 5}]}
    got = await ask("POST", f"{ITEM}/replace", edited)
    assert (got.status, got.slug) == (422, "invalid")
    (fault,) = cast("list[dict[str, str]]", got.json["errors"])
    assert fault["pointer"].startswith("#/data/lines/0/")
    untyped = await ask("POST", f"{ITEM}/replace", {"data": edited["data"]})
    assert (
        cast("list[dict[str, str]]", untyped.json["errors"])[0]["pointer"] == "#/type"
    )
    assert [r["state"] for r in (await ask("GET", "/v1/quarantine")).rows] == [
        "pending"
    ]


async def test_who_may(ask: Client) -> None:
    """A partner has no business with the quarantine; what there is not is 404."""
    edited = await example(ask)
    assert (await ask("POST", f"{ITEM}/replace", edited, by="partner")).status == 403
    assert (await ask("POST", f"{ITEM}/replace", edited)).status == 404


async def test_a_partner_corrects_what_it_refused(ask: Client, worlds: Worlds) -> None:
    """From the record's own data; the same event, to this subscription alone."""
    await ask.api.world.table.ready()
    past = Past(ask.api.world)
    await past.subscribe(owner="acme")
    await past.die("acme", EVENT, await past.produce(EVENT), reason=Reason.REFUSED)
    (row,) = (await ask("GET", LETTERS, by="partner")).rows
    assert row["actions"] == ["replay", "replace", "discard"]
    record = (await ask("GET", str(row["record"]), by="partner")).json
    data = {**cast("Mapping[str, object]", record["data"]), "purchase_order": "PO-9"}
    sent = json.dumps({"data": data}).encode()
    done = await ask("POST", f"{LETTER}/replace", data=sent, by="partner")
    assert done.status == 200
    assert done.json["event_id"] == EVENT.webhook_id
    (hop,) = worlds.records("bus.retry.acme.1s")
    assert hop.value != worlds.records("oms.order")[0].value
    assert (await ask("GET", LETTER)).rows[0]["state"] == "replaced"
    foreign = await ask("POST", f"{LETTER}/replace", data=sent, by="stranger")
    assert foreign.status == 404


async def test_only_what_can_take_it(ask: Client) -> None:
    """A paused subscription says so; with force it waits there."""
    await ask.api.world.table.ready()
    past = Past(ask.api.world)
    await past.subscribe(owner="acme")
    await past.die("acme", EVENT, await past.produce(EVENT), reason=Reason.EXHAUSTED)
    edited = await example(ask)
    other = await ask("POST", f"{LETTER}/replace", edited)
    assert (other.status, other.slug) == (409, "conflict")
    assert "replay it as it is" in str(other.json["detail"])
    (row,) = (await ask("GET", LETTERS)).rows
    assert row["actions"] == ["replay", "discard"]
    await ask("POST", "/v1/subscriptions/acme/pause")
    assert (await ask("POST", f"{LETTER}/replace", edited)).status == 409
