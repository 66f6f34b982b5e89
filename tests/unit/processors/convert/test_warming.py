"""A process that starts knows what came before it: duplicates, who orders how often."""

from collections.abc import Callable
from datetime import UTC, datetime

import orjson
import pytest

from bus.adapters.memory import MemoryLogReader
from bus.client.rules import shipped_lines
from bus.intake.rules.book import Book
from bus.intake.rules.memory import Memory
from bus.intake.submission import Submission
from processors.convert.ruling import Ruling
from processors.convert.warming import Warming
from tests.support.converting import World
from tests.support.stored import shipped

_DAY_S = 86_400
Send = Callable[[int], None]


@pytest.fixture
def world() -> World:
    """A broker with a shop that sends orders whole, judged by the shipped rules."""
    world = World()
    world.channels["shopify"], _ = shipped("shopify")
    world.add("shop-eu", channel="shopify", settings={}, fetch=None)
    world.judge = ruling(world)
    return world


def ruling(world: World) -> Ruling:
    """Rules that remember nothing yet."""
    book = Book(shipped_lines(None))
    return Ruling(lambda: book, Memory(), world)


@pytest.fixture
def send(world: World) -> Send:
    """Lets the shop send what the same buyer orders, under one id after the other."""
    _, samples = shipped("shopify")
    plain = orjson.loads(samples[0].body)

    def sent(number: int) -> None:
        now = datetime.fromtimestamp(world.clock.now(), UTC)
        body = orjson.dumps(
            {**plain, "id": number, "name": f"#{number}", "updated_at": now}
        )
        headers = {
            "x-shopify-topic": "orders/create",
            "x-shopify-webhook-id": f"w-{number}",
        }
        told = Submission("shop-eu", body, headers, now)
        world.send_bytes(body, source="shop-eu", submission=told)

    return sent


async def restarted(world: World) -> None:
    """Another process, which has read what came before."""
    world.judge = made = ruling(world)
    reader = MemoryLogReader(world.broker)
    warming = Warming(reader, world.schemas, made, world.clock)
    await warming.run()
    await warming.newest(1)


async def test_a_duplicate_is_known_over_a_restart(world: World, send: Send) -> None:
    """The same order of the same buyer, under another id, is held."""
    send(1)
    await world.converts()
    assert len(world.told()) == 1
    await restarted(world)
    send(2)
    await world.converts()
    (item,) = world.parked()
    assert "duplicate" in {one.rule for one in item.findings if one.holds}


async def test_without_it_a_duplicate_passes(world: World, send: Send) -> None:
    """So that the test above says something."""
    send(1)
    await world.converts()
    world.judge = ruling(world)
    send(2)
    await world.converts()
    assert len(world.told()) == 2


async def test_what_is_too_old_is_not_asked_for(world: World, send: Send) -> None:
    """A day later the same order is another one; a week later nobody reads it."""
    send(1)
    await world.converts()
    await world.clock.advance(8 * _DAY_S)
    await restarted(world)
    send(2)
    await world.converts()
    assert len(world.told()) == 2
