"""Answers on their way out: whole ones, and streams, to whoever takes them in time."""

import asyncio

from aiohttp import web

from processors.gateway.routes import Stream
from processors.live.signals import Reason

_AT_ONCE = 32 * 1024
"""Half of what a connection holds before whoever writes has to wait."""


async def send(
    request: web.BaseRequest, response: web.StreamResponse, within_s: float
) -> None:
    """Send all of an answer, to one who takes it in time."""
    try:
        if _goes_at_once(request, response):
            await response.prepare(request)
            await response.write_eof()
            return
        async with asyncio.timeout(within_s):
            await response.prepare(request)
            await response.write_eof()
    except (TimeoutError, ConnectionError):
        _let_go(request)


def _goes_at_once(request: web.BaseRequest, response: web.StreamResponse) -> bool:
    """Whether the connection takes all of it, whoever reads: then nobody is awaited."""
    body = response.body if isinstance(response, web.Response) else None
    size = len(body) if isinstance(body, bytes) else _AT_ONCE
    transport = request.transport
    return (
        size < _AT_ONCE
        and transport is not None
        and not transport.get_write_buffer_size()
    )


async def send_stream(
    request: web.BaseRequest,
    response: web.StreamResponse,
    stream: Stream,
    within_s: float,
) -> Reason:
    """Send a stream to its end; return why it ended. Each part has to go in time."""
    response.force_close()

    async def send_part(part: bytes) -> None:
        async with asyncio.timeout(within_s):
            await response.write(part)

    try:
        async with asyncio.timeout(within_s):
            await response.prepare(request)
        if request.method == "HEAD":
            return Reason.LEFT
        reason = await stream.run(send_part)
    except TimeoutError:
        reason = Reason.SLOW
    except ConnectionError:
        return Reason.LEFT
    except Exception:
        await _end(request, response, stream.last(Reason.BROKEN), within_s)
        raise
    finally:
        stream.close()
    await _end(request, response, stream.last(reason), within_s)
    return reason


async def _end(
    request: web.BaseRequest, response: web.StreamResponse, last: bytes, within_s: float
) -> None:
    """Send the last part; one who does not even take that is let go."""
    try:
        async with asyncio.timeout(within_s):
            await response.write(last)
            await response.write_eof()
    except (TimeoutError, ConnectionError):
        _let_go(request)


def _let_go(request: web.BaseRequest) -> None:
    if request.transport is not None:
        request.transport.abort()
