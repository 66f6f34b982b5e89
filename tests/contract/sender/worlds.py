"""The senders under contract, each with endpoints that can be told what to do."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from functools import lru_cache, partial
from typing import Protocol, TypeAlias

from bus.adapters.http.aiohttp_sender import AiohttpSender
from bus.adapters.http.guard import Guard
from bus.adapters.http.lean import LeanSender
from bus.adapters.http.names import Names
from bus.adapters.memory.clock import MemoryClock, settle
from bus.adapters.memory.sender import HANG, MemorySender
from bus.ports import Answer, NoAnswer, NoAnswerKind, Post, Reply, Sender
from bus.sending import Head, StraightSender
from tests.support.endpoint import Endpoint, Exchange, says

MakeSender: TypeAlias = Callable[[Guard, Names | None], Sender]

LOOPBACK = ("127.0.0.0/8", "::1/128")
REAL: dict[str, MakeSender] = {
    "aiohttp": AiohttpSender,
    "lean": LeanSender,
    "lean, straight": lambda guard, names: Straight(LeanSender(guard, names)),
}
HEADERS = (("content-type", "application/json"), ("webhook-id", "evt-1"))


def post(url: str, *, timeout_s: float = 5, body: bytes = b"{}") -> Post:
    """A webhook to this URL, as a subscription's are: with a head of its own."""
    return Post(url, HEADERS, body, timeout_s, head=head(url))


@lru_cache
def head(url: str) -> Head:
    """What all posts to this URL begin with."""
    return Head(url, HEADERS[:1])


def kind(reply: Reply) -> NoAnswerKind:
    """The kind of a reply that must be none."""
    assert isinstance(reply, NoAnswer), reply
    return reply.kind


class Straight:
    """A sender as the engine posts by it: straight where it can begin at once."""

    def __init__(self, inner: StraightSender) -> None:
        self._inner = inner

    async def send(self, post: Post) -> Reply:
        """Post, by `start` where that is possible."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        waiter: asyncio.Future[Reply | None] = loop.create_future()
        if self._inner.start(post, partial(_resolve, waiter)):
            assert not waiter.done(), "heard before it has begun"
            reply = await waiter
            if reply is not None:
                return reply
            left_s = post.timeout_s - (loop.time() - began)
            post = replace(post, timeout_s=max(left_s, 0.001))
        return await self._inner.send(post)

    async def close(self) -> None:
        """Close all connections."""
        await self._inner.close()


def _resolve(waiter: "asyncio.Future[Reply | None]", reply: Reply | None) -> None:
    if not waiter.cancelled():
        waiter.set_result(reply)  # raises if it is called twice


class World(Protocol):
    """A sender, and endpoints made to order; each returns its URL."""

    sender: Sender

    async def answering(
        self, status: int, body: str = "", retry_after: str | None = None
    ) -> str:
        """An endpoint that answers."""
        ...

    async def hanging(self) -> str:
        """An endpoint that takes the request and says nothing."""
        ...

    async def resetting(self) -> str:
        """An endpoint that resets the connection."""
        ...

    async def passing(self, sent: "asyncio.Task[Reply]") -> Reply:
        """Let time pass until a post is over."""
        ...


class MemoryWorld:
    """The in-memory sender."""

    def __init__(self, *, straight: bool) -> None:
        self._clock = MemoryClock()
        self._endpoints = 0
        self.memory = MemorySender(self._clock)
        self.sender: Sender = Straight(self.memory) if straight else self.memory

    async def answering(
        self, status: int, body: str = "", retry_after: str | None = None
    ) -> str:
        """See `World`."""
        return self._scripted(Answer(status, retry_after, body))

    async def hanging(self) -> str:
        """See `World`."""
        url = self._scripted(Answer(200))
        self.memory.always(url, HANG)
        return url

    async def resetting(self) -> str:
        """See `World`."""
        return self._scripted(NoAnswer(NoAnswerKind.RESET, "closed"))

    async def passing(self, sent: asyncio.Task[Reply]) -> Reply:
        """See `World`."""
        while not sent.done():
            await self._clock.advance(0.05)
            await settle()
        return sent.result()

    def _scripted(self, reply: Reply) -> str:
        self._endpoints += 1
        url = f"https://partner-{self._endpoints}.example/hook"
        self.memory.always(url, reply)
        return url


class RealWorld:
    """A sender over TCP on loopback."""

    def __init__(self, sender: Sender, stack: AsyncExitStack) -> None:
        self.sender = sender
        self._stack = stack

    async def answering(
        self, status: int, body: str = "", retry_after: str | None = None
    ) -> str:
        """See `World`."""
        after = f"retry-after: {retry_after}\r\n" if retry_after else ""
        content = body.encode()
        return await self._endpoint(
            says(
                f"HTTP/1.1 {status} x\r\n{after}content-length: {len(content)}"
                "\r\n\r\n".encode()
                + content
            )
        )

    async def hanging(self) -> str:
        """See `World`."""
        return await self._endpoint(says())

    async def resetting(self) -> str:
        """See `World`."""
        return await self._endpoint(Exchange.reset)

    async def passing(self, sent: asyncio.Task[Reply]) -> Reply:
        """See `World`."""
        return await sent

    async def _endpoint(self, respond: Callable[[Exchange], None]) -> str:
        endpoint = await self._stack.enter_async_context(Endpoint(respond))
        return endpoint.url()


async def open_world(name: str) -> AsyncIterator[World]:
    """A world by name: `memory`, `memory, straight`, or one of `REAL`."""
    if name.startswith("memory"):
        yield MemoryWorld(straight=name != "memory")
        return
    async with AsyncExitStack() as stack:
        sender = REAL[name](Guard(allow=LOOPBACK), None)
        stack.push_async_callback(sender.close)
        yield RealWorld(sender, stack)
