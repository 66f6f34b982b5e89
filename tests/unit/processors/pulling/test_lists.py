"""Lists of a source's API: all of it comes to Kafka, and a crash costs no item."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Never
from urllib.parse import parse_qs, urlsplit

import pytest

from bus.adapters.memory import (
    MemoryAsker,
    MemoryClock,
    MemoryLogReader,
    MemoryPublisher,
    settle,
)
from bus.errors import Heals, PublishError
from bus.intake.raw import Raw, read_raw
from bus.intake.sources import Source
from bus.record import Message, Written
from bus.sending import Ask, Got
from bus.times import rfc3339
from processors.convert.engine import Converter
from processors.pulling.cursors import Cursors
from processors.pulling.keeping import Keeping
from processors.pulling.lists import Pulling
from processors.pulling.pulls import PullParts, Pulls
from processors.telemetry import convert_names as names
from tests.support.converting import World
from tests.support.pulling import file_tools

LIST = {
    "kind": "list",
    "url": "https://api.shop.example/orders?since={since}&limit={page_size}",
    "headers": {"Authorization": "Bearer {credential.token}"},
    "items": "orders",
    "cursor": "changed",
    "page_size": 10,
}


class Api(MemoryAsker):
    """The API of a shop, and what it was asked."""

    def __init__(self, clock: MemoryClock) -> None:
        super().__init__(clock)
        self.orders: list[Mapping[str, object]] = []
        self.asks: list[Ask] = []
        self.instead: list[Got] = []

    def order(self, number: int, at: datetime) -> None:
        """Have one more order."""
        items = [{"kind": "order", "id": str(number), "event": f"e-{number}"}]
        self.orders.append({"items": items, "changed": rfc3339(at)})

    async def ask(self, ask: Ask) -> Got:
        """Answer with a page, the oldest first."""
        self.asks.append(ask)
        if self.instead:
            return self.instead.pop(0)
        query = parse_qs(urlsplit(ask.url).query)
        since, most = query["since"][0], int(query["limit"][0])
        rows = sorted(self.orders, key=lambda row: str(row["changed"]))
        found = [row for row in rows if str(row["changed"]) >= since][:most]
        return Got(200, {}, json.dumps({"orders": found}).encode())


class Fails(MemoryPublisher):
    """Takes so many more records, then none, as a process that is killed."""

    left: int | None = None

    def publish(self, message: Message) -> Awaitable[Written]:
        """Write it, if it may be."""
        if self.left is None or self.left > 0:
            self.left = None if self.left is None else self.left - 1
            return super().publish(message)
        failed: asyncio.Future[Written] = asyncio.get_running_loop().create_future()
        failed.set_exception(PublishError(message.topic, "away", heals=Heals.TIME))
        return failed


@dataclass
class Stand:
    """A source with a list, a converter, and what pulls for it."""

    world: World = field(default_factory=World)
    mine: bool = True

    def __post_init__(self) -> None:
        """Add the source."""
        self.publisher = Fails(self.world.broker)
        self.world.asker = self.api = Api(self.world.clock)
        self.source = self.world.add("own", pull=LIST)

    @property
    def now(self) -> datetime:
        """The time."""
        return datetime.fromtimestamp(self.world.clock.now(), UTC)

    def pulls(self, converter: Converter) -> Pulls:
        """What pulls, as another process would have it."""
        world = self.world
        keeping = Keeping(
            publisher=self.publisher,
            topology=world.topology,
            clock=world.clock,
            observer=world.observer,
            random_bytes=bytes,
        )
        reader = MemoryLogReader(world.broker)
        topic = world.topology.collected
        cursors = Cursors(reader, self.publisher, world.clock, topic)
        return Pulls(
            PullParts(
                sources=world,
                channels=world.channels,
                pulling=Pulling(converter.asking, cursors, keeping, world.clock),
                queue_of=_none,
                folder_of=_none,
                tools=file_tools(world),
                clock=world.clock,
                observer=world.observer,
                reads=lambda _: self.mine,
            )
        )

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Pulls]:
        """Pull, beside a converter that is not started."""
        pulls = self.pulls(self.world.converter())
        task = asyncio.create_task(pulls.run())
        try:
            yield pulls
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def pull(self, for_s: float = 3) -> None:
        """Pull for so long."""
        async with self.running():
            await self.world.clock.advance(for_s)
            await settle()

    def kept(self) -> list[Raw]:
        """What stands in the raw topic."""
        topic = self.world.topology.raw_topic("own")
        return [read_raw(record) for record in self.world.records(topic)]

    def numbers(self) -> list[int]:
        """Which orders these are."""
        bodies = [json.loads(raw.submission.body) for raw in self.kept()]
        return [int(body["items"][0]["id"]) for body in bodies]

    def troubles(self) -> list[object]:
        """What was told of lists that cannot be read."""
        notes = self.world.observer.notes
        return [said["why"] for name, said in notes if name == names.NOT_PULLED]


def _none(source: Source) -> Never:
    raise AssertionError(source.id)


async def test_all_is_read_then_what_is_new() -> None:
    """Several pages at first, and once a minute what came since; each item once."""
    stand = Stand()
    for number in range(25):
        stand.api.order(number, stand.now - timedelta(hours=25 - number, minutes=-90))
    async with stand.running():
        await stand.world.clock.advance(2)
        assert sorted(stand.numbers()) == list(range(25))
        stand.api.order(25, stand.now)
        await stand.world.clock.advance(61)
        assert sorted(stand.numbers()) == list(range(26))
    assert dict(stand.api.asks[0].headers)["Authorization"] == "Bearer t0ken"
    assert {raw.submission.via for raw in stand.kept()} == {"fetch"}
    assert {raw.of for raw in stand.kept()} == {None}


async def test_it_becomes_events() -> None:
    """As what a webhook brings does."""
    stand = Stand()
    stand.api.order(1, stand.now)
    await stand.pull()
    await stand.world.converts()
    (told,) = stand.world.told()
    assert told.data["via"] == "fetch"
    assert told.type == "intake.order_received"


@pytest.mark.parametrize("left", range(14))
async def test_a_crash_at_any_write_loses_nothing(left: int) -> None:
    """What was written twice is told once."""
    stand = Stand()
    for number in range(12):
        stand.api.order(number, stand.now - timedelta(minutes=30 - number))
    stand.publisher.left = left
    await stand.pull()
    assert len(stand.kept()) <= left
    stand.publisher.left = None
    await stand.pull()
    assert set(stand.numbers()) == set(range(12))
    await stand.world.converts(3)
    assert len(stand.world.told()) == 12


async def test_another_process_goes_on() -> None:
    """From where the list was read to, less the overlap of a quarter of an hour."""
    stand = Stand()
    stand.api.order(1, stand.now - timedelta(hours=3))
    stand.api.order(2, stand.now - timedelta(hours=1))
    await stand.pull()
    stand.mine = False
    await stand.pull(120)
    assert len(stand.api.asks) == 1
    stand.mine = True
    await stand.pull()
    query = parse_qs(urlsplit(stand.api.asks[-1].url).query)
    assert query["since"] == [rfc3339(stand.now - timedelta(hours=1.25, seconds=126))]
    assert sorted(stand.numbers()) == [1, 2, 2]  # convert knows it


async def test_an_api_that_wants_to_be_left_alone_is() -> None:
    """By its own word; it is asked again when that is over."""
    stand = Stand()
    stand.api.order(1, stand.now)
    stand.api.instead = [Got(429, {"retry-after": "20"}, b"")]
    async with stand.running():
        await stand.world.clock.advance(19)
        assert len(stand.api.asks) == 1
        await stand.world.clock.advance(4)
    assert stand.numbers() == [1]


async def test_what_fails_is_told_once_and_tried_again() -> None:
    """And told when it is over; other sources are pulled meanwhile."""
    stand = Stand()
    stand.api.instead = [Got(500, {}, b"no")] * 2
    async with stand.running() as pulls:
        await stand.world.clock.advance(61)
        assert stand.troubles() == ["answered 500, 2 bytes"]
        assert pulls.trouble() == "own: answered 500, 2 bytes"
        await stand.world.clock.advance(120)
        assert pulls.trouble() is None
    said = [name for name, _ in stand.world.observer.notes]
    assert said.count(names.PULLED_BACK) == 1


async def test_no_host_but_the_sources() -> None:
    """Whatever a page's Link says."""
    stand = Stand()
    stand.world.add("own", pull={**LIST, "next": "link"})
    body = json.dumps({"orders": [{"changed": rfc3339(stand.now)}]}).encode()
    link = '<https://elsewhere.example/>; rel="next"'
    stand.api.instead = [Got(200, {"link": link}, body)]
    await stand.pull()
    assert stand.troubles() == ["elsewhere.example is none of the source's hosts"]
    assert len(stand.api.asks) == 1


