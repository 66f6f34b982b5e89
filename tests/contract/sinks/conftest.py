"""Each sink in turn, on the loop that the programs run on and on asyncio's own."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from functools import partial
from typing import Protocol

import pytest
import uvloop

from bus.adapters.grpc.sink import GrpcSink
from bus.adapters.http.guard import Guard
from bus.adapters.http.names import Names
from bus.adapters.http.places import GuardedPlaces
from tests.contract.sinks.amqp1_worlds import (
    open_amqp1,
    open_artemis,
    open_rabbitmq1,
)
from tests.contract.sinks.aws_told import open_eventbridge, open_sns
from tests.contract.sinks.aws_worlds import open_moto, open_sqs
from tests.contract.sinks.nats_worlds import open_nats, open_told
from tests.contract.sinks.pubsub_worlds import open_emulated, open_told_topic
from tests.contract.sinks.pull_told import open_pulled
from tests.contract.sinks.queue_worlds import open_amqp, open_rabbitmq
from tests.contract.sinks.redis_worlds import open_redis
from tests.contract.sinks.worlds import (
    LOOPBACK,
    Scripted,
    World,
    open_kafka,
    open_world,
)

SCRIPTED: Mapping[str, Callable[..., AsyncIterator[Scripted]]] = {
    "http": partial(open_world, "http"),
    "grpc": partial(open_world, "grpc"),
    "amqp": open_amqp,
    "amqp1": open_amqp1,
    "nats": open_told,
    "sqs": open_sqs,
    "sns": open_sns,
    "eventbridge": open_eventbridge,
    "pubsub": open_told_topic,
    "pull": open_pulled,
}
"""Those whose servers answer as they are told; the others are what they are."""
REAL = [
    "jetstream",
    "redis",
    pytest.param("kafka", marks=pytest.mark.kafka),
    pytest.param("rabbitmq", marks=pytest.mark.rabbitmq),
    pytest.param("rabbitmq-1.0", marks=pytest.mark.rabbitmq),
    pytest.param("artemis", marks=pytest.mark.artemis),
    "moto",
    "emulator",
]


class OpenAs(Protocol):
    """Opens a world of some kind."""

    def __call__(
        self, *, guard: Guard | None = None, names: Names | None = None
    ) -> AsyncIterator[World]:
        """Behind a guard and names of the test's own."""
        ...


def pytest_asyncio_loop_factories(
    config: pytest.Config, item: pytest.Item
) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Run each test on asyncio's loop and on uvloop's."""
    del config, item
    return {"asyncio": asyncio.new_event_loop, "uvloop": uvloop.new_event_loop}


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy in the environment must not matter; if it did, tests would fail."""
    for name in ("http_proxy", "https_proxy", "grpc_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")


@pytest.fixture(params=[*SCRIPTED, *REAL])
def open_as(request: pytest.FixtureRequest) -> OpenAs:
    """Each kind; the running servers are asked for outside any loop."""
    if request.param == "kafka":
        servers = request.getfixturevalue("kafka").bootstrap_servers
        return partial(open_kafka, servers)
    if request.param in _RUNNING:
        fixture, opening = _RUNNING[request.param]
        return partial(opening, request.getfixturevalue(fixture))
    return SCRIPTED[request.param]


_RUNNING: Mapping[str, tuple[str, Callable[..., AsyncIterator[World]]]] = {
    "rabbitmq": ("rabbitmq", open_rabbitmq),
    "rabbitmq-1.0": ("rabbitmq", open_rabbitmq1),
    "artemis": ("artemis", open_artemis),
    "jetstream": ("nats", open_nats),
    "redis": ("redis_server", open_redis),
    "moto": ("aws", open_moto),
    "emulator": ("pubsub", open_emulated),
}
"""Those of the session, by the fixtures that run their servers."""


@pytest.fixture
async def world(open_as: OpenAs) -> AsyncIterator[World]:
    """Each sink with its endpoint."""
    async for opened in open_as():
        yield opened


@pytest.fixture(params=SCRIPTED)
async def scripted(request: pytest.FixtureRequest) -> AsyncIterator[Scripted]:
    """Each sink with an endpoint that can be told what to answer."""
    async for opened in SCRIPTED[request.param]():
        yield opened


@pytest.fixture
async def sink() -> AsyncIterator[GrpcSink]:
    """A sink of gRPC to which every name is loopback."""
    names = Names(lambda _: ["127.0.0.1"])
    made = GrpcSink(GuardedPlaces(Guard(allow=LOOPBACK), "grpc", names))
    yield made
    await made.close()
