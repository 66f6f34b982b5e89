"""The loops around a live stream, one without and one with `await`."""

from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterator
from contextlib import AsyncExitStack, ExitStack
from typing import NamedTuple

import httpx

from bus.api.asking import built, lost_by
from bus.api.exchange import Answer, Lost, Pause, Request
from bus.api.streaming import QUIET_S, Message, Opened, Read, Step, Told

_GOOD = 200
Steps = Generator[Step, Told, None]


class Line(NamedTuple):
    """How a client asks."""

    connection: Callable[[], httpx.Client]
    url: str
    sleep: Callable[[float], object]


class AsyncLine(NamedTuple):
    """How a client with `await` asks."""

    connection: Callable[[], httpx.AsyncClient]
    url: str
    sleep: Callable[[float], Awaitable[object]]


def hear(line: Line, steps: Steps) -> Iterator[Message]:
    """Yield what is heard; close it to hang up."""
    told: Told = None
    read = _silence
    with ExitStack() as open_:
        while True:
            match step := steps.send(told):
                case Message():
                    yield step
                    told = None
                case Read():
                    told = read()
                case Pause():
                    open_.close()
                    line.sleep(step.seconds)
                    told = None
                case Request():
                    told, read = _opened(line, step, open_)


def _silence() -> bytes | Lost | None:
    return None


def _opened(
    line: Line, step: Request, open_: ExitStack
) -> tuple[Told, Callable[[], bytes | Lost | None]]:
    try:
        client = line.connection()
        request = _patient(built(client, line.url, step))
        response = client.send(request, stream=True)
        open_.callback(response.close)
        if response.status_code != _GOOD:
            headers, body = dict(response.headers), response.read()
            return Answer(response.status_code, headers, body), _silence
    except httpx.RequestError as error:
        return lost_by(error), _silence
    chunks = response.iter_bytes()

    def read() -> bytes | Lost | None:
        try:
            return next(chunks, None)
        except httpx.RequestError as error:
            return lost_by(error)

    return Opened(), read


async def hear_async(line: AsyncLine, steps: Steps) -> AsyncIterator[Message]:
    """Yield what is heard; close it to hang up."""
    told: Told = None
    chunks: AsyncIterator[bytes] | None = None
    async with AsyncExitStack() as open_:
        while True:
            match step := steps.send(told):
                case Message():
                    yield step
                    told = None
                case Read():
                    told = await _next(chunks)
                case Pause():
                    await open_.aclose()
                    await line.sleep(step.seconds)
                    told = None
                case Request():
                    told, chunks = await _opened_async(line, step, open_)


async def _opened_async(
    line: AsyncLine, step: Request, open_: AsyncExitStack
) -> tuple[Told, AsyncIterator[bytes] | None]:
    try:
        client = line.connection()
        request = _patient(built(client, line.url, step))
        response = await client.send(request, stream=True)
        open_.push_async_callback(response.aclose)
        if response.status_code != _GOOD:
            headers, body = dict(response.headers), await response.aread()
            return Answer(response.status_code, headers, body), None
    except httpx.RequestError as error:
        return lost_by(error), None
    return Opened(), response.aiter_bytes()


async def _next(chunks: AsyncIterator[bytes] | None) -> bytes | Lost | None:
    try:
        return None if chunks is None else await anext(chunks, None)
    except httpx.RequestError as error:
        return lost_by(error)


def _patient(request: httpx.Request) -> httpx.Request:
    """It may be quiet for longer than an answer may take."""
    timeout = request.extensions["timeout"]
    request.extensions["timeout"] = {**timeout, "read": QUIET_S}
    return request
