"""A whole bus on a real Kafka: topics, registry, receiver, worker processes.

Each has a name of its own, which all its topics and groups begin with, so that many
share a broker.
"""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from inspect import isawaitable
from itertools import count
from pathlib import Path
from uuid import uuid4

import orjson

from bus.adapters.kafka import Connection, KafkaLogReader, KafkaPublisher, KafkaTopics
from bus.client.schemas import load_catalogue
from bus.contracts.catalogue import Catalogue
from bus.contracts.codec import encode
from bus.delivery.headers import event_headers
from bus.delivery.subscription import Subscription
from bus.event import Event
from bus.ports import Publisher
from bus.record import Message, Record, Written
from processors.clock import SystemClock
from processors.receiver import Receiver
from processors.registry.journal import Journal
from processors.registry.server import Registry
from processors.settings import Settings
from processors.subscriptions.document import Draft
from processors.subscriptions.keys import make_key_file
from processors.subscriptions.onboarding import add
from processors.subscriptions.world import World
from processors.wiring.adapters import compatible, read_topology
from processors.wiring.control import open_world
from tests.support.kafka import KafkaUnderTest
from tests.support.pace import measured, patience
from tests.support.topics_file import named_topics

ROOT = Path(__file__).parents[2]
CLOCK = SystemClock()
_LOOK_S = 0.02
_DRAIN_S = 20.0


async def wait_until(
    condition: Callable[[], object], within_s: float, what: str
) -> None:
    """Return once a condition, or what it awaits, holds; else fail with `what`.

    `within_s` is what it may take on the usual machine; how slow this one is now is
    measured again before it fails.
    """
    began = CLOCK.monotonic()
    while not (await held if isawaitable(held := condition()) else held):
        if CLOCK.monotonic() - began > patience(within_s):
            await asyncio.to_thread(measured)
            gone_s = CLOCK.monotonic() - began
            assert gone_s <= patience(within_s), f"not within {gone_s:.0f} s: {what}"
        await CLOCK.sleep(_LOOK_S)


@dataclass
class Worker:
    """A `bus run` process and its log."""

    process: asyncio.subprocess.Process
    log: Path

    def lines(self, event: str = "") -> list[dict[str, object]]:
        """What it logged so far, of one name or all."""
        found = []
        for line in self.log.read_bytes().splitlines():
            if line.startswith(b"{") and line.endswith(b"}"):
                told: dict[str, object] = orjson.loads(line)
                if not event or told.get("event") == event:
                    found.append(told)
        return found

    def topics(self) -> set[str]:
        """The topics whose partitions came or went so far."""
        told = [line["topics"] for line in self.lines("partitions")]
        return {
            topic for topics in told if isinstance(topics, list) for topic in topics
        }

    async def ready(self, within_s: float = 30) -> None:
        """Return once it has its partitions."""

        def is_ready() -> bool:
            assert self.process.returncode is None, self.log.read_text()[-2000:]
            return b'"event":"ready"' in self.log.read_bytes().replace(b": ", b":")

        await wait_until(is_ready, within_s, f"{self.log.name} is ready")

    async def kill(self) -> None:
        """SIGKILL: no drain, no last commit."""
        self.process.kill()
        await self.process.wait()

    async def stop(self) -> int:
        """SIGTERM, then wait until it has drained; return its exit code."""
        if self.process.returncode is None:
            self.process.send_signal(signal.SIGTERM)
        return await asyncio.wait_for(self.process.wait(), patience(_DRAIN_S))


