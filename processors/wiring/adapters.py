"""The adapters of one process, made from settings."""

import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bus.adapters.http.guard import Guard
from bus.adapters.http.lean import LeanSender
from bus.adapters.kafka import (
    Connection,
    KafkaGroups,
    KafkaLogReader,
    KafkaPublisher,
    KafkaTopics,
    OnEvent,
)
from bus.adapters.registry.connection import RegistryConnection
from bus.client.schemas import load_catalogue
from bus.contracts.catalogue import Catalogue
from bus.contracts.compatibility import Level, check
from bus.errors import BrokerUnavailableError, ConfigurationError
from bus.ports import Clock, Groups, LogReader, Publisher, Schemas, Sender, Topics
from bus.topics.topology import Topology
from processors.clock import SystemClock
from processors.registry.journal import Journal
from processors.registry.local import LocalSchemas
from processors.settings import Settings
from processors.sinks import Sinks
from processors.subscriptions.keys import NO_KEYS, Keys, parse_keys, read_key_file
from processors.wiring.relays import relays_of
from processors.wiring.sinks import make_sinks

if TYPE_CHECKING:
    from bus.adapters.registry.remote import RegistrySchemas

PATIENCE_S = 15.0
"""How long a command waits for Kafka to acknowledge a record."""
_REPLICAS = 3
_FLUSH_S = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Adapters:
    """What the programs of one process use of the world."""

    settings: Settings
    clock: Clock
    connection: Connection
    topology: Topology
    catalogue: Catalogue
    publisher: Publisher
    hop_publisher: Publisher
    reader: LogReader
    topics: Topics
    groups: Groups
    schemas: Schemas
    sender: Sender
    sinks: Sinks
    guard: Guard
    keys: Keys


async def read_topology(settings: Settings, topics: KafkaTopics) -> Topology:
    """The declaration of all topics.

    Without a replication factor of the operator's own, a cluster of fewer brokers
    than declared replicas gets one replica a broker.

    Raises:
        ConfigurationError: It cannot be read, or says something that cannot be.
        BrokerUnavailableError: Kafka gives no answer.
    """
    path, factor = settings.topics_file, settings.replication_factor
    try:
        brokers = await topics.brokers()
    except BrokerUnavailableError as error:
        raise BrokerUnavailableError(
            f"no Kafka answers at {settings.bootstrap_servers}; is it running, and is "
            f"this its address? ({error})"
        ) from None
    if factor is None and brokers < _REPLICAS:
        factor = brokers
    return declared_topology(path, factor)


def declared_topology(path: Path, replication: int | None = None) -> Topology:
    """The declaration in a file.

    Raises:
        ConfigurationError: It cannot be read, or says something that cannot be.
    """
    try:
        return Topology.parse(path.read_text("utf-8"), replication=replication)
    except UnicodeDecodeError:
        raise ConfigurationError(f"{path} is not text") from None
    except OSError as error:
        raise ConfigurationError(f"{path}: {error.strerror}") from None


def read_keys(settings: Settings) -> Keys:
    """The keys that open the stored secrets; every process needs the same ones.

    Raises:
        ConfigurationError: There is none, or it cannot be used.
    """
    if settings.encryption_key is not None:
        return parse_keys(settings.encryption_key.get_secret_value())
    if settings.encryption_key_file is not None:
        return read_key_file(settings.encryption_key_file)
    raise ConfigurationError(
        "secrets are stored encrypted, and there is no key: make one with "
        "`openssl rand -base64 32`, and give it as ORDERBUS_ENCRYPTION_KEY or in a "
        "file named by ORDERBUS_ENCRYPTION_KEY_FILE"
    )


def find_keys(settings: Settings) -> Keys:
    """The keys if they are at hand, else none: then secrets stay sealed."""
    try:
        return read_keys(settings)
    except ConfigurationError:
        return NO_KEYS


def make_guard(settings: Settings) -> Guard:
    """Where webhooks may go."""
    return Guard(allow=settings.allow_networks, https_only=settings.https_only)


