"""SIGTERM while Kafka gives no answer: a worker ends by itself, and says why."""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx
import pytest

from bus.adapters.jvm import EmbeddedKafka
from bus.adapters.jvm.node import Node
from processors.receiver import Behaviour
from tests.support.bus import CLOCK, ROOT, Bus, Worker, running_bus, wait_until
from tests.support.kafka import KafkaUnderTest, cache_dir
from tests.support.orders import order_event
from tests.support.pace import patience


async def frozen(node: Node) -> None:
    """Its connections stay open, nothing answers."""
    node.pause()


async def killed(node: Node) -> None:
    """Its connections are refused."""
    await node.kill()


@pytest.mark.kafka
@pytest.mark.parametrize("away", [frozen, pytest.param(killed, marks=pytest.mark.long)])
async def test_a_stop_does_not_wait_for_a_broker(
    away: Callable[[Node], Awaitable[None]], tmp_path: Path
) -> None:
    """With a commit under way that nobody answers: left behind, said so, ended."""
    kafka = EmbeddedKafka(tmp_path / "kafka", cache_dir(), short=True)
    async with kafka:
        under_test = KafkaUnderTest(kafka.bootstrap_servers)
        async with running_bus(under_test, tmp_path, "stopping") as bus:
            bus.receiver.behave("/erp", Behaviour(latency_ms=20))
            await bus.subscribe("erp")
            worker = await bus.run(drain_s=1)
            await worker.ready()
            await bus.produce(order_event(f"SO-{number}") for number in range(3_000))
            await more_accepted(bus)
            await away(kafka.nodes[0])
            await more_accepted(bus)
            assert await worker.stop() == 0
    sources = [line["source"] for line in worker.lines("kafka")]
    assert "kafka.left_behind" in sources
    assert worker.lines()[-1]["event"] == "stopped"
    assert not worker.lines("bug")


@pytest.mark.kafka
async def test_a_stop_says_what_it_waits_for(
    kafka: KafkaUnderTest, tmp_path: Path
) -> None:
    """A delivery whose endpoint takes its time: said, waited for, accepted."""
    async with running_bus(kafka, tmp_path, "draining") as bus:
        bus.receiver.behave("/erp", Behaviour(latency_ms=4_000))
        await bus.subscribe("erp")
        worker = await bus.run(drain_s=30)
        await worker.ready()
        await bus.produce([order_event("SO-1")])
        await wait_until(lambda: bool(bus.receiver.received), 30, "it is under way")
        assert await worker.stop() == 0
        assert len(bus.accepted("/erp")) == 1
    assert [line["waits_for"] for line in worker.lines("stopping")] == ["1 delivery"]


async def more_accepted(bus: Bus) -> None:
    """Wait until the partner has accepted some more."""
    before = len(bus.accepted("/erp"))
    await wait_until(lambda: len(bus.accepted("/erp")) > before + 100, 30, "at work")


async def test_a_stop_ends_a_beginning(tmp_path: Path, unused_tcp_port: int) -> None:
    """A worker that still waits for a Kafka that never was there ends at once."""
    log = tmp_path / "worker.log"
    given = {
        "bootstrap_servers": "127.0.0.1:1",
        "http_port": unused_tcp_port,
        "log_format": "json",
    }
    with log.open("wb") as out:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "processors.cli", "run"),
            cwd=ROOT,
            env=os.environ
            | {f"ORDERBUS_{k.upper()}": str(v) for k, v in given.items()},
            stdout=out,
            stderr=out,
        )
    worker = Worker(process, log)
    async with httpx.AsyncClient() as client:

        async def answers() -> bool:
            try:
                page = await client.get(f"http://127.0.0.1:{unused_tcp_port}/healthz")
            except httpx.TransportError:
                return False
            return page.is_success

        async with asyncio.timeout(patience(20)):
            while not await answers():
                await CLOCK.sleep(0.02)
    assert await worker.stop() == 0
    assert [line["event"] for line in worker.lines()] == ["stopped"]
