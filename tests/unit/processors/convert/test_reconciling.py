"""What a source's API lists and nobody sent is taken from the list, once."""

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import format_datetime
from urllib.parse import parse_qsl, urlsplit

import orjson
import pytest

from bus.intake.channels.definition import Channel
from bus.intake.health.figures import SourceFigures, figures_of
from bus.intake.health.tally import read_tally, tally_json
from bus.intake.merging.notes import Became
from bus.intake.raw import read_raw
from bus.intake.submission import Submission
from bus.sending import Ask, Got
from processors.convert.engine import Converter
from processors.convert.reconciling import FIRST_S, GRACE_S, Round
from processors.telemetry.intake_names import REDACTED
from tests.support.channels import load
from tests.support.converting import World
from tests.support.stored import shipped

DEFINITION = """\
channel: shop
title: A shop
format: json
verify: {kind: none}
type: $headers.x-topic
events: {created: intake.order_received, updated: intake.order_changed}
deduplicate: {window: 1d}
settings:
  base: {default: "", about: "Address of its API."}
reconcile:
  url: "{setting.base}/orders?from={since}&to={until}"
  headers: {x-token: "{credential.token}"}
  items: data.orders
  moment: changed
  new: {x-topic: created}
  changed: {x-topic: updated}
"""
MAPPING = """\
intake.order_received:
  order.id: id
  source_updated_at: changed | time
  totals.grand_total: total | money(currency)
intake.order_changed:
  like: intake.order_received
"""


def shop() -> Channel:
    """A channel whose orders are listed."""
    loaded = load(DEFINITION, MAPPING)
    assert loaded.channel is not None, [str(one) for one in loaded.problems]
    return loaded.channel


class Api:
    """The API of a shop: it lists all orders, in pages of forty."""

    def __init__(self, orders: Iterable[bytes]) -> None:
        self.orders = list(orders)
        self.asked: list[Ask] = []
        self.status = 200
        self.elsewhere = ""

    async def ask(self, ask: Ask) -> Got:
        """One page."""
        self.asked.append(ask)
        page = int(ask.url.partition("page=")[2] or 0)
        part = self.orders[page * 40 : page * 40 + 40]
        body = b'{"n": 1, "data": {"orders": [' + b", ".join(part) + b"]}}"
        more = len(self.orders) > page * 40 + 40
        url = self.elsewhere or f"/orders?page={page + 1}"
        link = {"link": f'<{url}>; rel="next"'} if more else {}
        return Got(self.status, link, body)

    async def close(self) -> None:
        """Nothing is open."""


@pytest.fixture
def world() -> World:
    """A broker with one source."""
    return World(channels={"shop": shop()})


def order(world: World, number: int, ago_s: float = 600) -> bytes:
    """An order as the shop sends and lists it; its total has digits of its own."""
    at = datetime.fromtimestamp(world.clock.now() - ago_s, UTC).isoformat()
    said = {"id": str(number), "changed": at, "currency": "EUR", "total": "T"}
    return orjson.dumps(said).replace(b'"T"', b"19.900000")


def send(world: World, body: bytes) -> None:
    """Let the shop send it by webhook."""
    now = datetime.fromtimestamp(world.clock.now(), UTC)
    told = Submission("mine", body, {"x-topic": "created"}, now)
    world.send_bytes(body, submission=told)


async def look(world: World, converter: Converter) -> Round:
    """Let a converter look once, and convert what it found."""
    found = await converter.reconciler.round(world.all()[0], world.channels["shop"])
    await world.clock.advance(1)
    return found


def figures(world: World) -> SourceFigures:
    """What the watch makes of it."""
    now = world.clock.now()
    seen = read_tally(tally_json(world.tallies.get("mine"), now))
    assert seen is not None
    return figures_of([seen], now)


async def test_two_of_a_hundred_are_dropped_and_all_are_captured(world: World) -> None:
    """After one look all orders are told, each once; the report says 98 %."""
    orders = [order(world, number) for number in range(100)]
    for number, body in enumerate(orders):
        if number not in {17, 71}:
            send(world, body)
    world.asker = api = Api(orders)  # type: ignore[assignment]
    async with world.running() as converter:
        await world.clock.advance(2)
        assert len(world.told()) == 98
        found = await look(world, converter)
        assert (found.listed, found.missing, found.why) == (100, 2, "")
        assert sorted({str(one.data["order_id"]) for one in world.told()}) == sorted(
            f"shop.mine.{number}" for number in range(100)
        )
        assert len(world.told()) == 100
        assert figures(world).day.capture == 0.98
        assert [one.capture for one in figures(world).days.values()] == [0.98]
        again = await look(world, converter)
        assert (again.listed, again.missing) == (0, 0)
        assert len(world.told()) == 100
    ways = [read_raw(r) for r in world.records("intake.raw.mine")]
    found_ones = [one for one in ways if one.submission.via == "reconcile"]
    assert {one.submission.body for one in found_ones} == {orders[17], orders[71]}
    assert len(api.asked) == 6
    assert ("x-token", "t0ken") in api.asked[0].headers


async def test_a_card_on_the_list_is_never_written(world: World) -> None:
    """As in what is pushed; and looked at again, the order is one that has come."""
    listed = order(world, 1).replace(b"}", b', "card": "4111111111111111"}')
    world.asker = Api([listed])  # type: ignore[assignment]
    async with world.running() as converter:
        assert (await look(world, converter)).missing == 1
        assert (await look(world, converter)).missing == 0
    (raw,) = map(read_raw, world.records("intake.raw.mine"))
    assert raw.redacted == {"pan": 1}
    assert b"4111111111111111" not in raw.submission.body
    assert world.count(REDACTED, "pan") == 1


