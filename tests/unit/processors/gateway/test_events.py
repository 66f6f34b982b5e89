"""Publishing over HTTP."""

from typing import cast

import pytest

from bus.access.roles import Role
from bus.identity import webhook_id
from tests.support.gateway import Client, Got, serving
from tests.support.worlds import Worlds

PATH = "/v1/events"


async def example(ask: Client, event_type: str = "order.created") -> dict[str, object]:
    """One that can be published as it is."""
    return (await ask("GET", f"/v1/event-types/{event_type}/example")).json


def keyed(key: str) -> dict[str, str]:
    """The header."""
    return {"Idempotency-Key": key}


async def test_one_is_written_as_the_oms_writes_it(ask: Client, worlds: Worlds) -> None:
    """Under its order id, with its attributes; the answer says where it stands."""
    event = await example(ask)
    got = await ask("POST", PATH, event | {"id": "my-1"}, by="producer")
    assert got.status == 201
    (row,) = got.rows
    (record,) = worlds.records("oms.order")
    assert (row["partition"], row["offset"]) == (record.partition, record.offset)
    assert (row["id"], row["status"], row["topic"]) == ("my-1", "written", "oms.order")
    assert record.key == str(row["order_id"]).encode()
    headers = dict(record.headers)
    assert headers["ce_type"] == b"order.created"
    assert row["webhook_id"] == webhook_id(headers["ce_source"].decode(), "my-1")


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"order_id": None}, "#/data/order_id"),
        ({"lines": [{"sku": 5}]}, "#/data/lines/0/"),
        ({"shade": "blue"}, "#/data/shade"),
        ({"occurred_at": "yesterday"}, "#/data/occurred_at"),
    ],
)
async def test_what_does_not_match_its_schema(
    ask: Client, worlds: Worlds, change: dict[str, object], pointer: str
) -> None:
    """The field is named, nothing is written."""
    event = await example(ask)
    event["data"] = cast("dict[str, object]", event["data"]) | change
    got = await ask("POST", PATH, event)
    assert (got.status, got.slug) == (422, "invalid")
    (fault,) = cast("list[dict[str, str]]", got.json["errors"])
    assert fault["pointer"].startswith(pointer)
    assert worlds.records("oms.order") == []


async def test_a_type_there_is_not(ask: Client) -> None:
    """A similar one is named."""
    got = await ask("POST", PATH, {"type": "order.creatd", "data": {}})
    assert "did you mean order.created?" in got.body.decode()
    assert cast("list[dict[str, str]]", got.json["errors"])[0]["pointer"] == "#/type"


async def test_nobody_speaks_for_the_bus_itself(ask: Client, worlds: Worlds) -> None:
    """An alert that anybody could publish would be believed by those it is for."""
    got = await ask("POST", PATH, await example(ask, "ops.alert_fired"))
    assert got.status == 422
    assert "what the bus says of itself" in got.body.decode()
    places = worlds.broker.partitions(["oms.ops"])
    assert not any(worlds.broker.log(tp).end for tp in places)


async def test_numbers_beyond_64_bits(ask: Client) -> None:
    """Are refused like any other that does not fit, with a key as well."""
    event = {"type": "order.created", "data": {"order_id": 2**80}}
    got = await ask("POST", PATH, {"events": [event]}, headers=keyed("large"))
    assert (got.status, got.rows[0]["status"]) == (207, "refused")


async def test_several_each_with_its_result(ask: Client, worlds: Worlds) -> None:
    """One that is wrong keeps none of the others."""
    event = await example(ask)
    bad = {"type": "order.created", "data": {}}
    got = await ask("POST", PATH, {"events": [event, bad, event]})
    assert got.status == 207
    assert [row["status"] for row in got.rows] == ["written", "refused", "written"]
    faults = cast("list[dict[str, str]]", got.rows[1]["errors"])
    assert faults[0]["pointer"] == "#/events/1/data/order_id"
    assert got.json["written"] == 2
    assert len(worlds.records("oms.order")) == 2
    all_good = await ask("POST", PATH, {"events": [event]})
    assert all_good.status == 201


@pytest.mark.parametrize("count", [0, 501])
async def test_how_many(ask: Client, count: int) -> None:
    """From one to 500."""
    event = {"type": "order.created", "data": {}}
    got = await ask("POST", PATH, {"events": [event] * count})
    assert (got.status, got.slug) == (422, "invalid")
    assert cast("list[dict[str, str]]", got.json["errors"])[0]["pointer"] == "#/events"


async def test_a_repeat_is_not_done_again(ask: Client, worlds: Worlds) -> None:
    """The same key and body: the same answer, one record."""
    event = await example(ask)
    first = await ask("POST", PATH, event, headers=keyed("order-1"))
    again = await ask("POST", PATH, event, headers=keyed('"order-1"'))
    assert again.body == first.body
    assert again.headers["Idempotency-Replayed"] == "true"
    assert len(worlds.records("oms.order")) == 1
    other = await ask("POST", PATH, {"events": [event]}, headers=keyed("order-1"))
    assert (other.status, other.slug) == (422, "idempotency-key-reused")
    by_other = await ask("POST", PATH, event, headers=keyed("order-1"), by="producer")
    assert by_other.status == 201
    assert len(worlds.records("oms.order")) == 2


