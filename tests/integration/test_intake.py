"""`bus run intake` on a real Kafka: what it has answered 2xx is there to be read."""

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from aiohttp import ClientError, ClientSession, ClientTimeout

from bus.adapters.jvm import EmbeddedKafka
from bus.intake.raw import Raw, read_raw
from bus.intake.verifying.verdict import Reason
from processors.sources.document import draft
from processors.sources.steps import add
from processors.wiring.intake_sources import open_sources
from tests.support.bus import Bus, Worker, running_bus, wait_until
from tests.support.door import SECRET, signed
from tests.support.kafka import KafkaUnderTest, cache_dir
from tests.support.pace import patience

pytestmark = pytest.mark.kafka


@dataclass
class Sender:
    """Posts orders to a source, one after the other; notes which were answered 2xx."""

    url: str
    source: str
    answered: list[int] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)

    async def post(self, session: ClientSession, number: int) -> int:
        """One order; 0: no answer."""
        body = json.dumps({"id": number % 50, "n": number}).encode()
        headers = signed(body) if self.source == "shop" else {}
        with suppress(ClientError, TimeoutError):
            async with session.post(
                f"{self.url}/in/{self.source}", data=body, headers=headers
            ) as got:
                self.statuses.append(got.status)
                if got.status < 300:
                    self.answered.append(number)
                return got.status
        return 0


async def add_sources(bus: Bus) -> None:
    """A shop that signs and tries again, and a sender that does neither."""
    async with open_sources(bus.settings) as world:
        shop = {"id": "shop", "channel": "shopify", "secret": SECRET}
        own = {"id": "own", "channel": "generic-json", "unverified": "park"}
        for fields in (shop, own):
            await add(world, draft(fields))


async def door(bus: Bus, patience_s: float = 3) -> tuple[Worker, str]:
    """A door that serves, and where; `patience_s` with Kafka."""
    worker = await bus.run(
        "intake",
        intake_port=0,
        data_dir=bus.folder / "data",
        intake_patience_s=patience_s,
    )
    await worker.ready()
    (told,) = worker.lines("intake_serves")
    return worker, str(told["url"])


async def kept(bus: Bus, source: str) -> list[Raw]:
    """What stands in the raw topic."""
    topic = bus.world.topology.raw_topic(source)
    return [read_raw(record) for record in await bus.records(topic)]


def numbers(raws: list[Raw]) -> list[int]:
    """Which orders these are."""
    return [int(json.loads(raw.submission.body)["n"]) for raw in raws]


def session() -> ClientSession:
    """A client that waits long enough."""
    return ClientSession(timeout=ClientTimeout(total=patience(20)))


@asynccontextmanager
async def opened(kafka: KafkaUnderTest, folder: Path, name: str) -> AsyncIterator[Bus]:
    """A bus with two sources, no door yet."""
    async with running_bus(kafka, folder, name) as bus:
        await add_sources(bus)
        yield bus


async def test_door_to_topic(kafka: KafkaUnderTest, tmp_path: Path) -> None:
    """Signed and kept with all that is known; a stop finishes what is under way."""
    async with opened(kafka, tmp_path, "in-door") as bus:
        worker, url = await door(bus)
        sender = Sender(url, "shop")
        async with session() as client:
            got = await asyncio.gather(*(sender.post(client, n) for n in range(60)))
            assert got == [200] * 60
            stopping = asyncio.create_task(worker.stop())
            await sender.post(client, 60)
            assert await stopping == 0
        raws = await kept(bus, "shop")
        assert sorted(numbers(raws)) == sorted(sender.answered)
        assert {raw.verdict for raw in raws} == {Reason.VERIFIED}
        assert len({raw.id for raw in raws}) == len(raws)
        by_order: dict[int, set[int]] = {}
        for record in await bus.records(bus.world.topology.raw_topic("shop")):
            order = int(json.loads(record.value or b"{}")["id"])
            by_order.setdefault(order, set()).add(record.partition)
        assert all(len(where) == 1 for where in by_order.values())


async def test_killed_while_submissions_arrive(
    kafka: KafkaUnderTest, tmp_path: Path
) -> None:
    """SIGKILL, again and again: each 2xx is in Kafka."""
    async with opened(kafka, tmp_path, "in-killed") as bus:
        answered: list[int] = []
        number = 0
        for _ in range(3):
            worker, url = await door(bus)
            sender = Sender(url, "shop")
            async with session() as client:
                under_way: set[asyncio.Task[int]] = set()
                while len(sender.answered) < 80:
                    while len(under_way) < 20:
                        under_way.add(asyncio.create_task(sender.post(client, number)))
                        number += 1
                    done, under_way = await asyncio.wait(
                        under_way, return_when=asyncio.FIRST_COMPLETED
                    )
                    assert all(one.result() == 200 for one in done)
                await worker.kill()
                await asyncio.gather(*under_way)
            answered += sender.answered
        assert len(answered) >= 240
        assert set(answered) <= set(numbers(await kept(bus, "shop")))


async def test_kafka_away(tmp_path: Path) -> None:
    """Frozen: who tries again is told to, all else waits on disk, also over SIGKILL.

    Then all that was answered 2xx comes to Kafka, in order.
    """
    embedded = EmbeddedKafka(tmp_path / "kafka", cache_dir(), short=True)
    async with embedded:
        under_test = KafkaUnderTest(embedded.bootstrap_servers)
        async with opened(under_test, tmp_path, "in-away") as bus:
            worker, url = await door(bus, 1)
            shop, own = Sender(url, "shop"), Sender(url, "own")
            async with session() as client:
                for number in range(5):
                    assert await own.post(client, number) == 202
                    assert await shop.post(client, number) == 200
                freeze(embedded, signal.SIGSTOP)
                try:
                    for number in range(5, 15):
                        assert await own.post(client, number) == 202
                        assert await shop.post(client, number) == 503
                    await worker.kill()
                finally:
                    freeze(embedded, signal.SIGCONT)
                assert spooled(bus)
                worker, url = await door(bus)
                own.url = url
                assert await own.post(client, 15) == 202
            await wait_until(lambda: not spooled(bus), 30, "the spool is empty")
            raws = await kept(bus, "own")
            assert set(numbers(raws)) == set(range(16))
            first = {raw.id: n for raw, n in zip(raws, numbers(raws), strict=True)}
            assert len(first) == 16  # what is there twice has the same id
            assert set(shop.answered) <= set(numbers(await kept(bus, "shop")))
            assert await worker.stop() == 0


def freeze(kafka: EmbeddedKafka, how: signal.Signals) -> None:
    """Stop the broker, or let it go on."""
    for node in kafka.nodes:
        assert node.pid is not None
        os.kill(node.pid, how)


def spooled(bus: Bus) -> list[Path]:
    """Files of the spool."""
    return list((bus.folder / "data" / "spool").rglob("*.spool"))
