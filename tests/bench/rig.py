"""The rig: a real broker, a receiver, subscriptions, workers and a load producer.

Each is a process of its own, so that its CPU time can be told.
"""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from bus.adapters.jvm import EmbeddedKafka
from bus.adapters.kafka import Connection, KafkaTopics
from bus.delivery.subscription import Subscription, parse_subscription
from processors.access.trail import BUS, Trail
from processors.clock import SystemClock
from processors.settings import Settings, load
from processors.subscriptions.keys import make_key_file
from processors.subscriptions.table import SubscriptionTable
from processors.subscriptions.writer import SubscriptionWriter
from processors.wiring.adapters import Adapters, open_adapters, read_topology
from tests.bench.events import Done, Load, Setting
from tests.bench.meter import Meter
from tests.bench.processes import Child, Receiver, open_receiver, start_child
from tests.support.access import HeldAudit
from tests.support.pace import patience

CLOCK = SystemClock()
_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # noqa: S105 - of the bench only
_READY_S = 240.0
_AT_ONCE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to set up. `options` are fields of every subscription."""

    subscriptions: int = 1
    processes: int = 1
    retry: Sequence[str] = ("1s",)
    concurrency: int = 100
    remember: bool = False
    options: Mapping[str, object] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    workers: bool = True
    profile: Path | None = None


@dataclass
class Rig:
    """What a scenario works with."""

    plan: Plan
    settings: Settings
    folder: Path
    receiver: Receiver
    schema_ids: Mapping[str, int]
    kafka: EmbeddedKafka
    workers: list[Child] = field(default_factory=list)
    others: list[Child] = field(default_factory=list)
    meter: Meter = field(default_factory=Meter)
    producer: Child | None = None

    async def load(self, load: Load) -> Done:
        """Let the producer run a load to its end."""
        if self.producer is None:
            self.producer = await start_child("tests.bench.load")
            setting = Setting(
                bootstrap_servers=self.kafka.bootstrap_servers,
                schema_ids=dict(self.schema_ids),
            )
            await self.producer.ask(setting.model_dump_json())
        done = Done.model_validate_json(await self.producer.ask(load.model_dump_json()))
        if done.failed:
            what = f"{done.failed} events could not be written"
            raise RuntimeError(f"{what}: {done.why}")
        return done

    async def start_worker(self) -> Child:
        """Start a worker; it may take a while until it is ready."""
        command = [sys.executable, "-m", "processors.cli", "run", "all"]
        if self.plan.profile:
            spy = f"py-spy record -r 200 -f raw -o {self.plan.profile} --"
            command = [*spy.split(), *command]
        share = str(self.plan.processes)
        command += ["--share", share, "--index", str(len(self.workers))]
        worker = await self._start(command)
        self.workers.append(worker)
        return worker

    async def start_other(self, role: str, **environment: str) -> Child:
        """Start a process beside the workers, which is not counted among them."""
        command = [sys.executable, "-m", "processors.cli", "run", role]
        other = await self._start(command, **environment)
        self.others.append(other)
        return other

    async def _start(self, command: Sequence[str], **environment: str) -> Child:
        with (self.folder / "worker.log").open("ab") as log:
            return Child(
                await asyncio.create_subprocess_exec(
                    *command,
                    "--attached",
                    stdin=asyncio.subprocess.PIPE,
                    stdout=asyncio.subprocess.PIPE,
                    stderr=log,
                    env={**os.environ, **self.environment(), **environment},
                )
            )

    async def ready(self, worker: Child) -> None:
        """Return once a worker has its partitions."""
        try:
            await asyncio.wait_for(worker.said(), patience(_READY_S))
        except (TimeoutError, RuntimeError):
            tail = (self.folder / "worker.log").read_text()[-3000:]
            raise RuntimeError(f"the worker is not ready:\n{tail}") from None

    async def arrived(self, count: int, within_s: float) -> float:
        """Return once so many requests have come; how long that took, seconds."""
        began = CLOCK.monotonic()
        while await self.receiver.requests() < count:
            if CLOCK.monotonic() - began > patience(within_s):
                break
            await CLOCK.sleep(0.02)
        return CLOCK.monotonic() - began

    def environment(self) -> dict[str, str]:
        """What a process of the bus is told here."""
        return {
            "ORDERBUS_BOOTSTRAP_SERVERS": self.kafka.bootstrap_servers,
            "ORDERBUS_ENCRYPTION_KEY_FILE": str(self.settings.encryption_key_file),
            "ORDERBUS_ALLOW_NETWORKS": "127.0.0.0/8",
            "ORDERBUS_HTTP_PORT": "0",
            "ORDERBUS_LOG_FORMAT": "json",
            **self.plan.environment,
        }


@asynccontextmanager
async def open_rig(plan: Plan) -> AsyncIterator[Rig]:
    """Set everything up, workers ready, and take it down again."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="orderbus-bench-")))
        receiver = await open_receiver(stack, remember=plan.remember)
        kafka = EmbeddedKafka(folder / "kafka", load().cache_dir)
        await stack.enter_async_context(kafka)
        key_file = folder / "encryption.key"
        make_key_file(key_file, os.urandom)
        settings = load(
            bootstrap_servers=kafka.bootstrap_servers,
            data_dir=folder,
            allow_networks="127.0.0.0/8",
            encryption_key_file=key_file,
        )
        schema_ids = await _furnish(settings, plan, receiver.url)
        rig = Rig(plan, settings, folder, receiver, schema_ids, kafka)
        stack.push_async_callback(_stop, rig)
        rig.meter.parts = {
            "processors": lambda: [worker.pid for worker in rig.workers],
            "broker": lambda: [node.pid for node in kafka.nodes if node.pid],
            "receiver": lambda: [receiver.child.pid],
            "producer": lambda: [rig.producer.pid] if rig.producer else [],
        }
        if plan.workers:
            workers = [await rig.start_worker() for _ in range(plan.processes)]
            await asyncio.gather(*map(rig.ready, workers))
        yield rig


