"""A partner's Kafka that dies, or says nothing: what a delivery comes to, and after."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bus.adapters.jvm import EmbeddedKafka
from bus.adapters.kafka.sink import KafkaSink
from bus.delivery.delivery import Accepted, Unreachable
from bus.ports import NoAnswerKind
from tests.contract.sinks.parcels import parcel
from tests.contract.sinks.strange_kafka import kafka_sink
from tests.contract.sinks.worlds import nobody, nobody_reached
from tests.support.kafka import cache_dir, create_topic
from tests.support.pace import patience
from tests.support.turns import turn

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(300)]
_REACHED_S = patience(60)


@pytest.fixture
async def partner(tmp_path: Path) -> AsyncIterator[EmbeddedKafka]:
    """A Kafka that no other test has."""
    async with EmbeddedKafka(tmp_path, cache_dir(), short=True) as kafka:
        await asyncio.to_thread(create_topic, kafka.bootstrap_servers, "orders")
        yield kafka


@pytest.fixture
async def sink() -> AsyncIterator[KafkaSink]:
    """A sink that may connect to loopback."""
    made = kafka_sink()
    yield made
    await made.close()


async def _taken_again(sink: KafkaSink, url: str) -> None:
    async with asyncio.timeout(_REACHED_S):
        while isinstance(await sink.send(parcel(url, timeout_s=5)), Unreachable):
            pass


async def test_it_dies_and_comes_back(partner: EmbeddedKafka, sink: KafkaSink) -> None:
    """Nobody is reached meanwhile; then it is, at the same place, by the same sink."""
    url = f"kafka://{partner.bootstrap_servers}/orders"
    assert await sink.send(parcel(url, timeout_s=_REACHED_S)) == Accepted(200)

    await partner.nodes[0].kill()
    away = await sink.send(parcel(url, number=2, timeout_s=1))
    assert isinstance(away, Unreachable), away

    await partner.nodes[0].start()
    await _taken_again(sink, url)


async def test_all_learn_at_once_that_nobody_is_there(sink: KafkaSink) -> None:
    """However many wait: one look is for all, and costs none more than its time."""
    url = f"kafka://127.0.0.1:{await nobody()}/orders"
    sent = [sink.send(parcel(url, number=n, timeout_s=1)) for n in range(60)]
    async with asyncio.timeout(patience(20)):  # one after the other: a minute
        outcomes = await asyncio.gather(*sent)
    assert all(isinstance(one, Unreachable) for one in outcomes)


async def test_it_says_nothing(partner: EmbeddedKafka, sink: KafkaSink) -> None:
    """What is under way costs its timeout; giving up and closing wait for nobody."""
    url = f"kafka://{partner.bootstrap_servers}/orders"
    assert await sink.send(parcel(url, timeout_s=_REACHED_S)) == Accepted(200)

    node = partner.nodes[0]
    node.pause()
    try:
        async with asyncio.timeout(_REACHED_S):
            while (silent := await sink.send(parcel(url, timeout_s=1))) == Accepted(
                200
            ):
                pass
        assert nobody_reached(silent) == NoAnswerKind.TIMEOUT
        given_up, waiting = (
            asyncio.create_task(sink.send(parcel(url, number=n, timeout_s=60)))
            for n in (3, 4)
        )
        await turn()
        given_up.cancel()
        await asyncio.wait([given_up])
        assert given_up.cancelled()
        async with asyncio.timeout(_REACHED_S):
            await sink.close()
            assert isinstance(await waiting, Unreachable)
    finally:
        node.resume()
