"""Webhooks that a shop lost, on a real Kafka: made again, used, and few enough.

The whole loop: convert has the shop hold one, the shop sends by it what it signs with
the secret that it was given, and the door takes it.
"""

import hmac
import json
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast
from uuid import uuid4

import pytest
from aiohttp import ClientSession, web

from bus.intake.sources import Source
from tests.support.bus import Bus, Worker, running_bus, wait_until
from tests.support.http_server import serving
from tests.support.kafka import KafkaUnderTest
from tests.support.stored import Intake, shipped

pytestmark = pytest.mark.kafka

SECRET = "wc-own-secret-of-this-shop"  # noqa: S105 - made up
TOKEN = "YTpiYzE"  # noqa: S105 - made up
CREATED, UPDATED = "order.created", "order.updated"


@dataclass
class Shop:
    """WooCommerce: holds webhooks, sends orders by them, and loses them."""

    held: list[dict[str, str]] = field(default_factory=list)
    strangers: int = 0

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """List, make or change webhooks, for who has the key."""
        if request.headers.get("authorization") != f"Basic {TOKEN}":
            self.strangers += 1
            return web.Response(status=401)
        if request.method == "GET":
            shown = ("id", "topic", "delivery_url", "status")
            return web.json_response([{n: one[n] for n in shown} for one in self.held])
        said = await request.json()
        if request.method == "PUT":
            id_ = request.path.rpartition("/")[2]
            one = next(one for one in self.held if one["id"] == id_)
        else:
            one = {"id": str(len(self.held) + 7), "status": "active"}
            self.held.append(one)
        one.update(said)
        return web.json_response(one)

    def active(self) -> set[str]:
        """The topics that it would send."""
        return {one["topic"] for one in self.held if one["status"] == "active"}

    async def sells(self, number: int) -> int:
        """An order, sent as its webhook says; how that was answered."""
        hook = next(one for one in self.held if one["topic"] == CREATED)
        _, samples = shipped("woocommerce")
        plain = cast("dict[str, object]", json.loads(samples[0].body))
        body = json.dumps({**plain, "id": number, "number": str(number)}).encode()
        signature = hmac.digest(hook["secret"].encode(), body, "sha256")
        headers = {
            "x-wc-webhook-topic": CREATED,
            "x-wc-webhook-delivery-id": f"d-{number}",
            "x-wc-webhook-signature": b64encode(signature).decode(),
        }
        async with (
            ClientSession() as client,
            client.post(hook["delivery_url"], data=body, headers=headers) as got,
        ):
            return got.status


@asynccontextmanager
async def door_of(bus: Bus) -> AsyncIterator[str]:
    """A door, and where it is."""
    worker = await bus.run("intake", intake_port=0, data_dir=bus.folder / "data")
    await worker.ready()
    (told,) = worker.lines("intake_serves")
    yield str(told["url"])
    assert await worker.stop() == 0


async def looked(worker: Worker, event: str, count: int) -> None:
    """Return once it has said so, so often."""
    await wait_until(
        lambda: len(worker.lines(event)) == count,
        60,
        f"{count} {event}; {worker.log.read_text()[-2000:]}",
    )


async def source_at(intake: Intake, door: str, shop: str) -> Source:
    """The shop's source; it knows its own address, and whom to ask."""
    name = f"woocommerce-{intake.suffix}"
    source = await intake.add(
        "woocommerce",
        url=f"{door}/in/{name}",
        settings={"api": shop, "webhooks": f"{CREATED}, {UPDATED}"},
        secrets=[{"id": "s-1", "value": SECRET, "since": "2020-01-01T00:00:00Z"}],
        fetch={
            "hosts": [shop.removeprefix("http://")],
            "credentials": {"basic": TOKEN},
            "per_second": 1000,
        },
    )
    await wait_until(lambda: accepts(source.url), 30, "the door knows it")
    return source


async def accepts(address: str) -> bool:
    """Whether a door knows a source by now; WooCommerce's own ping asks it."""
    ping = {"webhook_id": "7"}
    async with ClientSession() as client, client.post(address, data=ping) as got:
        return got.status == 200


async def sold(intake: Intake, source: Source, shop: Shop, number: int) -> None:
    """An order goes all the way, by the webhook that was made."""
    assert await shop.sells(number) == 200
    name = f"woocommerce.{source.id}.{number}"

    async def told() -> bool:
        return name in {one.order_id for one in await intake.told(source)}

    await wait_until(told, 60, f"{name} is told")


@pytest.mark.timeout(240)
@pytest.mark.long
async def test_made_again_used_and_not_without_end(
    kafka: KafkaUnderTest, tmp_path: Path
) -> None:
    """Each process looks as it begins; three a day are made, whoever is killed."""
    async with running_bus(kafka, tmp_path, f"w{uuid4().hex[:6]}") as bus:
        intake, shop = Intake(bus), Shop()
        await intake.open()
        async with door_of(bus) as door, serving(shop.answer) as url:
            source = await source_at(intake, door, url)
            worker = await intake.run()
            await looked(worker, "webhook_made", 2)
            assert shop.active() == {CREATED, UPDATED}
            await sold(intake, source, shop, 4711)
            await worker.kill()

            shop.held[0]["status"] = "disabled"
            worker = await intake.run()
            await looked(worker, "webhook_made", 1)
            assert worker.lines("webhook_made")[0]["switched_on"] is True
            assert shop.active() == {CREATED, UPDATED}
            await sold(intake, source, shop, 4712)
            await worker.kill()

            shop.held.clear()
            worker = await intake.run()
            await looked(worker, "webhooks_gone", 1)
            assert worker.lines("webhook_made") == shop.held == []
            assert shop.strangers == 0
            assert await worker.stop() == 0
        said = "".join(one.log.read_text() for one in bus.workers)
        assert SECRET not in said
        assert TOKEN not in said
