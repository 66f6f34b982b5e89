"""The whole bus on one machine: broker, registry, topics, processors."""

import os
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bus.adapters.jvm import EmbeddedKafka, Progress
from bus.adapters.kafka import Connection, KafkaTopics
from processors.clock import SystemClock
from processors.settings import DevState, Settings, write_dev
from processors.subscriptions.keys import make_key_file
from processors.supervisor import Supervisor
from processors.wiring.adapters import read_topology
from processors.wiring.folders import usable
from processors.wiring.keeping import Say, kept
from processors.wiring.listening import refuse_taken, refuse_taken_pages
from processors.wiring.registry import open_registry

KEY_FILE = "encryption.key"
STARTING_WORKERS = "Starting processors"
"""The step from which on workers may write to the terminal."""


@dataclass(frozen=True, slots=True)
class Stack:
    """What runs, and where."""

    settings: Settings
    registry_url: str
    kafka: EmbeddedKafka | None
    workers: Supervisor


@dataclass(frozen=True, slots=True, kw_only=True)
class StackPlan:
    """What is to run. `environment` goes to the worker processes on top of ours.

    `arguments` run the workers; each of `beside` a process of its own, which may come
    and go: it is neither waited for nor missed.
    """

    settings: Settings
    arguments: Sequence[str]
    beside: Sequence[Sequence[str]] = ()
    brokers: int = 1
    processes: int = 1
    kafka_port: int | None = None
    registry_port: int = 0
    environment: Mapping[str, str] | None = None
    worker_log: Path | None = None


@asynccontextmanager
async def open_stack(
    plan: StackPlan, progress: Progress, say: Say
) -> AsyncIterator[Stack]:
    """Start all, leave a note for other commands, and stop all in the end.

    Given bootstrap servers, no broker is started. `say` gets what a person must know.

    Raises:
        EmbeddedBrokerError: Kafka cannot be had or started, or has ended for good.
        ConfigurationError: A setting cannot be used.
    """
    settings = plan.settings
    data_dir = usable(settings.data_dir.absolute(), "--data-dir")
    refuse_taken_pages(_with_environment(plan), plan.processes + len(plan.beside))
    refuse_taken("127.0.0.1", plan.registry_port, "--registry-port")
    async with AsyncExitStack() as stack:
        kafka = None
        if settings.bootstrap_servers is None:
            kafka = await _kafka(plan, data_dir, progress, stack)
            await stack.enter_async_context(kept(kafka, say))
            settings = settings.model_copy(
                update={"bootstrap_servers": kafka.bootstrap_servers}
            )
        settings = _with_key(settings, data_dir)
        progress.step("Making topics")
        url = await _serve_registry(settings, plan.registry_port, stack)
        settings = settings.model_copy(update={"registry_url": url})
        progress.step(STARTING_WORKERS)
        for index, arguments in enumerate(plan.beside, plan.processes):
            beside = _processes(plan, settings, url, arguments, first=index)
            await stack.enter_async_context(beside)
        workers = await stack.enter_async_context(
            _processes(plan, settings, url, plan.arguments, count=plan.processes)
        )
        note = write_dev(data_dir, _dev_state(settings, url))
        stack.callback(note.unlink, missing_ok=True)
        yield Stack(settings, url, kafka, workers)


async def _kafka(
    plan: StackPlan, data_dir: Path, progress: Progress, stack: AsyncExitStack
) -> EmbeddedKafka:
    cache_dir = plan.settings.cache_dir
    usable(cache_dir.absolute(), "ORDERBUS_CACHE_DIR")
    kafka = EmbeddedKafka(
        data_dir / "kafka",
        cache_dir,
        brokers=plan.brokers,
        port=plan.kafka_port,
        progress=progress,
    )
    await stack.enter_async_context(kafka)
    return kafka


def _with_key(settings: Settings, data_dir: Path) -> Settings:
    """The settings, with the key of this folder where none is given."""
    if settings.encryption_key is not None or settings.encryption_key_file is not None:
        return settings
    key_file = data_dir / KEY_FILE
    make_key_file(key_file, os.urandom)
    return settings.model_copy(update={"encryption_key_file": key_file})


def _processes(
    plan: StackPlan,
    settings: Settings,
    url: str,
    arguments: Sequence[str],
    *,
    count: int = 1,
    first: int = 0,
) -> Supervisor:
    environment = {**os.environ, **_environment(settings, url)}  # noqa: TID251 - handed on to children, not read
    return Supervisor(
        arguments,
        count,
        SystemClock(),
        drain_s=settings.drain_s,
        first=first,
        environment={**environment, **(plan.environment or {})},
        log=plan.worker_log,
    )


def _dev_state(settings: Settings, url: str) -> DevState:
    return DevState(
        pid=os.getpid(),
        bootstrap_servers=settings.bootstrap_servers or "",
        registry_url=url,
        key_file=settings.encryption_key_file or Path(),
    )


def _with_environment(plan: StackPlan) -> Settings:
    """The settings, with the port that the workers are given."""
    port = (plan.environment or {}).get("ORDERBUS_HTTP_PORT")
    if port is None:
        return plan.settings
    return plan.settings.model_copy(update={"http_port": int(port)})


async def _serve_registry(settings: Settings, port: int, stack: AsyncExitStack) -> str:
    """Make the topics, then serve the registry on its one."""
    topics = KafkaTopics(Connection(settings.librdkafka()))
    topology = await read_topology(settings, topics)
    await topics.create(topology.fixed())
    if settings.registry_url is not None:
        return settings.registry_url
    registry = await stack.enter_async_context(open_registry(settings))
    await registry.start(port=port)
    stack.push_async_callback(registry.stop)
    return registry.url


def _environment(settings: Settings, url: str) -> Mapping[str, str]:
    """What the workers have to know that is found out here."""
    found = {
        "ORDERBUS_BOOTSTRAP_SERVERS": settings.bootstrap_servers or "",
        "ORDERBUS_REGISTRY_URL": url,
        "ORDERBUS_ALLOW_NETWORKS": ",".join(map(str, settings.allow_networks)),
        "ORDERBUS_DATA_DIR": str(settings.data_dir.absolute()),
    }
    if settings.encryption_key_file is not None:
        found["ORDERBUS_ENCRYPTION_KEY_FILE"] = str(settings.encryption_key_file)
    return found
