"""One event, three partners, three transports, on a real Kafka with real processes."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from uuid import uuid4

import pytest

from bus.adapters.kafka import Connection, KafkaLogReader
from bus.event import Event
from tests.support.bus import Bus, Worker, running_bus, wait_until
from tests.support.grpc_receiver import GrpcReceiver
from tests.support.kafka import KafkaUnderTest, create_topic
from tests.support.orders import order_event

pytestmark = pytest.mark.kafka
_ORDERS, _EACH = 6, 10


def firsts(ids: Iterable[str]) -> list[str]:
    """Each id where it came first."""
    return list(dict.fromkeys(ids))


async def written(kafka: KafkaUnderTest, topic: str) -> list[str]:
    """The ids on a topic, in the order of its only partition."""
    reader = KafkaLogReader(Connection({"bootstrap.servers": kafka.bootstrap_servers}))
    found: list[str] = []
    async for batch in reader.read(topic):
        found += [dict(one.headers)["webhook-id"].decode() for one in batch]
    return found


def events(numbers: range) -> Sequence[Event]:
    """So many of each order, in turn."""
    return [order_event(f"SO-{o}", n) for n in numbers for o in range(_ORDERS)]


async def test_all_have_all_in_order(kafka: KafkaUnderTest, tmp_path: Path) -> None:
    """Though a worker is killed and the gRPC server starts anew, nothing is lost."""
    topic = f"shop.{uuid4().hex[:8]}"
    await asyncio.to_thread(create_topic, kafka.bootstrap_servers, topic)
    async with running_bus(kafka, tmp_path, "sinks") as bus:
        receiver = await GrpcReceiver().__aenter__()
        await _subscribe(bus, "web", bus.receiver.url("/web"))
        await _subscribe(bus, "wms", f"grpc://127.0.0.1:{receiver.port}")
        await _subscribe(bus, "lake", f"kafka://{kafka.bootstrap_servers}/{topic}")
        worker = await _worker(bus)
        sent = [*await _send(bus, range(_EACH // 2))]
        await wait_until(lambda: len(receiver.calls) > _ORDERS, 30, "some calls")
        await worker.kill()
        await receiver.__aexit__()
        await receiver.__aenter__()
        sent += await _send(bus, range(_EACH // 2, _EACH))
        again = await _worker(bus)

        async def had() -> Mapping[str, list[str]]:
            return {
                "web": bus.accepted("/web"),
                "wms": [call.metadata["webhook-id"] for call in receiver.calls],
                "lake": await written(kafka, topic),
            }

        wanted = {event.webhook_id for event in sent}

        async def complete() -> bool:
            return all(set(ids) == wanted for ids in (await had()).values())

        await wait_until(complete, 60, "all three have all events")
        for name, ids in (await had()).items():
            assert by_order(firsts(ids), sent) == by_order(
                [event.webhook_id for event in sent], sent
            ), name
        assert await again.stop() == 0
        assert not again.lines("bug")
        await receiver.__aexit__()


async def _subscribe(bus: Bus, name: str, url: str) -> None:
    made = await bus.subscribe(name, url=url, ordering="key")
    assert not made.unproven


async def _worker(bus: Bus) -> Worker:
    """A worker whose breakers are quick."""
    worker = await bus.run(breaker_open_s=0.5, breaker_open_max_s=1)
    await worker.ready()
    return worker


async def _send(bus: Bus, numbers: range) -> Sequence[Event]:
    sent = events(numbers)
    for event in sent:
        await bus.produce([event])
    return sent


def by_order(ids: Sequence[str], sent: Sequence[Event]) -> Mapping[str, list[str]]:
    """The ids of each order, in their order."""
    orders = {event.webhook_id: event.subject for event in sent}
    found: dict[str, list[str]] = defaultdict(list)
    for one in ids:
        found[orders[one]].append(one)
    return found
