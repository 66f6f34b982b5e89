"""Who writes to a partner's Kafka: a process of its own, which may end at any time."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from uuid import uuid4

import psutil
import pytest

from bus.adapters.kafka import writer
from bus.adapters.kafka.sink import KafkaSink
from bus.delivery.delivery import Accepted, Outcome, Unreachable
from bus.delivery.subscription import Tls
from bus.ports import NoAnswerKind
from tests.contract.sinks import strangers
from tests.contract.sinks.parcels import parcel
from tests.contract.sinks.strange_kafka import kafka_sink
from tests.contract.sinks.worlds import nobody_reached
from tests.support.bus import wait_until
from tests.support.kafka import KafkaUnderTest, create_topic
from tests.support.pace import patience
from tests.support.relay import stranger

ABORTS = bytes.fromhex("00000008 00000001 00000000")
"""What librdkafka 2.16 ends its whole process at."""
ODD = (
    *(ABORTS, b"\x00" * 64, b"\xff" * 64, b"HTTP/1.1 400 Bad Request\r\n\r\n"),
    *(b"\x15\x03\x01\x00\x02\x02\x28", b"\x7f\xff\xff\xff\x00\x00\x00\x01" * 8),
    bytes.fromhex("0000000a 00000001 0000 7fffffff"),
    bytes.fromhex("0000000a 00000001 0023 00000000"),
)


@pytest.fixture
async def sink() -> AsyncIterator[KafkaSink]:
    """A sink that may connect to loopback."""
    made = kafka_sink()
    yield made
    await made.close()


def clients(of: int | None = None) -> list[psutil.Process]:
    """The processes of a process's sinks."""
    return [one for one in psutil.Process(of).children() if _writes(one)]


def _writes(process: psutil.Process) -> bool:
    try:
        return "writing_apart.py" in str(process.cmdline())
    except psutil.NoSuchProcess:  # or one that has ended just now
        return False


async def _said(sink: KafkaSink, answer: bytes) -> Outcome:
    async with stranger(strangers.raw(answer)) as port:
        return await sink.send(parcel(f"kafka://127.0.0.1:{port}/orders", timeout_s=1))


async def test_any_answer_is_an_outcome(sink: KafkaSink) -> None:
    """Also one that ends the client: nobody is reached, again and again."""
    outcomes = await asyncio.gather(*(_said(sink, answer) for answer in ODD))

    assert all(isinstance(one, Unreachable) for one in outcomes), outcomes
    assert "SIGABRT" in str(outcomes[0])
    assert await _said(sink, ABORTS) == outcomes[0]


async def test_certificates_that_are_none(sink: KafkaSink) -> None:
    """The client does not begin, and says why."""
    for _ in range(2):
        url, tls = "kafkas://127.0.0.1:9/orders", Tls(ca="no certificate")
        outcome = await sink.send(parcel(url, tls=tls, timeout_s=patience(5)))
        assert nobody_reached(outcome) == NoAnswerKind.TLS
        assert "certificates" in str(outcome)


async def test_one_that_does_not_answer(
    sink: KafkaSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is ended after its time, so that nothing is written later."""
    monkeypatch.setattr(writer, "_SILENT_S", 0.0)
    async with stranger() as port:
        url = f"kafka://127.0.0.1:{port}/orders"
        sent = asyncio.create_task(sink.send(parcel(url, timeout_s=1)))
        await wait_until(clients, patience(10), "its process is there")
        clients()[0].suspend()
        assert nobody_reached(await sent) == NoAnswerKind.TIMEOUT
    await wait_until(lambda: not clients(), patience(10), "its process has ended")


@pytest.mark.kafka
async def test_one_that_is_killed(kafka: KafkaUnderTest, sink: KafkaSink) -> None:
    """Who was under way hears of it; the next has a new one, and is delivered."""
    name = f"sink.{uuid4().hex[:12]}"
    create_topic(kafka.bootstrap_servers, name)
    url = f"kafka://{kafka.bootstrap_servers}/{name}"
    assert await sink.send(parcel(url, timeout_s=patience(20))) == Accepted(200)
    (client,) = clients()
    for stop in (signal.SIGINT, signal.SIGTERM):  # whoever ends us lets us drain
        client.send_signal(stop)
    sent = parcel(url, number=2, timeout_s=patience(20))
    assert await sink.send(sent) == Accepted(200)
    assert clients() == [client]

    client.kill()
    await wait_until(lambda: clients() != [client], patience(10), "it has ended")

    sent = parcel(url, number=3, timeout_s=patience(20))
    if (heard := await sink.send(sent)) != Accepted(200):  # it was under way
        assert "SIGKILL" in str(heard)
        assert await sink.send(sent) == Accepted(200)
    assert len(clients()) == 1


_WORKER = """
import asyncio, sys
from tests.contract.sinks.parcels import parcel
from tests.contract.sinks.strange_kafka import kafka_sink

asyncio.run(kafka_sink().send(parcel(sys.argv[1], timeout_s=300)))
"""


@pytest.mark.parametrize("frozen", [False, True], ids=["runs", "frozen"])
async def test_none_outlives_its_worker(*, frozen: bool) -> None:
    """A worker that is killed leaves nobody who writes for it, not even later."""
    if frozen and sys.platform != "linux":
        pytest.skip("only Linux ends who is frozen with who started it")
    async with stranger() as port:
        url = f"kafka://127.0.0.1:{port}/orders"
        worker = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", _WORKER, url),
            env={**os.environ, "PYTHONPATH": "."},
        )
        try:
            there = patience(30)
            await wait_until(lambda: clients(worker.pid), there, "its process is there")
            (client,) = clients(worker.pid)
            if frozen:
                await wait_until(
                    lambda: client.num_threads() > 1, there, "it has begun"
                )
                client.suspend()
        finally:
            worker.kill()
            await worker.wait()
        await wait_until(lambda: not client.is_running(), patience(10), "it has ended")
