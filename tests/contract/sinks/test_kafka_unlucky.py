"""A writer's process on a machine that has nothing left, or that stood still."""

import asyncio
import os
import resource
import signal
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from uuid import uuid4

import psutil
import pytest

from bus.adapters.kafka import writing_apart
from bus.adapters.kafka.sink import KafkaSink
from bus.adapters.kafka.writer import KafkaWriter
from bus.delivery.delivery import Accepted, Outcome, Unreachable
from bus.ports import NoAnswerKind
from bus.record import Message
from bus.sending import Parcel
from tests.contract.sinks.parcels import parcel
from tests.contract.sinks.strange_kafka import kafka_sink, naming
from tests.contract.sinks.test_kafka_apart import clients
from tests.contract.sinks.worlds import nobody_reached
from tests.support.bus import wait_until
from tests.support.kafka import KafkaUnderTest, create_topic
from tests.support.pace import patience
from tests.support.relay import stranger

NOWHERE = {"bootstrap.servers": "127.0.0.1:9"}
RECORD = Message("orders", b"SO-1", b"{}")
HEADROOM = 200
"""Threads that a process of ours has, beside those of brokers."""


@pytest.fixture
async def sink() -> AsyncIterator[KafkaSink]:
    """A sink that may connect to loopback."""
    made = kafka_sink()
    yield made
    await made.close()


@contextmanager
def _no_file_left() -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


async def test_no_file_left() -> None:
    """Nobody is reached, and says why; the writer is over, so another one follows."""
    writer = KafkaWriter(NOWHERE, 1)
    with _no_file_left():
        outcome = await writer.write(RECORD)
    assert nobody_reached(outcome) == NoAnswerKind.CONNECT
    assert "Too many open files" in str(outcome)
    assert writer.over
    await writer.close()


@pytest.mark.parametrize("program", ["/bin/false", "/bin/true", "/bin/echo"])
async def test_a_program_that_is_another(
    program: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it says is not ours, or it hangs up while it is told something."""
    monkeypatch.setattr(sys, "executable", program)
    writer = KafkaWriter(NOWHERE, 1)
    outcome = await writer.write(RECORD)
    assert isinstance(outcome, Unreachable), outcome
    assert writer.over
    assert await writer.write(RECORD) == outcome
    await writer.close()


@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGRTMIN + 1])
async def test_ended_by_any_signal(number: int) -> None:
    """Also by one without a name: all of a hundred that are under way hear of it."""
    async with stranger() as port:
        servers = {"bootstrap.servers": f"127.0.0.1:{port}"}
        writer = KafkaWriter(servers, patience(60))
        sent = [asyncio.create_task(writer.write(RECORD)) for _ in range(100)]
        await wait_until(clients, patience(10), "its process is there")
        os.kill(clients()[0].pid, number)
        outcomes = set(await asyncio.gather(*sent))
        await writer.close()
    (outcome,) = outcomes
    assert nobody_reached(outcome) == NoAnswerKind.RESET
    assert ("SIGSEGV" if number == signal.SIGSEGV else str(number)) in str(outcome)


async def _told(sink: KafkaSink, host: bytes, count: int) -> Outcome:
    brokers = [(b"127.0.0.1", 9), *((host, number) for number in range(1, count))]
    async with stranger(naming(brokers)) as port:
        url = f"kafka://127.0.0.1:{port}/orders"
        return await sink.send(parcel(url, timeout_s=patience(5)))


async def test_thousands_of_brokers(sink: KafkaSink) -> None:
    """Each is a thread of its process; the machine's are not its own to take."""
    most = 0
    sent = asyncio.create_task(_told(sink, b"127.0.0.1", 5_000))

    def threads() -> bool:
        nonlocal most
        for one in clients():
            try:
                most = max(most, one.num_threads())
            except psutil.NoSuchProcess:
                continue
        return sent.done()

    await wait_until(threads, patience(30), "it is told")

    assert isinstance(outcome := await sent, Unreachable)
    assert 10 < most < writing_apart._MOST_BROKERS + HEADROOM, outcome  # noqa: SLF001 - its limit


async def test_an_endless_list_of_brokers(sink: KafkaSink) -> None:
    """What does not fit into a line is no answer."""
    outcome = await _told(sink, b"h" * 30_000, 200)

    assert nobody_reached(outcome) == NoAnswerKind.PROTOCOL, outcome
    assert "too many brokers" in str(outcome)


async def test_a_broker_whose_name_is_no_text(sink: KafkaSink) -> None:
    """The client reads it where there is nothing; only its process ends."""
    outcome = await _told(sink, b"\xff\xfe", 2)

    assert nobody_reached(outcome) == NoAnswerKind.RESET


@pytest.mark.kafka
async def test_who_stood_still(kafka: KafkaUnderTest, sink: KafkaSink) -> None:
    """A worker that was stopped for longer than a timeout reads what came meanwhile."""
    topic, timeout_s = f"sink.{uuid4().hex[:12]}", min(patience(3), 10)
    create_topic(kafka.bootstrap_servers, topic)
    url = f"kafka://{kafka.bootstrap_servers}/{topic}"
    warm = parcel(url, timeout_s=timeout_s)
    await wait_until(lambda: _accepted(sink, warm), patience(30), "it is there")
    sent = asyncio.create_task(sink.send(parcel(url, number=2, timeout_s=timeout_s)))
    await asyncio.wait([sent], timeout=0)

    threading.Event().wait(timeout_s + 1)  # the event loop, too

    assert await sent == Accepted(200)


async def _accepted(sink: KafkaSink, sent: Parcel) -> bool:
    return await sink.send(sent) == Accepted(200)
