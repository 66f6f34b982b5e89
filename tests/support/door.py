"""A door over a broker in memory, and senders who knock."""

import asyncio
import hmac
import json
from base64 import b64encode
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from aiohttp import ClientSession

from bus.adapters.memory import MemoryAsker, MemoryObserver
from bus.adapters.memory.publisher import MemoryPublisher
from bus.adapters.spool import Spool, open_spool
from bus.intake.raw import Raw, read_raw
from processors.intake.door import Door, DoorPlace
from processors.intake.draining import Draining
from processors.intake.fetched_keys import FetchedKeys
from processors.intake.finding import Finder
from processors.intake.keeping import Keeper
from processors.intake.serving import DoorBounds, Serving
from processors.sources.world import SourcesWorld
from processors.tallying.tallies import Tallies
from tests.support.bus import wait_until
from tests.support.sources import CHANNELS, added, open_sources
from tests.support.worlds import Randomness, Worlds

SECRET = "a-secret-of-the-shop"  # noqa: S105 - a test's
ORDER = json.dumps({"id": 820982911946154508, "name": "#1001"}).encode()


@dataclass(frozen=True)
class Got:
    """An answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Knocker:
    """Posts to a door, and looks at what it kept."""

    session: ClientSession
    door: Door
    serving: Serving
    worlds: Worlds
    world: SourcesWorld
    observer: MemoryObserver
    spool: Spool
    draining: Draining
    asker: MemoryAsker

    @property
    def tallies(self) -> Tallies:
        """What the door has counted."""
        return self.serving.tallies

    async def __call__(
        self,
        path: str = "/in/shop-eu",
        body: bytes = ORDER,
        headers: Mapping[str, str] | None = None,
        method: str = "POST",
    ) -> Got:
        """Send a request."""
        async with self.session.request(
            method, path, data=body, headers=headers, allow_redirects=False
        ) as answer:
            return Got(answer.status, answer.headers, await answer.read())

    async def shopify(self, body: bytes = ORDER, secret: str = SECRET) -> Got:
        """Send what Shopify does, signed."""
        return await self("/in/shop-eu", body, signed(body, secret))

    async def talk(self, *parts: bytes) -> bytes:
        """Send bytes, and read until the other end closes."""
        host, port = self.door.url.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        for part in parts:
            writer.write(part)
            await writer.drain()
        answer = await reader.read()
        writer.close()
        return answer

    def kept(self, source: str = "shop-eu") -> list[Raw]:
        """What stands in a source's raw topic."""
        topic = self.worlds.topology.raw_topic(source)
        return [read_raw(record) for record in self.worlds.records(topic)]


async def until(condition: Callable[[], object]) -> None:
    """Let sockets and the disk, which are real, do their work until this holds."""
    await wait_until(condition, 20, "what sockets and the disk do")


def signed(body: bytes, secret: str = SECRET) -> dict[str, str]:
    """The headers of a webhook of Shopify."""
    digest = hmac.digest(secret.encode(), body, "sha256")
    return {
        "X-Shopify-Topic": "orders/create",
        "X-Shopify-Webhook-Id": "w-1",
        "X-Shopify-Hmac-SHA256": b64encode(digest).decode(),
        "Content-Type": "application/json",
    }


@asynccontextmanager
async def opened(
    worlds: Worlds,
    folder: Path,
    bounds: DoorBounds | None = None,
    place: DoorPlace | None = None,
    spool_bytes: int = 2**20,
) -> AsyncIterator[Knocker]:
    """A door that is open on loopback, with a source of Shopify behind it."""
    bounds, observer = bounds or DoorBounds(), MemoryObserver()
    async with open_sources(worlds) as world:
        await world.table.ready()
        spool = open_spool(folder, spool_bytes)
        publisher = MemoryPublisher(worlds.broker)
        clock, partitions = worlds.clock, worlds.topology.partitions_of_source
        finder = Finder(world.table, CHANNELS.get, clock, partitions)
        keeper = Keeper(
            publisher=publisher,
            topology=worlds.topology,
            clock=worlds.clock,
            observer=observer,
            random_bytes=Randomness(3),
            spool=spool,
            patience_s=5,
        )
        asker = MemoryAsker(worlds.clock)
        keys = FetchedKeys(asker, worlds.clock, observer)
        serving = Serving(finder, keeper, bounds, Tallies(worlds.clock), keys)
        door = Door(serving, bounds)
        await door.start(replace(place or DoorPlace(), port=0))
        await added(world, secret=SECRET)
        draining = Draining(spool, publisher, worlds.clock, observer)
        try:
            async with ClientSession(door.url) as session:
                beside = (worlds, world, observer, spool, draining, asker)
                yield Knocker(session, door, serving, *beside)
        finally:
            await door.stop()
            await spool.close()