@dataclass
class Bus:
    """What a test does with a bus."""

    name: str
    folder: Path
    settings: Settings
    registry_url: str
    world: World
    registry: Registry
    receiver: Receiver
    catalogue: Catalogue
    publisher: Publisher
    workers: list[Worker] = field(default_factory=list)
    _ids: dict[str, int] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=count)

    # --- partners

    async def subscribe(self, subscription_id: str, **fields: object) -> Subscription:
        """Add a subscription to the receiver's path that is called like it."""
        url = self.receiver.url(f"/{subscription_id}")
        given = {"id": subscription_id, "url": url, "types": ["*"], **fields}
        taken = await add(self.world, Draft(Subscription.model_validate(given)))
        return taken.subscription

    def accepted(self, path: str) -> list[str]:
        """Ids of the events that a path accepted, in order."""
        return [
            r.webhook_id
            for r in self.receiver.received
            if r.path == path and 200 <= r.status <= 299
        ]

    # --- events

    async def schemas(self, types: Iterable[str]) -> None:
        """Register the schemas of these event types."""
        for type_ in types:
            if type_ not in self._ids:
                schema = self.catalogue.schema(type_)
                subject = self.catalogue.subject(type_)
                registered = await self.registry.schemas.register(subject, schema.text)
                self._ids[type_] = registered

    async def produce(self, events: Iterable[Event]) -> list[Written]:
        """Write events as the OMS does; return where they stand."""
        events = list(events)
        await self.schemas({event.type for event in events})
        return list(await asyncio.gather(*map(self._publish, events)))

    async def _publish(self, event: Event) -> Written:
        schema = self.catalogue.schema(event.type)
        message = Message(
            f"{self.name}.{self.catalogue.topic(event.type)}",
            event.subject.encode(),
            encode(schema, self._ids[event.type], event.data),
            event_headers(event),
        )
        return await self.publisher.publish(message)

    async def records(self, *topics: str) -> list[Record]:
        """All records of topics, up to their present ends."""
        reader = KafkaLogReader(Connection(self.settings.librdkafka()))
        found: list[Record] = []
        for topic in topics:
            async for batch in reader.read(topic):
                found += batch
        return found

    # --- processes

    async def run(
        self,
        role: str = "all",
        *,
        share: int = 1,
        attached: bool = True,
        trusted: Path | None = None,
        **settings: object,
    ) -> Worker:
        """Start a worker; `settings` as in `Settings`, `trusted` its authorities."""
        log = self.folder / f"worker-{next(self._numbers)}.log"
        trust = {} if trusted is None else {"SSL_CERT_FILE": str(trusted)}
        given = {
            "bootstrap_servers": self.settings.bootstrap_servers,
            "registry_url": self.registry_url,
            "topics_file": self.settings.topics_file,
            "group_prefix": self.settings.group_prefix,
            "encryption_key_file": self.settings.encryption_key_file,
            "allow_networks": "127.0.0.0/8",
            "http_port": 0,
            "log_format": "json",
            **settings,
        }
        with log.open("wb") as out:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "processors.cli", "run", role),
                *("--share", str(share), *["--attached"][:attached]),
                cwd=ROOT,
                env=trust | {f"ORDERBUS_{k.upper()}": str(v) for k, v in given.items()},
                stdin=asyncio.subprocess.PIPE,
                stdout=out,
                stderr=out,
            )
        worker = Worker(process, log)
        self.workers.append(worker)
        return worker

    async def stop(self) -> None:
        """End all workers."""
        for worker in self.workers:
            if worker.process.returncode is None:
                worker.process.kill()
                await worker.process.wait()


@asynccontextmanager
async def running_bus(
    kafka: KafkaUnderTest,
    folder: Path,
    name: str,
    *,
    tiers: Mapping[str, str] | None = None,
    families: Iterable[str] = (),
    narrow: bool = False,
) -> AsyncIterator[Bus]:
    """Make everything but the workers, with topics as `named_topics` makes them."""
    topics_file = folder / f"{name}-topics.yaml"
    topics_file.write_text(named_topics(name, tiers, families, narrow=narrow))
    settings = _settings(kafka, folder, name, topics_file)
    connection = Connection(settings.librdkafka())
    topics = KafkaTopics(connection)
    await topics.create((await read_topology(settings, topics)).fixed())
    async with AsyncExitStack() as stack:
        world = await stack.enter_async_context(open_world(settings))
        publisher = KafkaPublisher(connection, linger_ms=1)
        stack.push_async_callback(publisher.close)
        registry = await _registry(connection, publisher, world, stack)
        receiver = Receiver(CLOCK)
        await receiver.start()
        stack.push_async_callback(receiver.close)
        bus = Bus(
            name=name,
            folder=folder,
            settings=settings,
            registry_url=registry.url,
            world=world,
            registry=registry,
            receiver=receiver,
            catalogue=load_catalogue(),
            publisher=publisher,
        )
        stack.push_async_callback(bus.stop)
        yield bus


def _settings(
    kafka: KafkaUnderTest, folder: Path, name: str, topics_file: Path
) -> Settings:
    key_file = folder / f"{name}.key"
    make_key_file(key_file, os.urandom)
    return Settings(
        bootstrap_servers=kafka.bootstrap_servers,
        topics_file=topics_file,
        group_prefix=f"{name}.",
        data_dir=folder,
        encryption_key_file=key_file,
        allow_networks="127.0.0.0/8",
    )


async def _registry(
    connection: Connection, publisher: Publisher, world: World, stack: AsyncExitStack
) -> Registry:
    journal = Journal(
        publisher,
        KafkaLogReader(connection),
        CLOCK,
        new_token=lambda: uuid4().hex,
        topic=world.topology.schemas,
    )
    registry = Registry(journal, compatible)
    await registry.start()
    stack.push_async_callback(registry.stop)
    return registry
