"""`bus run gateway` as a process on a real Kafka, stopped."""

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.support.bus import wait_until
from tests.support.kafka import KafkaUnderTest
from tests.support.pace import patience
from tests.support.site import Served, Site, open_site, refuses

pytestmark = pytest.mark.kafka


def head_and_body(served: Served, event: Mapping[str, object]) -> tuple[bytes, bytes]:
    """A publish request, to be sent in two parts."""
    body = json.dumps(event).encode()
    more = ("Content-Type: application/json", f"Content-Length: {len(body)}")
    return served.head("POST", "/v1/events", *more), body


async def hearing(served: Served) -> asyncio.StreamReader:
    """A stream of events that has begun."""
    reader, writer = await served.raw()
    writer.write(served.head("GET", "/v1/stream?kind=event"))
    assert await until(reader, b"\nid: ")
    return reader


async def until(reader: asyncio.StreamReader, mark: bytes) -> str:
    """What stands in a line behind a mark."""
    async with asyncio.timeout(patience(20)):
        told = await reader.readuntil(mark)
        assert b" 200 " in told or b"HTTP" not in told
        return (await reader.readline()).decode().strip()


async def closed(reader: asyncio.StreamReader) -> bytes:
    """All that a connection says until it is closed."""
    async with asyncio.timeout(patience(20)):
        return await reader.read()


async def test_a_stop_answers_what_is_under_way(
    kafka: KafkaUnderTest, tmp_path: Path
) -> None:
    """A slow publish is answered after its ack, streams end, nobody new gets in."""
    async with open_site(kafka, tmp_path, "drains") as site:
        served = await site.gateway()
        status, made, _ = await served.ask("POST", "/v1/events", await served.example())
        assert status == 201, made
        row = row_of(made)
        (record,) = [
            record
            for record in await site.bus.records("oms.order")
            if (record.partition, record.offset) == (row["partition"], row["offset"])
        ]
        assert record.key == str(row["order_id"]).encode()

        listener = await hearing(served)
        reader, writer = await served.raw()
        head, body = head_and_body(served, await served.example())
        writer.write(head + body[:-1])
        work = await job(site, served)
        served.worker.process.terminate()
        assert b'"reason":"draining"' in await closed(listener)
        await wait_until(lambda: refuses(served), 10, "new connections are refused")
        writer.write(body[-1:])
        answer = await closed(reader)
        assert answer.startswith(b"HTTP/1.1 201 "), answer[:200]
        assert await served.worker.stop() == 0
        assert work["state"] == "running"
        assert not served.worker.lines("bug")
        assert served.worker.lines()[-1]["event"] == "stopped"


async def job(site: Site, served: Served) -> Mapping[str, object]:
    """Work that has just begun."""
    await site.bus.subscribe("shop")
    path = "/v1/subscriptions/shop/replay"
    status, made, _ = await served.ask("POST", path, {"since": "1h"})
    assert status == 202, made
    found = made["job"]
    assert isinstance(found, dict)
    return found


def row_of(made: Mapping[str, object]) -> Mapping[str, object]:
    """What an answer says of the one event."""
    rows = made["data"]
    assert isinstance(rows, list)
    (row,) = rows
    assert isinstance(row, dict)
    return row