def subscription(number: int, url: str, plan: Plan) -> Subscription:
    """The subscription of this number; its endpoint is a path of its own."""
    secret = {"id": "a", "value": _SECRET, "created_at": datetime.now(UTC)}
    fields: dict[str, object] = {
        "id": f"s{number:04d}",
        "url": f"{url}s/{number}",
        "types": ["*"],
        "concurrency": plan.concurrency,
        "retry": list(plan.retry),
        "secrets": [secret],
    }
    return parse_subscription({**fields, **plan.options})


async def _furnish(settings: Settings, plan: Plan, url: str) -> Mapping[str, int]:
    """Make topics, schemas and subscriptions; return the ids of the schemas."""
    topics = KafkaTopics(Connection(settings.librdkafka()))
    topology = await read_topology(settings, topics)
    await topics.create(topology.fixed())
    made = [subscription(n, url, plan) for n in range(plan.subscriptions)]
    for start in range(0, len(made), _AT_ONCE):
        batch = made[start : start + _AT_ONCE]
        await topics.create(
            [topic for one in batch for topic in topology.topics_of(one)]
        )
    async with open_adapters(settings) as adapters:
        ids = await _register(adapters)
        table = SubscriptionTable(adapters.reader, adapters.keys, adapters.clock)
        async with table:
            writer = SubscriptionWriter(
                adapters.publisher,
                table,
                adapters.keys,
                adapters.clock,
                os.urandom,
                Trail(HeldAudit(), BUS),
            )
            for start in range(0, len(made), _AT_ONCE):
                batch = made[start : start + _AT_ONCE]
                await asyncio.gather(*map(writer.add, batch))
    return ids


async def _register(adapters: Adapters) -> Mapping[str, int]:
    catalogue = adapters.catalogue
    return {
        type_: await adapters.schemas.register(
            catalogue.subject(type_), catalogue.schema(type_).text
        )
        for type_ in catalogue.event_types
    }


async def _stop(rig: Rig) -> None:
    children = [*rig.workers, *rig.others, *([rig.producer] if rig.producer else [])]
    how = signal.SIGINT if rig.plan.profile else signal.SIGTERM
    await asyncio.gather(*(child.stop(how) for child in children))
