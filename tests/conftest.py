"""Fixtures shared by all tests."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.kafka import KafkaUnderTest, embedded_kafka

# A shell ignores Ctrl-C for what it starts in the background, and programs inherit
# that; the tests press it.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KafkaUnderTest]:
    """A real Apache Kafka for the whole session; use topic names of your own."""
    data_dir: Path = tmp_path_factory.mktemp("kafka")
    with embedded_kafka(data_dir) as running:
        yield running
