"""The end of a gateway, or of a client, while something is under way."""

import asyncio
import json

from processors.gateway.bounds import Bounds
from processors.telemetry import names
from tests.support.bus import wait_until
from tests.support.gateway import Client, serving
from tests.support.pace import patience
from tests.support.worlds import Worlds


async def _begun(ask: Client) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A publish of which the last byte is not sent yet, and has been begun."""
    example = (await ask("GET", "/v1/event-types/order.created/example")).json
    body = json.dumps(example).encode()
    host, port = ask.gateway.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    lines = (
        "POST /v1/events HTTP/1.1",
        "Host: bus",
        f"Authorization: Bearer {ask.keys.tokens['operator']}",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
    )
    writer.write("\r\n".join([*lines, "", ""]).encode() + body[:-1])
    await wait_until(lambda: _in_flight(ask), 10, "it is under way")
    return reader, writer


def _in_flight(ask: Client) -> float:
    return ask.observer.read(names.API_IN_FLIGHT)[""]


async def test_a_body_that_had_begun_is_heard_to_its_end(ask: Client) -> None:
    """Else it would be held for its whole deadline, and then refused."""
    reader, writer = await _begun(ask)
    stopping = asyncio.create_task(ask.gateway.stop())
    await wait_until(lambda: _closed(ask), 10, "new connections are refused")
    assert not stopping.done()
    writer.write(b"}")
    async with asyncio.timeout(patience(10)):
        answer = await reader.read()
        await stopping
    writer.close()
    assert answer.startswith(b"HTTP/1.1 201 ")
    assert b"Connection: close" in answer


async def test_a_body_that_never_comes_does_not_hold_it(worlds: Worlds) -> None:
    """It has the time that every body has."""
    async with serving(worlds, bounds=Bounds(body_s=0.2, deadline_s=3_600)) as ask:
        reader, writer = await _begun(ask)
        async with asyncio.timeout(patience(10)):
            await ask.gateway.stop()
            answer = await reader.read()
        writer.close()
        assert answer.startswith(b"HTTP/1.1 408 ")


async def test_who_leaves_before_the_body_is_whole(ask: Client) -> None:
    """Is no bug of ours, and is seen in the log."""
    _, writer = await _begun(ask)
    writer.close()
    observer = ask.observer
    await wait_until(lambda: not _in_flight(ask), 10, "it is told")
    assert (names.API_ANSWERS, 1, "400") in observer.measures
    assert names.BUG not in [name for name, _ in observer.notes]


async def _closed(ask: Client) -> bool:
    host, port = ask.gateway.url.removeprefix("http://").split(":")
    try:
        _, writer = await asyncio.open_connection(host, int(port))
    except OSError:
        return True
    writer.close()
    return False
