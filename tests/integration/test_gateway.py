"""`bus run gateway` as a process on a real Kafka: stopped, killed, refused."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping

import pytest
import pytest_asyncio

from bus.api import AsyncApi
from tests.support.bus import wait_until
from tests.support.kafka import KafkaUnderTest
from tests.support.pace import patience
from tests.support.site import Served, Site, open_site, refuses

pytestmark = [pytest.mark.kafka, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(
    kafka: KafkaUnderTest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Site]:
    """One bus for all; every test has gateways of its own."""
    async with open_site(kafka, tmp_path_factory.mktemp("site"), "gateway") as made:
        yield made


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


async def test_a_stop_answers_what_is_under_way(site: Site) -> None:
    """A slow publish is answered after its ack, streams end, nobody new gets in."""
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

    async def is_known() -> bool:
        return (await served.ask("GET", "/v1/subscriptions/shop"))[0] == 200

    await wait_until(is_known, 10, "the gateway has read it")
    path = "/v1/subscriptions/shop/replay"
    status, made, _ = await served.ask("POST", path, {"since": "1h"})
    assert status == 202, made
    found = made["job"]
    assert isinstance(found, dict)
    return found


async def test_killed_and_begun_again(site: Site) -> None:
    """Repeats: as answered before, here; elsewhere and later with the same ids.

    A stream that was cut off goes on at another gateway: all that came, each once.
    """
    first, other = await asyncio.gather(site.gateway(), site.gateway())
    event = await first.example()
    listener = await hearing(first)
    status, made, _ = await publish(first, event)
    assert status == 201
    again = await publish(first, event)
    assert (again[0], again[1]) == (201, made)
    assert again[2]["Idempotency-Replayed"] == "true"
    assert (await publish(first, {**event, "id": "another"}))[0] == 422
    place = await until(listener, b"event: event\nid: ")
    await first.worker.kill()
    later = await site.gateway()
    expected = []
    for served in (other, later):
        repeated = await publish(served, event)
        assert repeated[0] == 201
        assert "Idempotency-Replayed" not in repeated[2]
        assert ids(repeated[1]) == ids(made)
        expected += [ids(made), ids(await published(served))]
    assert len(set(expected)) == 3
    async with AsyncApi(other.url, key=site.token) as api:
        messages = api.stream(last_id=place)
        async with asyncio.timeout(patience(20)):
            told = [await anext(messages) for _ in expected]
        await messages.aclose()  # type: ignore[attr-defined]  # a generator
    found = [(message.kind, str(message.data["event_id"])) for message in told]
    assert sorted(found) == sorted(("event", id_) for id_ in expected)


async def publish(
    served: Served, event: Mapping[str, object]
) -> tuple[int, dict[str, object], Mapping[str, str]]:
    """Publish under a key."""
    return await served.ask("POST", "/v1/events", event, Idempotency_Key="order-1")


async def published(served: Served) -> dict[str, object]:
    """Publish without one; what was answered."""
    status, made, _ = await served.ask("POST", "/v1/events", await served.example())
    assert status == 201
    return made


def ids(made: Mapping[str, object]) -> str:
    """The webhook-id in an answer."""
    return str(row_of(made)["webhook_id"])


def row_of(made: Mapping[str, object]) -> Mapping[str, object]:
    """What an answer says of the one event."""
    rows = made["data"]
    assert isinstance(rows, list)
    (row,) = rows
    assert isinstance(row, dict)
    return row