async def test_a_newer_version_is_a_change(world: World) -> None:
    """And an older one on the list is none."""
    send(world, order(world, 1, 900))
    send(world, order(world, 2, 300))
    world.asker = Api([order(world, 1, 400), order(world, 2, 500)])  # type: ignore[assignment]
    async with world.running() as converter:
        await world.clock.advance(2)
        found = await look(world, converter)
        assert found.missing == 1
        assert [one.type for one in world.told()][-1] == "intake.order_changed"


async def test_bigcommerce_lists_by_numbered_pages(world: World) -> None:
    """Orders as they are fetched; what never came is told whole, what came is not."""
    channel, samples = shipped("bigcommerce")
    whole = orjson.loads(next(s.body for s in samples if s.name == "11-fetched"))
    at = datetime.fromtimestamp(world.clock.now() - 600, UTC)
    mailed = {"date_created": format_datetime(at), "date_modified": format_datetime(at)}
    orders = [orjson.dumps({**whole, **mailed, "id": n}) for n in range(1, 4)]
    world.channels["bigcommerce"] = channel
    settings = {"api": "https://api.shop.example", "store_hash": "abc"}
    source = world.add("bc", channel="bigcommerce", settings=settings)
    world.asker = api = Numbered(orders)  # type: ignore[assignment]
    async with world.running() as converter:
        found = await converter.reconciler.round(source, channel)
        await world.clock.advance(1)
        assert (found.listed, found.missing, found.why) == (3, 3, "")
        told = world.told()
        assert {one.data["completeness"] for one in told} == {"full"}
        assert {one.data["via"] for one in told} == {"reconcile"}
        assert sorted(str(one.data["order_id"]) for one in told) == [
            f"bigcommerce.bc.{n}" for n in range(1, 4)
        ]
        again = await converter.reconciler.round(source, channel)
        assert again.missing == 0
    assert [page_of(ask) for ask in api.asked] == ["1", "2", "3"] * 2
    assert "min_date_modified=" in api.asked[0].url


def page_of(ask: Ask) -> str:
    """The number of the page that is asked for."""
    return dict(parse_qsl(urlsplit(ask.url).query)).get("page", "1")


class Numbered(Api):
    """An API that numbers its pages, of two orders; after the last there is nothing."""

    async def ask(self, ask: Ask) -> Got:
        """One page."""
        self.asked.append(ask)
        page = int(page_of(ask)) - 1
        part = self.orders[page * 2 : page * 2 + 2]
        if not part:
            return Got(204, {}, b"")
        return Got(200, {}, b"[" + b",".join(part) + b"]")


async def test_what_may_be_on_its_way_waits(world: World) -> None:
    """Two minutes; then it is missing."""
    world.asker = Api([order(world, 1, GRACE_S - 60)])  # type: ignore[assignment]
    async with world.running() as converter:
        assert (await look(world, converter)).listed == 0
        await world.clock.advance(120)
        assert (await look(world, converter)).missing == 1


async def test_what_is_parked_has_come(world: World) -> None:
    """Somebody looks after it: it is not taken from the list again and again."""
    body = order(world, 1).replace(b"19.900000", b'"19.900000"')
    send(world, body)
    world.asker = Api([order(world, 1)])  # type: ignore[assignment]
    async with world.running() as converter:
        await world.clock.advance(2)
        converter.merging.newest.drop("shop.mine.1")
        note = next(iter(world.remembered()))
        parked = replace(note, became=Became.PARKED, version=None)
        converter.merging.learn(parked, world.clock.now())
        assert (await look(world, converter)).missing == 0


async def test_a_list_that_cannot_be_had_is_said(world: World) -> None:
    """And the next look goes as far back as this one."""
    world.asker = api = Api([order(world, 1)])  # type: ignore[assignment]
    api.status = 500
    async with world.running() as converter:
        found = await look(world, converter)
        assert found.why.startswith("answered 500")
        assert figures(world).hour.by("round") == {"failed": 1}
        api.status = 200
        found = await look(world, converter)
        assert found.first
        assert found.until - found.since == FIRST_S


async def test_a_page_elsewhere_is_not_asked(world: World) -> None:
    """Wherever an answer says that the next one is."""
    world.asker = api = Api([order(world, n) for n in range(50)])  # type: ignore[assignment]
    api.elsewhere = "https://169.254.169.254/latest"
    async with world.running() as converter:
        found = await look(world, converter)
        assert "none of the source's hosts" in found.why
        assert len(api.asked) == 1


async def test_it_is_done_by_itself_and_by_one_process(world: World) -> None:
    """The one that reads the source's first partition, as often as is said."""
    world.asker = api = Api([order(world, 1)])  # type: ignore[assignment]
    async with world.running() as converter:
        running = asyncio.create_task(converter.reconciler.run())
        await world.clock.advance(30)
        assert len(api.asked) == 1
        await world.clock.advance(650)
        assert len(api.asked) == 2
        running.cancel()
    idle = world.converter()
    running = asyncio.create_task(idle.reconciler.run())
    await world.clock.advance(30)
    assert len(api.asked) == 2
    running.cancel()