@asynccontextmanager
async def open_adapters(
    settings: Settings, on_event: OnEvent | None = None
) -> AsyncIterator[Adapters]:
    """Make the adapters, and close them in the end.

    Raises:
        ConfigurationError: A setting cannot be used.
        RegistryUnavailableError: The registry's topic cannot be read.
    """
    connection = Connection(settings.librdkafka())
    async with AsyncExitStack() as stack:
        # Attempts, which nobody waits for: a request for each would cost the broker
        # as much as the events themselves.
        publisher = KafkaPublisher(connection, linger_ms=50, on_event=on_event)
        stack.push_async_callback(publisher.close, _FLUSH_S)
        hops = KafkaPublisher(connection, linger_ms=0.5, on_event=on_event)
        # After the drain a hop that is not acknowledged belongs to somebody else.
        stack.push_async_callback(hops.close, 0)
        reader = KafkaLogReader(connection, on_event=on_event)
        sender, sinks = _senders(settings, guard := make_guard(settings), stack)
        topics = KafkaTopics(connection, on_event=on_event)
        topology = await read_topology(settings, topics)
        schemas = await open_schemas(settings, topology.schemas, stack, hops, reader)
        yield Adapters(
            settings=settings,
            clock=SystemClock(),
            connection=connection,
            topology=topology,
            catalogue=load_catalogue(settings.schemas_dir),
            publisher=publisher,
            hop_publisher=hops,
            reader=reader,
            topics=topics,
            groups=KafkaGroups(connection),
            schemas=schemas,
            sender=sender,
            sinks=sinks,
            guard=guard,
            keys=read_keys(settings),
        )


def _senders(
    settings: Settings, guard: Guard, stack: AsyncExitStack
) -> tuple[Sender, Sinks]:
    """What delivers, closed with the stack."""
    sender = make_sender(settings, guard)
    stack.push_async_callback(sender.close)
    sinks = make_sinks(
        sender,
        guard,
        aws=settings.aws_own_credentials,
        relays=relays_of(settings, find_keys(settings)),
    )
    stack.push_async_callback(sinks.close)
    return sender, sinks


def make_sender(settings: Settings, guard: Guard) -> Sender:
    """The HTTP client that was chosen."""
    if settings.sender == "lean":
        return LeanSender(guard)
    # A sixth of a second, for every command.
    from bus.adapters.http.aiohttp_sender import AiohttpSender  # noqa: PLC0415

    return AiohttpSender(guard)


async def open_schemas(
    settings: Settings,
    topic: str,
    stack: AsyncExitStack,
    publisher: Publisher,
    reader: LogReader,
) -> "RegistrySchemas | LocalSchemas":
    """The registry that was named, or our own on its `topic`; closed with the stack.

    Raises:
        RegistryUnavailableError: The registry's topic cannot be read.
    """
    if settings.registry_url is not None:
        # Its client takes a seventh of the time to start, and may not be needed.
        from stamina.instrumentation import set_on_retry_hooks  # noqa: PLC0415

        from bus.adapters.registry.remote import RegistrySchemas  # noqa: PLC0415

        # What is tried again is told by whoever asked, not by the library.
        set_on_retry_hooks(())
        remote = RegistrySchemas(_registry(settings, settings.registry_url))
        stack.push_async_callback(remote.close)
        return remote
    journal = Journal(
        publisher,
        reader,
        SystemClock(),
        new_token=lambda: uuid.uuid4().hex,
        topic=topic,
    )
    stack.push_async_callback(journal.stop)
    await journal.start()
    return LocalSchemas(journal, compatible)


def compatible(
    new: str, earlier: Sequence[tuple[str, str]], level: str
) -> tuple[str, ...]:
    """Say why a schema may not follow earlier ones, at a level named as on the wire."""
    return check(new, earlier, Level(level))


def _registry(settings: Settings, url: str) -> RegistryConnection:
    auth = settings.registry_auth
    return RegistryConnection(
        url=url,
        auth=None if auth is None else auth.get_secret_value(),
        ca_file=settings.registry_ca_file,
        certificate_file=settings.registry_certificate_file,
        key_file=settings.registry_key_file,
        timeout_s=settings.registry_timeout_s,
    )
