"""The whole bus on one machine: broker, registry, topics, processors."""

import asyncio
import os
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from bus.adapters.jvm import EmbeddedKafka, Progress
from bus.adapters.kafka import Connection, KafkaTopics
from bus.errors import ConfigurationError
from processors.clock import SystemClock
from processors.settings import DevState, Settings, read_dev, write_dev
from processors.subscriptions.keys import make_key_file
from processors.supervisor import Supervisor, how_it_ended
from processors.wiring.adapters import read_topology
from processors.wiring.folders import usable
from processors.wiring.keeping import Say, kept
from processors.wiring.own_ports import (
    Claim,
    claims_of,
    refuse_others,
    refuse_own,
    with_ports,
)
from processors.wiring.registry import open_registry
from processors.wiring.relays import urls_of
from processors.wiring.stack_plan import StackPlan

KEY_FILE = "encryption.key"
MOST_DEATHS = 5
"""So often in a row a process may end soon after its start, before all ends."""
STARTING_WORKERS = "Starting processors"
"""The step from which on workers may write to the terminal."""


@dataclass(frozen=True, slots=True)
class Stack:
    """What runs, and where."""

    settings: Settings
    registry_url: str
    kafka: EmbeddedKafka | None
    workers: Supervisor
    gateway: Supervisor
    beside: Sequence[Supervisor]
    api_url: str

    async def ready(self) -> None:
        """Return once workers and gateway have said so, or have given up."""
        await asyncio.gather(self.workers.ready(), self.gateway.ready())

    async def settled(self, within_s: float) -> None:
        """Return once what runs beside them has said so too, or the time is over."""
        with suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                await asyncio.gather(*(one.ready() for one in self.beside))

    @property
    def given_up(self) -> bool:
        """Whether one of them has ended and may not be started again."""
        return self.workers.given_up or self.gateway.given_up

    async def wait(self) -> int:
        """Return the exit code once one of them may not be started again."""
        both = [asyncio.create_task(s.wait()) for s in (self.workers, self.gateway)]
        try:
            done, _ = await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
            return max(task.result() for task in done)
        finally:
            for task in both:
                task.cancel()


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
    claims = claims_of(plan)
    _refuse_taken_ports(plan, claims, data_dir)
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
        settings = with_ports(settings, claims, plan.reserve)
        settings = settings.model_copy(update={"registry_url": url})
        progress.step(STARTING_WORKERS)
        processes = _Processes(plan, settings, url, say)
        workers, gateway, beside = await _start_all(plan, processes, stack)
        note = write_dev(data_dir, _dev_state(settings, url))
        stack.callback(note.unlink, missing_ok=True)
        at = api_url(settings)
        yield Stack(settings, url, kafka, workers, gateway, beside, at)


def _refuse_taken_ports(
    plan: StackPlan, claims: Sequence[Claim], data_dir: Path
) -> None:
    """Ask for all ports; of who takes them, a bus on the same folder is told first."""
    try:
        refuse_own(claims)
        refuse_others(plan)
    except ConfigurationError:
        if (running := read_dev(data_dir)) is None:
            raise
        raise ConfigurationError(
            f"a bus runs on {data_dir} already (process {running.pid}, API"
            f" {running.api_url}); use that one, stop it, or choose another --data-dir"
        ) from None


async def _start_all(
    plan: StackPlan, processes: "_Processes", stack: AsyncExitStack
) -> tuple[Supervisor, Supervisor, Sequence[Supervisor]]:
    """Start every process; return workers, gateway, and what runs beside them."""
    beside = [
        await stack.enter_async_context(processes.of(arguments, first=index, most=0))
        for index, arguments in enumerate(plan.beside, plan.processes)
    ]
    workers = await stack.enter_async_context(
        processes.of(plan.arguments, count=plan.processes)
    )
    gateway = await stack.enter_async_context(
        processes.of(plan.api_arguments, first=plan.gateway_index)
    )
    return workers, gateway, beside


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
        short=plan.short,
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


@dataclass(frozen=True, slots=True)
class _Processes:
    """Makes who keeps processes running; who is started again is told of."""

    plan: StackPlan
    settings: Settings
    url: str
    say: Say

    def of(
        self,
        arguments: Sequence[str],
        *,
        count: int = 1,
        first: int = 0,
        most: int = MOST_DEATHS,
    ) -> Supervisor:
        environment = {**os.environ, **_environment(self.settings, self.url)}  # noqa: TID251 - handed on to children, not read

        def crashed(_: int, code: int) -> None:
            name = " ".join(arguments)
            self.say(f"bus {name} {how_it_ended(code)}; starting it again.")

        return Supervisor(
            arguments,
            count,
            SystemClock(),
            drain_s=self.settings.drain_s,
            first=first,
            environment={**environment, **(self.plan.environment or {})},
            log=self.plan.worker_log,
            most=most,
            on_crash=crashed,
        )


def api_url(settings: Settings) -> str:
    """Where the gateway serves by these settings."""
    host = settings.api_host
    scheme = "http" if settings.api_certificate_file is None else "https"
    return f"{scheme}://{f'[{host}]' if ':' in host else host}:{settings.api_port}"


def intake_url(settings: Settings) -> str:
    """Where the door of intake is by these settings."""
    host = settings.intake_host
    at = f"http://{f'[{host}]' if ':' in host else host}:{settings.intake_port}"
    return settings.intake_url or at


def _dev_state(settings: Settings, url: str) -> DevState:
    return DevState(
        pid=os.getpid(),
        bootstrap_servers=settings.bootstrap_servers or "",
        registry_url=url,
        api_url=api_url(settings),
        intake_url=intake_url(settings),
        key_file=settings.encryption_key_file or Path(),
        pull_relays=tuple(urls_of(settings)),
    )


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
        "ORDERBUS_API_PORT": str(settings.api_port),
        "ORDERBUS_INTAKE_PORT": str(settings.intake_port),
        "ORDERBUS_ALLOW_NETWORKS": ",".join(map(str, settings.allow_networks)),
        "ORDERBUS_DATA_DIR": str(settings.data_dir.absolute()),
    }
    if settings.pull_port is not None:
        found["ORDERBUS_PULL_PORT"] = str(settings.pull_port)
    if settings.encryption_key_file is not None:
        found["ORDERBUS_ENCRYPTION_KEY_FILE"] = str(settings.encryption_key_file)
    return found