async def test_a_repeat_elsewhere_carries_the_same_ids(worlds: Worlds) -> None:
    """A gateway that knows nothing of the first one gives the event the same id."""
    ids: list[object] = []
    for body in ("same", "same", "other"):
        async with serving(worlds) as ask:
            event = await example(ask)
            if body == "other":
                event = await example(ask, "order.cancelled")
            got = await ask("POST", PATH, event, headers=keyed("order-1"))
            ids.append(got.rows[0]["webhook_id"])
    assert ids[0] == ids[1] != ids[2]


async def test_what_failed_here_may_be_tried_again(ask: Client, worlds: Worlds) -> None:
    """An answer of 503 is not held."""
    event = await example(ask)
    worlds.schemas.away = True
    first = await ask("POST", PATH, event, headers=keyed("order-1"))
    assert (first.status, first.slug) == (503, "unavailable")
    worlds.schemas.away = False
    again = await ask("POST", PATH, event, headers=keyed("order-1"))
    assert again.status == 201


async def test_only_what_was_refused_is_sent_again(ask: Client, worlds: Worlds) -> None:
    """Under the same key, corrected: what was written is answered, not written."""
    event = await example(ask)
    bad: dict[str, object] = {"type": "order.created", "data": {}}

    async def send(*events: dict[str, object]) -> Got:
        return await ask("POST", PATH, {"events": events}, headers=keyed("batch-1"))

    first = await send(event, bad)
    same = await send(event, bad)
    assert (first.status, same.status) == (207, 207)
    assert same.rows == first.rows
    assert len(worlds.records("oms.order")) == 1
    right = await example(ask, "order.cancelled")
    corrected = await send(event, right)
    assert (corrected.status, corrected.json["written"]) == (201, 2)
    assert corrected.rows[0] == first.rows[0]
    again = await send(event, right)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert len(worlds.records("oms.order")) == 2
    other = await send(event, bad)
    assert (other.status, other.slug) == (422, "idempotency-key-reused")


async def test_what_was_written_cannot_be_corrected(
    ask: Client, worlds: Worlds
) -> None:
    """Nor left out: it stands in Kafka; the row is named, and nothing is written."""
    event = await example(ask)
    bad: dict[str, object] = {"type": "order.created", "data": {}}
    right = await example(ask, "order.cancelled")
    await ask("POST", PATH, {"events": [bad, event]}, headers=keyed("batch-1"))
    for body in ({"events": [right, right]}, {"events": [right]}, right):
        got = await ask("POST", PATH, body, headers=keyed("batch-1"))
        assert (got.status, got.slug) == (422, "idempotency-key-reused")
        (fault,) = cast("list[dict[str, str]]", got.json["errors"])
        assert fault["pointer"] == "#/events/1"
    done = await ask("POST", PATH, {"events": [right, event]}, headers=keyed("batch-1"))
    assert (done.status, len(worlds.records("oms.order"))) == (201, 2)


async def test_what_was_refused_whole_is_not_held(ask: Client) -> None:
    """Nothing was done: corrected, it may come under the same key."""
    bad = {"type": "order.created", "data": {}}
    refused = await ask("POST", PATH, bad, headers=keyed("order-1"))
    assert refused.status == 422
    good = await ask("POST", PATH, await example(ask), headers=keyed("order-1"))
    assert good.status == 201


@pytest.mark.parametrize("key", ["", "two words", "x" * 256, "ä"])
async def test_keys_that_are_none(ask: Client, key: str) -> None:
    """Refused rather than left aside."""
    got = await ask("POST", PATH, {}, headers=keyed(key))
    assert (got.status, got.slug) == (400, "bad-request")


async def test_a_tenant_speaks_for_itself(ask: Client, worlds: Worlds) -> None:
    """Its events have its own source, so that it can take nobody's ids."""
    await ask.keys.add("shop", Role.PRODUCER, "shop")
    event = await example(ask)

    async def send(**more: object) -> Got:
        return await ask("POST", PATH, event | more, by="shop")

    assert (await send()).status == 201
    assert (await send(source="/shop/till-3")).status == 201
    assert (await send(source="/oms/web")).status == 422
    sources = [dict(r.headers)["ce_source"] for r in worlds.records("oms.order")]
    assert sorted(sources) == [b"/shop", b"/shop/till-3"]


@pytest.mark.parametrize("order_id", ["a\x00b", "a\nb", "\x7f", "x" * 201])
async def test_an_order_that_no_path_could_name(
    ask: Client, worlds: Worlds, order_id: str
) -> None:
    """Its events could be published, and never be asked for."""
    event = await example(ask)
    data = cast("dict[str, object]", event["data"]) | {"order_id": order_id}
    got = await ask("POST", PATH, event | {"data": data})
    assert got.status == 422
    (fault,) = cast("list[dict[str, str]]", got.json["errors"])
    assert fault["pointer"] == "#/data/order_id"
    assert "1 to 200 characters" in fault["detail"]
    assert worlds.records("oms.order") == []
