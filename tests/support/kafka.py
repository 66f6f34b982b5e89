"""The embedded Kafka as tests use it."""

import asyncio
import fcntl
import os
import socket
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from bus.adapters.jvm import EmbeddedKafka
from tests.support.pace import patience

_DEADLINE_S = 30


@dataclass(frozen=True, slots=True)
class KafkaUnderTest:
    """What a test needs to know of the session's Kafka."""

    bootstrap_servers: str


def cache_dir() -> Path:
    """The user's own cache, so that Kafka is downloaded once a machine."""
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return home / "orderbus"


@contextmanager
def embedded_kafka(data_dir: Path) -> Iterator[KafkaUnderTest]:
    """Run a single broker on `data_dir`."""
    kafka = EmbeddedKafka(data_dir, cache_dir(), short=True)
    with asyncio.Runner() as runner:
        runner.run(kafka.start())
        try:
            yield KafkaUnderTest(kafka.bootstrap_servers)
        finally:
            runner.run(kafka.stop())


@contextmanager
def shared_kafka(data_dir: Path, meeting: Path) -> Iterator[KafkaUnderTest]:
    """The broker of all who meet in a folder: the first starts it on its `data_dir`.

    At its end it waits for the others. A broker a process would be as right, but each
    takes some ten seconds of a core to start and get warm, and more to be idle.
    """
    at = meeting / "kafka.at"
    with ExitStack() as stack:
        with _locked(meeting / "kafka.starts", fcntl.LOCK_EX):
            if at.exists() and _answers(there := KafkaUnderTest(at.read_text())):
                users = _locked(meeting / "kafka.users", fcntl.LOCK_SH)
                stack.enter_context(users)
            else:
                _have_java_record(data_dir)
                there = stack.enter_context(embedded_kafka(data_dir))
                at.write_text(there.bootstrap_servers)
                stack.callback(_wait_for_others, at, meeting)
        yield there


def _have_java_record(data_dir: Path) -> None:
    """See that there is java's cache, which is written when a first Kafka ends.

    Of the shared one that would be the end of all tests, slower until then, and no
    Kafka that a single test starts would have it.
    """
    if not any(cache_dir().glob("aot/*.aot")):
        with embedded_kafka(data_dir):
            pass


def _wait_for_others(at: Path, meeting: Path) -> None:
    with _locked(meeting / "kafka.starts", fcntl.LOCK_EX):
        at.unlink()  # whoever still comes starts one
    with _locked(meeting / "kafka.users", fcntl.LOCK_EX):
        pass


@contextmanager
def _locked(file: Path, how: int) -> Iterator[None]:
    with file.open("ab") as held:
        fcntl.flock(held, how)
        yield


def _answers(kafka: KafkaUnderTest) -> bool:
    """Whether it is there still: who started it may have crashed."""
    host, _, port = kafka.bootstrap_servers.rpartition(":")
    try:
        with socket.create_connection((host, int(port)), _DEADLINE_S):
            return True
    except OSError:
        return False


def create_topic(
    bootstrap_servers: str, name: str, partitions: int = 1, replication: int = 1
) -> None:
    """Make a topic and wait until the controller has it."""
    admin = AdminClient({"bootstrap.servers": bootstrap_servers})
    topic = NewTopic(name, partitions, replication)
    for made in admin.create_topics([topic]).values():
        made.result(patience(_DEADLINE_S))


def topics(
    bootstrap_servers: str,
    settings: Mapping[str, str] | None = None,
    timeout_s: float = _DEADLINE_S,
) -> set[str]:
    """The names of all topics, internal ones left out."""
    admin = AdminClient({"bootstrap.servers": bootstrap_servers, **(settings or {})})
    names = admin.list_topics(timeout=timeout_s).topics
    return {name for name in names if not name.startswith("__")}


def write(bootstrap_servers: str, topic: str, *values: bytes) -> int:
    """How many of `values` all in-sync replicas acknowledged."""
    producer = Producer(
        {"bootstrap.servers": bootstrap_servers, "acks": "all", "linger.ms": 0}
    )
    acknowledged: list[bool] = []
    for value in values:
        producer.produce(
            topic, value, on_delivery=lambda error, _: acknowledged.append(not error)
        )
    producer.flush(patience(_DEADLINE_S))
    return sum(acknowledged)
