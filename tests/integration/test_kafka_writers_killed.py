"""Who writes to a partner's Kafka is killed in full flow, at random moments."""

import asyncio
import os
import random
import signal
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from uuid import uuid4

import pytest
from confluent_kafka import Consumer, TopicPartition

from bus.adapters.kafka import Connection, KafkaLogReader
from bus.event import Event
from tests.contract.sinks.test_kafka_apart import clients
from tests.support.bus import Bus, Worker, running_bus, wait_until
from tests.support.kafka import KafkaUnderTest, create_topic
from tests.support.orders import order_event

pytestmark = [pytest.mark.kafka, pytest.mark.long, pytest.mark.timeout(900)]
ORDERS, EACH, SEED = 200, 30, 7
MOST, LEAST_KILLS = 300, 10
CONCURRENCY, PARTITIONS = 64, 6
NEVER = 1_000_000
"""As many failures open a breaker, so that all flows while they are killed."""


class Topic:
    """The partner's, and what stands on it."""

    def __init__(self, servers: str) -> None:
        self.name = f"shop.{uuid4().hex[:8]}"
        self.url = f"kafka://{servers}/{self.name}"
        settings = {"bootstrap.servers": servers}
        self._asks = Consumer({**settings, "group.id": self.name})
        self._reader = KafkaLogReader(Connection(settings))

    async def length(self) -> int:
        """How many records it has."""
        return await asyncio.to_thread(self._length)

    def _length(self) -> int:
        ends = 0
        for number in range(PARTITIONS):
            place = TopicPartition(self.name, number)
            ends += self._asks.get_watermark_offsets(place, 10)[1]
        return ends

    async def ids(self) -> Mapping[str, Sequence[str]]:
        """The ids of each order, as its partition has them."""
        found: dict[str, list[str]] = defaultdict(list)
        async for batch in self._reader.read(self.name):
            for one in batch:
                told = dict(one.headers)["webhook-id"]
                found[(one.key or b"").decode()].append((told or b"").decode())
        return found


async def test_order_holds_in_full_flow(kafka: KafkaUnderTest, tmp_path: Path) -> None:
    """All arrive, each order in its order; only what was under way comes again."""
    topic = Topic(kafka.bootstrap_servers)
    create_topic(kafka.bootstrap_servers, topic.name, PARTITIONS)
    sent = [
        [order_event(f"SO-{order}", number) for order in range(ORDERS)]
        for number in range(EACH)
    ]
    async with running_bus(kafka, tmp_path, "killed") as bus:
        wished = {"ordering": "key", "retry": ("1s",), "on_exhausted": "block"}
        await bus.subscribe(
            "lake", url=topic.url, concurrency=CONCURRENCY, timeout_s=30, **wished
        )
        workers = [await _worker(bus) for _ in range(2)]
        for worker in workers:
            await worker.ready(120)
        producing = asyncio.create_task(_produce(bus, sent))
        killed = await _kill(workers, topic, random.Random(SEED))  # noqa: S311 - drawn anew
        await producing
        assert killed >= LEAST_KILLS

        async def all_there() -> bool:
            had = await topic.ids()
            return sum(len(set(ids)) for ids in had.values()) == ORDERS * EACH

        await wait_until(all_there, 180, "all have arrived")
        failed = _failed(workers)
        assert failed, "nothing was under way when they were killed"
        for worker in workers:
            assert await worker.stop() == 0
            assert not worker.lines("bug")
            assert not [one for one in worker.lines("trouble") if "breaker" in str(one)]
        again = _hold(sent, await topic.ids(), failed)
        assert again <= killed * CONCURRENCY * len(workers)


def _hold(
    sent: Sequence[Sequence[Event]],
    had: Mapping[str, Sequence[str]],
    failed: Mapping[str, int],
) -> int:
    """Each order is as it was sent, but for repeats that follow at once: how many."""
    again = 0
    for one in sent[0]:
        number = int(one.subject.partition("-")[2])
        wanted = [each[number].webhook_id for each in sent]
        ids = had[one.subject]
        assert ids == sorted(ids, key=wanted.index), one.subject
        times = Counter(ids)
        assert set(times) == set(wanted), one.subject
        for each, count in times.items():
            assert count <= 1 + failed.get(each, 0), each
        again += len(ids) - len(wanted)
    return again


async def _worker(bus: Bus) -> Worker:
    return await bus.run(breaker_consecutive=NEVER, breaker_window_min=NEVER)


async def _produce(bus: Bus, sent: Sequence[Sequence[Event]]) -> None:
    for events in sent:  # so that the next of an order follows the one before
        await bus.produce(events)


async def _kill(workers: Sequence[Worker], topic: Topic, draws: random.Random) -> int:
    """Kill one after the other while all flows, after some more records each."""
    killed, length = 0, await topic.length()
    while length < ORDERS * EACH:
        until = min(length + draws.randrange(5, MOST), ORDERS * EACH)

        async def flows(until: int = until) -> bool:
            return await topic.length() >= until

        await wait_until(flows, 60, f"{until} records, {killed} were killed")
        there = [one.pid for of in workers for one in clients(of.process.pid)]
        if there:
            os.kill(draws.choice(there), signal.SIGKILL)
            killed += 1
        length = await topic.length()
    return killed


def _failed(workers: Sequence[Worker]) -> Mapping[str, int]:
    """How many attempts of each id were not acknowledged."""
    lines = (line for one in workers for line in one.lines("attempt"))
    return Counter(
        str(line["event_id"]) for line in lines if line["outcome"] != "accepted"
    )
