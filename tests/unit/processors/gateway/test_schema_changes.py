"""Versions of schemas over HTTP, and what differs between two."""

from tests.support.gateway import Client
from tests.support.schema_past import gone_field, older_schema
from tests.support.worlds import Worlds

ONE = "/v1/event-types/order.created"


async def test_a_file_that_no_registry_has(ask: Client) -> None:
    """Is the only version, and there is nothing to compare it with."""
    got = await ask("GET", f"{ONE}/versions")
    assert [(row["id"], row["shipped"]) for row in got.rows] == [(0, True)]
    assert got.json["subject"] == "oms.order-oms.order.v1.OrderCreated"
    alone = await ask("GET", f"{ONE}/changes")
    assert (alone.status, alone.slug) == (404, "not-found")
    assert "no version before it" in str(alone.json["detail"])


async def test_the_newest_and_the_one_before(ask: Client, worlds: Worlds) -> None:
    """In words, with whom it breaks; a file that none has is a version as well."""
    first = await worlds.schemas.register("s", older_schema())
    got = await ask("GET", f"{ONE}/versions", by="partner")
    assert [row["id"] for row in got.rows] == [0, first]
    second = await worlds.schemas.register("s", await _shipped(ask))
    got = await ask("GET", f"{ONE}/versions")
    found = [(row["id"], row["shipped"]) for row in got.rows]
    assert found == [(second, True), (first, False)]
    told = (await ask("GET", f"{ONE}/changes")).json
    assert (told["older"], told["newer"]) == (first, second)
    changes = {c["kind"]: c["place"] for c in told["changes"]}  # type: ignore[attr-defined]
    assert changes == {"added": gone_field(), "meaning": "order_id"}
    assert told["breaks_new"] == told["breaks_old"] == []
    turned = await ask("GET", f"{ONE}/changes?older={second}&newer={first}")
    kinds = {c["kind"] for c in turned.json["changes"]}  # type: ignore[attr-defined]
    assert kinds == {"removed", "meaning"}


async def test_what_cannot_be_compared(ask: Client, worlds: Worlds) -> None:
    """An id that it has not, a text that is none, a registry that is away."""
    odd = '{"type": "record", "name": "X", "event_type": "order.created", "fields": 7}'
    await worlds.schemas.register("s", odd)
    assert (await ask("GET", f"{ONE}/changes?older=77")).status == 404
    assert (await ask("GET", f"{ONE}/changes?older=-1")).status == 400
    assert (await ask("GET", f"{ONE}/changes")).status == 409
    worlds.schemas.away = True
    assert (await ask("GET", f"{ONE}/versions")).status == 503
    assert (await ask("GET", "/v1/event-types/no.such/versions")).status == 404


async def _shipped(ask: Client) -> str:
    return (await ask("GET", f"{ONE}/schema")).body.decode()
