"""The live stream as the Python client hears it."""

import asyncio
from dataclasses import replace

import pytest

from bus.access.roles import Role
from bus.api import Api, AsyncApi, Message, UnauthorizedError
from processors.gateway.protocol import Lines
from processors.gateway.server import Gateway, Place
from processors.gateway.table import ROUTES
from processors.wiring.streaming import make_live
from tests.support.bus import wait_until
from tests.support.gateway import UNLIMITED, Client, serving
from tests.support.sse import attempt, reached
from tests.support.worlds import Worlds


def asking(ask: Client, by: str = "operator") -> AsyncApi:
    """The client of the library, which pauses by the test's own clock."""
    api = AsyncApi(ask.gateway.url, key=ask.keys.tokens[by])
    api.sleep = ask.api.world.clock.sleep
    return api


async def test_the_library_goes_on_at_another_gateway(worlds: Worlds) -> None:
    """A gateway ends, the next one at its address begins: nothing is missed."""
    async with serving(worlds) as ask, asking(ask) as api:
        messages = api.stream(kind="attempt", outcome=["accepted", "failed"])
        first = asyncio.ensure_future(anext(messages))
        await reached(lambda: ask.api.streams.open == 1)
        await attempt(worlds, ask, order_id="SO-1")
        assert (await first).data["order_id"] == "SO-1"
        port = int(ask.gateway.url.rpartition(":")[2])
        next_ = asyncio.ensure_future(anext(messages))
        await ask.gateway.stop()
        assert (await next_).kind == "end"
        await attempt(worlds, ask, order_id="SO-2")
        next_ = asyncio.ensure_future(anext(messages))
        api_ = replace(ask.api, live=make_live(ask.api.world, ask.observer))
        other = Gateway(api_, ROUTES, UNLIMITED, Lines())
        await other.start(Place(port=port))
        await reached(lambda: worlds.clock.next_due() is not None)
        await passing(worlds, next_)
        assert (await next_).data["order_id"] == "SO-2"
        await messages.aclose()  # type: ignore[attr-defined]  # a generator
        await other.stop()
        await api_.live.close()


async def passing(worlds: Worlds, done: asyncio.Future[Message]) -> None:
    """Let time pass until something is done."""

    async def tick() -> bool:
        await worlds.clock.advance(0.5)
        return done.done()

    await wait_until(tick, 10, "done")


async def test_the_library_says_that_a_key_is_revoked(worlds: Worlds) -> None:
    """It does not try for ever."""
    async with serving(worlds) as ask:
        key_id = await ask.keys.add("short", Role.SUPPORT)
        async with asking(ask, "short") as api:
            messages = api.stream()
            next_ = asyncio.ensure_future(anext(messages))
            await reached(lambda: ask.api.streams.open == 1)
            await ask.keys.access.writer.revoke(key_id)
            await passing(worlds, next_)
            assert (await next_).data["reason"] == "key"
            next_ = asyncio.ensure_future(anext(messages))
            await passing(worlds, next_)
            with pytest.raises(UnauthorizedError):
                await next_


async def test_the_library_without_await(worlds: Worlds) -> None:
    """The same messages, from a thread."""
    async with serving(worlds) as ask:
        with Api(ask.gateway.url, key=ask.keys.tokens["operator"]) as api:
            messages = api.stream(kind="attempt")
            next_ = asyncio.create_task(asyncio.to_thread(next, messages))
            await reached(lambda: ask.api.streams.open == 1)
            await attempt(worlds, ask, order_id="SO-1")
            assert (await next_).data["order_id"] == "SO-1"
            await asyncio.to_thread(messages.close)  # type: ignore[attr-defined]
