"""Lists on a real Kafka: whoever is killed meanwhile, all of it is told, once."""

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from aiohttp import web

from bus.times import rfc3339
from tests.support.bus import running_bus, wait_until
from tests.support.http_server import serving
from tests.support.kafka import KafkaUnderTest
from tests.support.stored import Intake

pytestmark = [pytest.mark.kafka, pytest.mark.long]

ORDERS, PAGE, KILLS = 200, 10, 3


class Shop:
    """An API that lists its orders, the oldest first."""

    def __init__(self) -> None:
        begin = datetime.now(UTC) - timedelta(hours=10)
        self.orders = [
            {
                "id": 5_000_000_000_000 + number,
                "name": f"#{number}",
                "created_at": rfc3339(begin + timedelta(minutes=number)),
                "updated_at": rfc3339(begin + timedelta(minutes=number)),
                "currency": "EUR",
                "total_price": "19.90",
                "line_items": [],
            }
            for number in range(ORDERS)
        ]
        self.pages = 0

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """A page of it, to who has the token."""
        if request.headers.get("authorization") != "Bearer t0ken":
            return web.Response(status=401)
        self.pages += 1
        since = request.query["since"]
        found = [one for one in self.orders if str(one["updated_at"]) >= since]
        text = json.dumps({"orders": found[: int(request.query["limit"])]})
        return web.Response(text=text, content_type="application/json")


def declared(url: str) -> dict[str, object]:
    """What a source says of its list."""
    return {
        "fetch": {
            "hosts": [url.removeprefix("http://")],
            "credentials": {"token": "t0ken"},
            "per_second": 20,
        },
        "pull": {
            "kind": "list",
            "url": f"{url}/orders?since={{since}}&limit={{page_size}}",
            "headers": {"authorization": "Bearer {credential.token}"},
            "items": "orders",
            "cursor": "updated_at",
            "page_size": PAGE,
            "sent_as": {"x-shopify-topic": "orders/create"},
        },
    }


@pytest.mark.timeout(240)
@pytest.mark.long
async def test_killed_while_a_list_is_read(
    kafka: KafkaUnderTest, tmp_path: Path
) -> None:
    """SIGKILL in the midst of pages: each order is told by one id."""
    async with running_bus(kafka, tmp_path, f"p{uuid4().hex[:6]}") as bus:
        intake, shop = Intake(bus), Shop()
        await intake.open()
        async with serving(shop.answer) as url:
            source = await intake.add("shopify", **declared(url))
            worker = await intake.run()
            for kill in range(KILLS):
                least = (kill + 1) * ORDERS // PAGE // (KILLS + 1)
                await wait_until(lambda: shop.pages >= least, 60, "pages are read")  # noqa: B023 - asked within its turn
                await worker.kill()
                worker = await intake.run()

            async def all_told() -> bool:
                told = {one.order_id for one in await intake.told(source)}
                return len(told) == ORDERS

            await wait_until(all_told, 120, worker.log.read_text()[-2000:])
        told = await intake.told(source)
        ids = {one.order_id: one.id for one in told}
        assert Counter(one.id for one in told).keys() == set(ids.values())
        assert {one.data["via"] for one in told} == {"fetch"}
        assert "t0ken" not in worker.log.read_text()
        assert await worker.stop() == 0
