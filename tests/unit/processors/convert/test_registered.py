"""Webhooks that a shop lost are made again, on a real HTTP server that loses them."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from aiohttp import web

from bus.adapters.http.asker import HttpAsker
from bus.adapters.http.guard import Guard
from bus.adapters.memory import MemoryAsker
from bus.intake.health.figures import figures_of
from bus.intake.health.tally import read_tally, tally_json
from bus.intake.webhooks.comparing import Lack, as_json
from bus.sending import Got
from processors.convert.engine import ConvertPolicy
from processors.telemetry import convert_names as names
from tests.support.converting import World
from tests.support.http_server import serving
from tests.support.stored import shipped

OURS = "https://bus.example.com/in/shop"
SECRET, OLD = "wc-own-secret", "wc-old-secret"


@dataclass
class Shop:
    """A shop that holds webhooks, and loses them as it likes.

    `names` are what it calls topic, address and state of one, `on` and `off` what it
    says of the state.
    """

    names: tuple[str, str, str]
    on: object
    off: object
    path: str
    items: str = ""
    held: list[dict[str, object]] = field(default_factory=list)
    calls: list[tuple[str, str]] = field(default_factory=list)
    status: int = 200
    _ids: int = 100

    async def answer(self, request: web.Request) -> web.Response:
        """List, make or change webhooks."""
        self.calls.append((request.method, request.path))
        if self.status != 200:
            return web.Response(status=self.status)
        assert request.path.startswith(self.path)
        if request.method == "GET":
            found: object = {self.items: self.held} if self.items else self.held
            return web.json_response(found)
        said = await request.json()
        if request.method == "PUT":
            id_ = request.path.rpartition("/")[2]
            one = next(one for one in self.held if str(one["id"]) == id_)
            one.update(said)
            return web.json_response(one)
        self.add(**said)
        return web.json_response(self.held[-1], status=201)

    def add(self, **said: object) -> None:
        """Hold one."""
        self._ids += 1
        self.held.append({"id": self._ids, self.names[2]: self.on, **said})

    def fails(self, topic: str) -> None:
        """Switch one off, as it does without a word."""
        for one in self.held:
            if one[self.names[0]] == topic:
                one[self.names[2]] = self.off

    def says(self) -> list[tuple[object, object, object]]:
        """What it holds."""
        topic, address, state = self.names
        return [(one[topic], one[address], one[state]) for one in self.held]


def shop(channel: str) -> Shop:
    """A shop of a channel, without any webhook."""
    if channel == "woocommerce":
        names_ = ("topic", "delivery_url", "status")
        return Shop(names_, "active", "disabled", "/wp-json/wc/v3/webhooks")
    names_ = ("scope", "destination", "is_active")
    return Shop(names_, True, False, "/stores/abc/v3/hooks", "data")  # noqa: FBT003


@asynccontextmanager
async def opened(world: World, channel: str, made: Shop) -> AsyncIterator[None]:
    """A source of the channel whose API the shop is."""
    async with serving(made.answer) as url:
        asker = HttpAsker(Guard(allow=["127.0.0.0/8"], https_only=False))
        world.asker = asker  # type: ignore[assignment]
        world.channels[channel] = shipped(channel)[0]
        add(world, channel, api=url, store_hash="abc")
        try:
            yield
        finally:
            await asker.close()


def add(world: World, channel: str, **settings: str) -> None:
    """The source."""
    api = settings.get("api", "")
    world.add(
        "shop",
        channel=channel,
        url=OURS,
        settings=settings,
        secrets=[
            {"id": "s-2", "value": SECRET, "since": "2021-01-01T00:00:00Z"},
            {"id": "s-1", "value": OLD, "since": "2020-01-01T00:00:00Z"},
        ],
        fetch={
            "hosts": [api.partition("//")[2] or settings.get("shop", "")],
            "credentials": {"token": "t0ken", "basic": "YTpi"},
            "per_second": 1000,
        },
    )


async def look(world: World, policy: ConvertPolicy | None = None) -> list[Lack]:
    """Let a process look once."""
    converter = world.converter(policy)
    source = world.get("shop")
    assert source is not None
    channel = world.channels[source.channel]
    return [*await converter.registered.look(source, channel)]


def counted(world: World) -> Mapping[str, int]:
    """What the watch makes of it."""
    now = world.clock.now()
    seen = read_tally(tally_json(world.tallies.get("shop"), now))
    assert seen is not None
    return figures_of([seen], now).lately.by("webhooks")


@pytest.mark.parametrize("channel", ["woocommerce", "bigcommerce"])
async def test_what_was_lost_is_made_again(channel: str) -> None:
    """Deleted ones anew, those that are off go on; each is told, then all is well."""
    world, made = World(), shop(channel)
    topic, address, _ = made.names
    async with opened(world, channel, made):
        wanted = world.channels[channel].settings["webhooks"].default.split(", ")
        made.add(**{topic: wanted[0], address: "https://elsewhere.example/in/shop"})
        assert await look(world, ConvertPolicy(webhooks_a_day=10)) == []
        assert made.says()[1:] == [(one, OURS, made.on) for one in wanted]
        assert counted(world) == {"made": len(wanted), "there": 1}
        made.fails(wanted[1])
        before = len(made.held)
        assert await look(world, ConvertPolicy(webhooks_a_day=10)) == []
        assert len(made.held) == before
        assert (wanted[1], OURS, made.on) in made.says()
        assert await look(world) == []
    told = [
        fields for name, fields in world.observer.notes if name == names.WEBHOOK_MADE
    ]
    made_again = names.WEBHOOK_MADE
    told = [fields for name, fields in world.observer.notes if name == made_again]
    assert [one["switched_on"] for one in told] == [False] * len(wanted) + [True]


async def test_one_that_signs_by_webhook_gets_the_newest_secret() -> None:
    """And it is said nowhere but to the shop."""
    world, made = World(), shop("woocommerce")
    async with opened(world, "woocommerce", made):
        await look(world)
        assert {one["secret"] for one in made.held} == {SECRET}
        stored = [r for topic in world.broker.topics for r in world.records(topic)]
        assert SECRET not in repr(stored) + repr(world.observer.notes)


async def test_at_most_so_many_a_day_by_all_processes() -> None:
    """A shop that goes on losing them is told of, and left alone until tomorrow."""
    world, made = World(), shop("bigcommerce")
    async with opened(world, "bigcommerce", made):
        policy = ConvertPolicy(webhooks_a_day=4)
        assert await look(world, policy) == []
        made.held.clear()
        left = await look(world, policy)  # another process: it knows of the first three
        assert [one.topic for one in left] == [
            "store/order/updated",
            "store/order/statusUpdated",
        ]
        assert len(made.held) == 1
        assert counted(world) == {"made": 4, "there": 1, "gone": 1}
        await world.clock.advance(86_401)
        assert await look(world, policy) == []
        assert len(made.held) == 3


async def test_none_is_made_where_none_may_be() -> None:
    """By setting, or since nobody knows the whole address; it is only said."""
    world, made = World(), shop("bigcommerce")
    async with opened(world, "bigcommerce", made):
        assert len(await look(world, ConvertPolicy(webhooks_a_day=0))) == 3
        source = world.get("shop")
        assert source is not None
        digest = f"sha256:{'0' * 64}"
        world._sources["shop"] = source.model_copy(update={"path_secret": digest})  # noqa: SLF001
        assert len(await look(world)) == 3
        assert made.held == []
        assert counted(world) == {"gone": 2}
        made.add(scope="store/order/*", destination=f"{OURS}/hidden")
        assert await look(world) == []


@pytest.mark.parametrize("status", [403, 500])
async def test_a_list_that_cannot_be_had_is_said(status: int) -> None:
    """Nothing is made for it."""
    world, made = World(), shop("woocommerce")
    made.status = status
    async with opened(world, "woocommerce", made):
        assert await look(world) == []
        assert {method for method, _ in made.calls} == {"GET"}
    assert counted(world) == {"failed": 1}
    (why,) = [f for n, f in world.observer.notes if n == names.WEBHOOKS_UNKNOWN]
    assert f"answered {status}" in str(why)


async def test_a_source_that_wants_none_is_not_looked_at() -> None:
    """Nor one that does not know its own address."""
    world, made = World(), shop("woocommerce")
    async with opened(world, "woocommerce", made):
        source = world.get("shop")
        assert source is not None
        for change in ({"url": ""}, {"settings": {**source.settings, "webhooks": ""}}):
            world._sources["shop"] = source.model_copy(update=change)  # noqa: SLF001
            assert await look(world) == []
    assert made.calls == []


async def test_shopify_is_asked_as_it_wants() -> None:
    """Its webhooks stand within a field; a page points to the next."""
    world = World()
    world.channels["shopify"] = shipped("shopify")[0]
    add(world, "shopify", shop="example.myshopify.com")
    world.asker = MemoryAsker(world.clock)
    base = "https://example.myshopify.com/admin/api/2026-07/webhooks.json"
    pages = [f"{base}?limit=250", f"{base}?limit=250&page_info=x"]
    for number, topics in enumerate([["orders/create"], ["orders/updated"]]):
        held = [{"id": 7, "topic": one, "address": OURS} for one in topics]
        link = {"link": f'<{pages[1]}>; rel="next"'} if number == 0 else {}
        world.asker.holds(
            pages[number], Got(200, link, json.dumps({"webhooks": held}).encode())
        )
    world.asker.holds(base, Got(201, {}, b"{}"))
    assert await look(world) == []
    asked = [ask for _, ask in world.asker.asked]
    assert [ask.method for ask in asked] == ["GET", "GET", "POST", "POST"]
    assert [json.loads(ask.body)["webhook"] for ask in asked[2:]] == [
        {"topic": topic, "address": OURS, "format": "json"}
        for topic in ("orders/cancelled", "refunds/create")
    ]
    assert ("x-shopify-access-token", "t0ken") in asked[2].headers


def test_a_body_of_dotted_names() -> None:
    """Fields within fields, truth values as such."""
    made = as_json({"a.b": "x", "a.c": "true", "d": "1"})
    assert json.loads(made) == {"a": {"b": "x", "c": True}, "d": "1"}
