"""The laws of who takes a connection and hangs up, or never speaks."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeAlias, TypeVar
from urllib.parse import urlsplit

from bus.delivery.delivery import Accepted
from bus.laws.world import LawBrokenError, World, expect, not_reached, parcel

_SOON_S = 0.5
_PATIENCE_S = 60.0
Came = TypeVar("Came")
Take: TypeAlias = Callable[
    [asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]
]


async def is_hung_up_on(world: World) -> None:
    """Who takes the connection and hangs up is not reached; nor is the sink stuck."""
    async with _stranger(world, hangs_up=True):
        not_reached(await soon(world.sink.send(parcel(world.nobody, timeout_s=2))))
    outcome = await world.sink.send(parcel(world.url, number=2))
    expect(isinstance(outcome, Accepted), f"Accepted, not {outcome}")


async def is_met_with_silence(world: World) -> None:
    """Who takes the connection and never speaks costs a delivery its timeout."""
    async with _stranger(world):
        not_reached(
            await soon(world.sink.send(parcel(world.nobody, timeout_s=_SOON_S)))
        )


async def gives_up(world: World) -> None:
    """A delivery that is cancelled ends so, and disturbs no other."""
    async with _stranger(world) as asked:
        sending = asyncio.create_task(
            world.sink.send(parcel(world.nobody, timeout_s=60))
        )
        await soon(asked.wait())
        sending.cancel()
        await asyncio.wait([sending], timeout=_PATIENCE_S)
        expect(sending.cancelled(), "to be cancelled")
        outcome = await world.sink.send(parcel(world.url))
        expect(isinstance(outcome, Accepted), f"Accepted, not {outcome}")


async def closes_with_one_under_way(world: World) -> None:
    """Closing ends what waits, as if the connection broke."""
    async with _stranger(world) as asked:
        sending = asyncio.create_task(
            world.sink.send(parcel(world.nobody, timeout_s=5))
        )
        await soon(asked.wait())
        await soon(world.sink.close())
        not_reached(await soon(sending))


@asynccontextmanager
async def _stranger(
    world: World, *, hangs_up: bool = False
) -> AsyncIterator[asyncio.Event]:
    """Somebody where nobody was, who never speaks; set once somebody came."""
    came = asyncio.Event()

    async def take(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        came.set()
        if hangs_up:
            writer.close()

    async with listening(urlsplit(world.nobody).port, take):
        yield came


@asynccontextmanager
async def listening(
    port: int | None, take: Take, context: ssl.SSLContext | None = None
) -> AsyncIterator[None]:
    """Have somebody listen on a port of loopback; all are hung up on in the end."""
    taken: list[asyncio.StreamWriter] = []

    async def taking(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        taken.append(writer)
        await take(reader, writer)

    server = await asyncio.start_server(taking, "127.0.0.1", port, ssl=context)
    try:
        yield
    finally:
        server.close()
        for writer in taken:
            writer.transport.abort()
        closed = (writer.wait_closed() for writer in taken)
        await asyncio.gather(*closed, return_exceptions=True)
        await server.wait_closed()


async def soon(awaited: Awaitable[Came]) -> Came:
    """What comes of it, which does not take for ever.

    Raises:
        LawBrokenError: it does.
    """
    try:
        async with asyncio.timeout(_PATIENCE_S):
            return await awaited
    except TimeoutError:
        raise LawBrokenError("expected it to end by its timeout") from None
