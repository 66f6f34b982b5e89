"""What partners of the demo are reached by beside HTTP, as far as it is here."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from bus.adapters.kafka import Connection, KafkaTopics
from bus.adapters.kafka.inlet import KafkaInlet
from bus.delivery.endpoint import Kind
from bus.errors import ConfigurationError
from bus.receiving import Inlet
from bus.topics.topic import TopicState
from processors.settings import Settings
from processors.wiring.inlets import grpc_inlet, nats_inlet
from processors.wiring.sinks import missing

_TOPIC = "shop.events"
_STREAM = "shop"


@asynccontextmanager
async def open_inlets(
    settings: Settings, folder: Path, say: Callable[[str], None]
) -> AsyncIterator[Mapping[Kind, Inlet]]:
    """Those that can be had, by kind; `say` hears in a line why another cannot."""
    async with AsyncExitStack() as stack:
        found = {Kind.KAFKA: await _kafka(settings)}
        try:
            found[Kind.GRPC] = grpc_inlet("127.0.0.1", 0)
        except ConfigurationError as error:
            say(f"No partner by gRPC: {error}")
        try:
            found[Kind.NATS] = await _nats(folder, stack)
        except ConfigurationError as error:
            say(f"No partner by NATS: {error}")
        yield found


async def _kafka(settings: Settings) -> Inlet:
    """A topic of a partner's own, on the demo's broker."""
    topics = KafkaTopics(Connection(settings.librdkafka()))
    await topics.create([TopicState(_TOPIC, partitions=3, replication=1)])
    first = (settings.bootstrap_servers or "").partition(",")[0]
    return KafkaInlet(f"kafka://{first}/{_TOPIC}")


async def _nats(folder: Path, stack: AsyncExitStack) -> Inlet:
    """A stream of a server that runs as long as the demo does."""
    if (why := missing(Kind.NATS)) is not None:
        raise ConfigurationError(why)
    from bus.adapters.nats.server import NatsServer  # noqa: PLC0415 - an extra

    server = NatsServer(folder)
    stack.push_async_callback(server.stop)
    port = await server.start()
    return nats_inlet(f"nats://127.0.0.1:{port}/{_STREAM}.{{type}}", stream=_STREAM)