async def test_a_source_that_changes_is_read_as_it_is_now() -> None:
    """One that is paused is not read at all."""
    stand = Stand()
    async with stand.running():
        await stand.world.clock.advance(2)
        stand.world.add("own", pull={**LIST, "page_size": 7})
        await stand.world.clock.advance(2)
        assert "limit=7" in stand.api.asks[-1].url
        count = len(stand.api.asks)
        stand.world.add("own", pull=LIST, state="paused")
        await stand.world.clock.advance(120)
        assert len(stand.api.asks) == count


async def test_a_token_is_had_once_and_replaced_when_it_is_refused() -> None:
    """It never stands in what is told."""
    stand = Stand()
    oauth = {"url": "https://id.shop.example/token", "client_id": "me"}
    fetch = {
        "hosts": ["api.shop.example", "id.shop.example"],
        "credentials": {"client_secret": "s3cret"},
        "oauth": oauth,
    }
    headers = {"Authorization": "Bearer {credential.access_token}"}
    stand.world.add("own", pull={**LIST, "headers": headers}, fetch=fetch)
    grants = [b'{"access_token": "t-%d", "expires_in": 3600}' % n for n in (1, 2)]
    stand.api.order(1, stand.now)
    refused = Got(401, {}, b"")
    stand.api.instead = [Got(200, {}, grants[0]), refused, Got(200, {}, grants[1])]
    await stand.pull(63)
    shown = [dict(ask.headers).get("Authorization") for ask in stand.api.asks]
    assert shown[:4] == [None, "Bearer t-1", None, "Bearer t-2"]
    assert b"client_secret=s3cret" in stand.api.asks[0].body
    assert stand.numbers() == [1]
    assert "s3cret" not in str(stand.world.observer.notes)
