"""What pages show, over HTTP: causes, who did not get what, topics and groups."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import cast

import pytest
import pytest_asyncio

from processors.gateway.logged import LAG
from tests.support.lively import SHOP, Lively, lively

pytestmark = pytest.mark.asyncio(loop_scope="module")
Row = dict[str, object]
ORDER = "SO-000009-5347B"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Lively]:
    """A bus at which much goes on."""
    folder: Path = tmp_path_factory.mktemp("lively")
    async with lively(folder) as served:
        yield served


def rows(told: Row, name: str) -> list[Row]:
    """A list in a document."""
    return cast("list[Row]", told[name])


async def test_dead_letters_by_cause(site: Lively) -> None:
    """The most first, in pages; a tenant's own alone; quarantine is no tenant's."""
    first = (await site.ask("GET", "/v1/dead-letter-causes?limit=1")).json
    (one,) = rows(first, "data")
    assert (one["subscription"], one["reason"], one["count"]) == (SHOP, "exhausted", 6)
    assert (one["status"], one["at_least"], one["removed"]) == (503, False, False)
    assert one["actions"] == ["replay", "discard"]
    assert str(one["oldest_at"]) <= str(one["newest_at"])
    path = f"/v1/dead-letter-causes?limit=1&cursor={first['next']}"
    (other,) = rows((await site.ask("GET", path)).json, "data")
    assert (other["subscription"], other["reason"]) == ("hooli-market", "refused")
    found = await site.ask("GET", "/v1/dead-letter-causes?q=refused")
    assert rows(found.json, "data") == [other]
    mine = await site.ask("GET", "/v1/dead-letter-causes", by="partner")
    assert [row["subscription"] for row in mine.rows] == [SHOP]
    assert (await site.ask("GET", "/v1/dead-letter-causes", by="stranger")).rows == []


async def test_quarantine_by_cause(site: Lively) -> None:
    """Each with what it means and what to do."""
    got = await site.ask("GET", "/v1/quarantine-causes")
    found = {str(one["reason"]): one for one in got.rows}
    assert found["not_framed"]["count"] == 2
    assert found["not_framed"]["topic"] == "oms.order"
    assert found["not_framed"]["meaning"]
    assert found["not_framed"]["what_to_do"]
    assert found["not_framed"]["actions"] == ["replay", "discard"]
    assert {one["source"] for one in got.rows} == {"", "/oms/web"}
    for asks, reasons in (
        ("limit=1", {"not_framed"}),
        ("q=SCHEMA+77", set()),
        ("q=schema+with+id+77", {"unknown_schema"}),
        ("source=/oms/web", {"unknown_schema"}),
        ("source=-", {"not_framed", "no_value"}),
        ("reason=no_value&topic=oms.order", {"no_value"}),
        ("topic=oms.payment", set()),
    ):
        some = await site.ask("GET", f"/v1/quarantine-causes?{asks}")
        assert {one["reason"] for one in some.rows} == reasons, asks
    assert (await site.ask("GET", "/v1/quarantine-causes", by="partner")).status == 403


async def test_who_did_not_get_an_event(site: Lively) -> None:
    """Whom it reached, what keeps the others, and why nobody tried the rest."""
    order = (await site.ask("GET", f"/v1/orders/{ORDER}/reach")).json
    assert order["order_id"] == ORDER
    events = rows(order, "events")
    assert sum(cast("int", one["sent_to"]) for one in events) == order["sent_to"]
    event = next(one for one in events if len(rows(one, "open")) > 1)
    got = await site.ask("GET", f"/v1/events/{event['event_id']}/reach")
    told = got.json
    assert LAG in got.headers
    assert {k: told[k] for k in ("sent_to", "accepted")} == {
        k: event[k] for k in ("sent_to", "accepted")
    }
    shop = next(one for one in rows(told, "open") if one["subscription"] == SHOP)
    assert (shop["state"], shop["reason"]) == ("dead_letter", "exhausted")
    assert (shop["attempts"], shop["due_at"]) == (4, None)
    codes = {str(one["subscription"]): one["code"] for one in rows(told, "absent")}
    assert codes["wonka-pim"] == "removing"
    assert codes["globex-wms"] == "held"
    assert SHOP not in codes


async def test_a_tenant_hears_of_its_own(site: Lively) -> None:
    """What was never tried for it is not there; of others not a word."""
    order = (await site.ask("GET", f"/v1/orders/{ORDER}/reach", by="partner")).json
    named = {str(one["subscription"]) for one in rows(order, "open")}
    assert named == {SHOP, "acme-erp"}
    event = rows(order, "events")[-1]["event_id"]
    got = await site.ask("GET", f"/v1/events/{event}/reach", by="partner")
    assert "hooli" not in got.body.decode()
    for path in (f"/v1/orders/{ORDER}/reach", f"/v1/events/{event}/reach"):
        assert (await site.ask("GET", path, by="stranger")).status == 404


async def test_topics_and_groups(site: Lively) -> None:
    """As declared, by partition, with what waits for whom."""
    got = await site.ask("GET", f"/v1/topics?q=RETRY.{SHOP}&limit=2")
    assert [row["name"] for row in got.rows] == [
        f"bus.retry.{SHOP}.1s",
        f"bus.retry.{SHOP}.30s",
    ]
    assert {row["state"] for row in got.rows} == {"as declared"}
    one = (await site.ask("GET", f"/v1/topics/bus.retry.{SHOP}.30s")).json
    partitions = rows(one, "in_partitions")
    assert sum(cast("int", part["waiting"]) for part in partitions) == 7
    assert one["group"] == "bus.retry"
    dead = (await site.ask("GET", f"/v1/topics/bus.dlq.{SHOP}")).json
    assert dead["group"] is None
    assert {part["waiting"] for part in rows(dead, "in_partitions")} == {None}
    groups = (await site.ask("GET", "/v1/groups")).rows
    retry = next(group for group in groups if group["name"] == "bus.retry")
    assert retry["waiting"] == 10 + 90  # and what shrinks
    assert {
        (str(part["topic"]), part["waiting"]) for part in rows(retry, "topics")
    } >= {(f"bus.retry.{SHOP}.30s", 7)}
    assert (await site.ask("GET", "/v1/topics/nobody.knows")).status == 404
