"""What there is: three brokers, two doors, two converts, a source of each channel."""

import asyncio
import json
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from aiohttp import web
from confluent_kafka.admin import AdminClient

from bus.adapters.jvm import EmbeddedKafka
from bus.adapters.kafka import Connection, KafkaTopics
from bus.topics.topic import TopicState
from processors.sources.document import draft
from processors.sources.steps import add
from processors.wiring.intake_sources import open_sources
from tests.faults.fleet import Fleet
from tests.faults.intake.balancer import Balancer
from tests.faults.intake.letters import MAKERS, SECRET, source_id
from tests.faults.intake.plan import MEMBERS, Kill, Victim
from tests.faults.plan import BROKERS
from tests.faults.stage import whole
from tests.support.bus import CLOCK, Bus, running_bus, wait_until
from tests.support.http_server import serving
from tests.support.kafka import KafkaUnderTest, cache_dir
from tests.support.stored import TOPIC, shipped

DOOR, CONVERT = "intake", "convert"
_ROLES = {Victim.DOOR: DOOR, Victim.CONVERT: CONVERT}
_READY_S = 120.0
_IN_SYNC_S = 120.0
_PARTITIONS = 3
_RATE = 150.0
"""What a convert tells a second at most: what it has to catch up with costs brokers
more than itself, and those are not as nice.
"""
_LAST = 10
"""How nice a convert is."""


class Shop:
    """The API of BigCommerce: any order, as the sample has one."""

    def __init__(self) -> None:
        _, samples = shipped("bigcommerce")
        whole_one = next(one.body for one in samples if one.name == "11-fetched")
        self._order = cast("dict[str, object]", json.loads(whole_one))
        self.asked = 0

    async def answer(self, request: web.Request) -> web.Response:
        """The order that an address names; of lists, that nothing has changed."""
        self.asked += 1
        name = request.path.rpartition("/")[2]
        if not name.isdigit():
            return web.Response(status=204)
        number = int(name)
        billing = cast("Mapping[str, object]", self._order["billing_address"])
        buyer = {**billing, "email": f"s{number}@example.com"}
        told = {**self._order, "id": number, "billing_address": buyer}
        return web.json_response({**told, "customer_id": number})


@dataclass
class Stage:
    """What can be killed, and the way to it."""

    kafka: EmbeddedKafka
    bus: Bus
    fleet: Fleet
    balancer: Balancer
    shop: Shop
    folder: Path
    broker_kills: list[float] = field(default_factory=list)
    down: list[tuple[float, float]] = field(default_factory=list)
    """From when to when a door or broker was away, or not whole yet; epoch seconds."""

    async def start(self, victim: Victim, member: int) -> None:
        """Start a process, and return once it is ready."""
        settings: dict[str, object] = {}
        if victim is Victim.DOOR:
            # What one that died has on its disk is brought by the next in its place.
            data_dir = self.folder / f"door-{member}"
            settings = {"intake_port": 0, "data_dir": data_dir}
        else:
            settings = {"intake_convert_rate": _RATE}
        worker = await self.fleet.start(_ROLES[victim], member, **settings)
        await worker.ready(_READY_S)
        if victim is Victim.CONVERT:
            _last(worker.process.pid)
        if victim is Victim.DOOR:
            (told,) = worker.lines("intake_serves")
            self.balancer.back(member, str(told["url"]))

    async def play(self, kill: Kill) -> None:
        """Kill one, and bring it back."""
        began = CLOCK.now()
        await self._kill(kill)
        if kill.victim is not Victim.CONVERT:
            self.down.append((began, CLOCK.now()))

    async def _kill(self, kill: Kill) -> None:
        if kill.victim is Victim.BROKER:
            node = self.kafka.nodes[kill.member]
            self.broker_kills.append(CLOCK.now())
            await node.kill()
            await CLOCK.sleep(kill.lasts_s)
            await node.start()
            await self.in_sync()
            return
        await self.fleet.kill(_ROLES[kill.victim], kill.member)
        await CLOCK.sleep(kill.lasts_s)
        await self.start(kill.victim, kill.member)

    async def in_sync(self) -> None:
        """Return once every partition has all its replicas again."""
        admin = AdminClient({"bootstrap.servers": self.kafka.bootstrap_servers})

        async def is_whole() -> bool:
            return await asyncio.to_thread(whole, admin)

        await wait_until(is_whole, _IN_SYNC_S, "replicas are in sync again")

    def spooled(self) -> int:
        """Bytes that wait on the doors' disks."""
        found = self.folder.glob("door-*/spool/**/*.spool")
        return sum(one.stat().st_size for one in found)


@asynccontextmanager
async def open_stage(folder: Path) -> AsyncIterator[Stage]:
    """Start it all, and end it."""
    async with AsyncExitStack() as stack:
        at = folder / "kafka"
        kafka = EmbeddedKafka(at, cache_dir(), brokers=BROKERS, short=True)
        await stack.enter_async_context(kafka)
        under_test = KafkaUnderTest(kafka.bootstrap_servers)
        # Brokers ask each other for every partition again with each record.
        running = running_bus(under_test, folder, "intake-faults", narrow=True)
        bus = await stack.enter_async_context(running)
        config = {"min.insync.replicas": str(BROKERS - 1)}
        topics = KafkaTopics(Connection(bus.settings.librdkafka()))
        await topics.create([TopicState(TOPIC, _PARTITIONS, BROKERS, config)])
        shop = Shop()
        url = await stack.enter_async_context(serving(shop.answer))
        await _add_sources(bus, url)
        balancer = Balancer()
        await balancer.open()
        stack.push_async_callback(balancer.close)
        fleet = Fleet(bus, bus.registry_url)
        stage = Stage(kafka, bus, fleet, balancer, shop, folder)
        await asyncio.gather(
            *(stage.start(v, n) for v in _ROLES for n in range(MEMBERS[v]))
        )
        yield stage


def _last(pid: int) -> None:
    """Let a process have the time that the doors and brokers leave.

    It has a machine of its own elsewhere; here what it has to catch up would be what
    senders wait for.
    """
    for thread in Path(f"/proc/{pid}/task").iterdir():
        with suppress(ProcessLookupError):
            os.setpriority(os.PRIO_PROCESS, int(thread.name), _LAST)


async def _add_sources(bus: Bus, shop_url: str) -> None:
    """One of each channel, as an operator adds it."""
    more: Mapping[str, Mapping[str, object]] = {
        "bigcommerce": {
            "settings": {"api": shop_url, "store_hash": "abc"},
            "fetch": {
                "hosts": [shop_url.removeprefix("http://")],
                "credentials": {"token": "a-token"},
                "per_second": 10_000,
                "concurrency": 16,
            },
        },
        "x12": {"settings": {"zone": "America/Chicago", "currency": "USD"}},
    }
    async with open_sources(bus.settings) as world:
        for channel in MAKERS:
            # One that signs nothing would get an address of its own.
            beside: Mapping[str, object] = {"secret": SECRET}
            if channel == "x12":
                beside = {"path_secret": False}
            fields = {"id": source_id(channel), "channel": channel, **beside}
            await add(world, draft({**fields, **more.get(channel, {})}))
