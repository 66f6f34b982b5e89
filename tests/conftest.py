"""Fixtures shared by all tests."""

import gc
import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.support.artemis import (
    ArtemisUnderTest,
    missing_artemis,
    running_artemis,
)
from tests.support.kafka import KafkaUnderTest, shared_kafka
from tests.support.nats_server import NatsUnderTest, running_nats
from tests.support.pace import patience
from tests.support.postgres import (
    PostgresUnderTest,
    missing_postgres,
    running_postgres,
)
from tests.support.rabbitmq import (
    RabbitUnderTest,
    missing_rabbitmq,
    running_rabbitmq,
)
from tests.support.redis_server import RedisUnderTest, running_redis

# A shell ignores Ctrl-C for what it starts in the background, and programs inherit
# that; the tests press it.
signal.signal(signal.SIGINT, signal.default_int_handler)

# Modules and tests, nearly all of what is made until then, are there to stay.
gc.disable()


def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    """What a test may take at most is a ratio to the machine's pace, too."""
    for item in items:
        own = item.get_closest_marker("timeout")
        most_s = float(own.args[0] if own else config.getini("timeout"))
        item.add_marker(pytest.mark.timeout(patience(most_s)), append=False)


def pytest_collection_finish() -> None:
    """From here on garbage is looked for, but not in what there is by now."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000)  # Python's 700 costs a thirtieth of all tests' time
    gc.enable()


_KAFKA = pytest.StashKey[ExitStack]()


@pytest.fixture(scope="session")
def kafka(
    pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory
) -> KafkaUnderTest:
    """A real Apache Kafka for the whole run; use names of topics of your own."""
    base = tmp_path_factory.getbasetemp()
    meeting = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    until_the_end = pytestconfig.stash.setdefault(_KAFKA, ExitStack())
    data_dir = tmp_path_factory.mktemp("kafka")
    return until_the_end.enter_context(shared_kafka(data_dir, meeting))


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Here, as no test's time is for waiting until other workers need it no more."""
    session.config.stash.get(_KAFKA, ExitStack()).close()


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresUnderTest]:
    """A real PostgreSQL for the whole session; take a `database()` of your own."""
    if why := missing_postgres():
        pytest.skip(why)
    with running_postgres() as server:
        yield server


@pytest.fixture(scope="session")
def rabbitmq() -> Iterator[RabbitUnderTest]:
    """A real RabbitMQ for the whole session; use names of exchanges of your own."""
    if why := missing_rabbitmq():
        pytest.skip(why)
    with running_rabbitmq() as broker:
        yield broker


@pytest.fixture(scope="session")
def artemis() -> Iterator[ArtemisUnderTest]:
    """A real Apache Artemis for the whole session; use addresses of your own."""
    if why := missing_artemis():
        pytest.skip(why)
    with running_artemis() as broker:
        yield broker


@pytest.fixture(scope="session")
def redis_server() -> Iterator[RedisUnderTest]:
    """A real server of Redis' protocol for the whole session; use keys of your own."""
    with running_redis() as server:
        yield server


@pytest.fixture(scope="session")
def nats() -> Iterator[NatsUnderTest]:
    """A real NATS for the whole session; use names of streams of your own."""
    with running_nats() as server:
        yield server
