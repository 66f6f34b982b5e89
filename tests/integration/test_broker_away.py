"""Brokers that die and come back while the bus is at work."""

import asyncio
import time
from pathlib import Path

import pytest

from bus.adapters.jvm import EmbeddedKafka
from bus.adapters.kafka import Connection, KafkaGroups, KafkaTopics
from bus.topics.topic import TopicState
from processors.receiver import Behaviour
from tests.guarantees import DuplicatesBounded, NothingLost, Pair
from tests.support.bus import CLOCK, Bus, running_bus, wait_until
from tests.support.kafka import KafkaUnderTest, cache_dir
from tests.support.orders import order_event
from tests.support.pace import patience

TIERS = {"short": "300ms", "middle": "600ms", "long": "900ms"}
_AWAY_S = 4.0


async def send(bus: Bus, lost: NothingLost, name: str, count: int) -> None:
    """Write events, each acknowledged before it is owed."""
    events = [order_event(f"SO-{name}-{number}") for number in range(count)]
    await bus.produce(events)
    for event in events:
        lost.produced(event.id, ("erp",))


async def delivered(bus: Bus, lost: NothingLost, within_s: float) -> None:
    """Wait until all was accepted."""
    until = CLOCK.monotonic() + patience(within_s)
    while lost.missing:
        for id_ in bus.accepted("/erp"):
            lost.received(id_, "erp")
        assert CLOCK.monotonic() < until, f"{len(lost.missing)} are missing"
        await CLOCK.sleep(0.2)


@pytest.mark.kafka
@pytest.mark.parametrize("brokers", [1, pytest.param(3, marks=pytest.mark.long)])
async def test_broker_goes_and_comes_back(brokers: int, tmp_path: Path) -> None:
    """A broker killed at work and started again: nothing lost, no manual step."""
    kafka = EmbeddedKafka(tmp_path / "kafka", cache_dir(), brokers=brokers, short=True)
    async with kafka:
        under_test = KafkaUnderTest(kafka.bootstrap_servers)
        async with running_bus(under_test, tmp_path, "away", tiers=TIERS) as bus:
            bus.receiver.behave("/erp", Behaviour(latency_ms=20, fail_share=0.2))
            await bus.subscribe("erp", retry=list(TIERS) * 3)
            worker = await bus.run()
            await worker.ready()
            lost = NothingLost()
            await send(bus, lost, "before", 2_000)
            await wait_until(lambda: len(bus.accepted("/erp")) > 300, 30, "at work")
            victim = kafka.nodes[-1]
            await victim.kill()
            await CLOCK.sleep(_AWAY_S)
            await victim.start()
            everyone = frozenset(node.node_id for node in kafka.nodes)
            await victim.ready(everyone)
            await send(bus, lost, "after", 500)
            await delivered(bus, lost, 60)
            lost.check()
            assert len(duplicates(bus)) < 500
            assert not worker.lines("bug")
            assert len(worker.lines("kafka")) < 100
            assert await worker.stop() == 0


@pytest.mark.kafka
@pytest.mark.long
async def test_the_lag_costs_nothing_while_a_leader_is_away(tmp_path: Path) -> None:
    """Every worker asks for it; librdkafka's admin client would keep a core busy."""
    async with EmbeddedKafka(tmp_path, cache_dir(), brokers=3, short=True) as kafka:
        connection = Connection({"bootstrap.servers": kafka.bootstrap_servers})
        await KafkaTopics(connection).create([TopicState("t", 6, 3)])
        groups = KafkaGroups(connection)
        assert len(await groups.lag("g", ["t"])) == 6
        await kafka.nodes[0].kill()
        asking = asyncio.create_task(groups.lag("g", ["t"]))
        spent_s = time.process_time()
        await asyncio.wait({asking}, timeout=_AWAY_S)
        spent_s = time.process_time() - spent_s
        assert spent_s < _AWAY_S / 4
        await asyncio.gather(asking, return_exceptions=True)


def duplicates(bus: Bus) -> set[Pair]:
    """What was accepted more than once."""
    repeated = DuplicatesBounded()
    for id_ in bus.accepted("/erp"):
        repeated.received(id_, "erp")
    return repeated.repeated
