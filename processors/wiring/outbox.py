"""The outbox, where the settings say it is, and its relay."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bus.adapters.kafka import Connection, KafkaLogReader, KafkaPublisher, OnEvent
from bus.client.producer import EventWriter
from bus.client.schemas import load_catalogue
from bus.errors import ConfigurationError
from processors.clock import SystemClock
from processors.outbox.desk import Desk
from processors.outbox.relay import Relay, RelayParts, RelayPolicy
from processors.settings import Settings
from processors.telemetry.observer import Telemetry
from processors.telemetry.troubles import ClientTroubles
from processors.wiring.adapters import PATIENCE_S, declared_topology, open_schemas
from processors.wiring.life import Life, live

if TYPE_CHECKING:
    from bus.adapters.outbox.store import SqlOutbox

ROLE = "outbox"
_FLUSH_S = 1.0


@asynccontextmanager
async def open_outbox(settings: Settings) -> AsyncIterator["SqlOutbox"]:
    """Open the outbox; nothing is asked of its database yet.

    Raises:
        ConfigurationError: There is none, or a setting cannot be used.
    """
    # Its library takes longer to import than most commands to run.
    from bus.adapters.outbox.store import open_outbox as open_sql  # noqa: PLC0415

    if settings.outbox_url is None:
        raise ConfigurationError(
            "ORDERBUS_OUTBOX_URL says which database the outbox is in: "
            "postgresql://user:password@host/database or sqlite:////path/oms.sqlite3"
        )
    store = open_sql(
        settings.outbox_url.get_secret_value(),
        settings.outbox_table,
        waits=settings.outbox_refused == "wait",
    )
    try:
        yield store
    finally:
        await store.close()


@asynccontextmanager
async def open_desk(settings: Settings) -> AsyncIterator[Desk]:
    """Open what the outbox's commands work with; raises likewise."""
    async with open_outbox(settings) as store:
        yield Desk(store, SystemClock())


def table_ddl(name: str, dialect: str, *, inbox: bool) -> Iterator[str]:
    """The statements that make an outbox's or an inbox's table.

    Raises:
        ConfigurationError: that is no name of a table.
    """
    from bus.adapters.outbox.names import table_name  # noqa: PLC0415
    from bus.adapters.outbox.tables import made  # noqa: PLC0415

    return made(table_name(name), dialect, inbox=inbox)


async def serve_outbox(
    settings: Settings, *, index: int = 0, attached: bool = False
) -> None:
    """Run the relay until SIGTERM or SIGINT. `index` and `attached` as in `serve`.

    Raises:
        OrderbusError: it cannot start, and says what to do; or a bug has ended it,
            and only a new process helps.
    """

    async def begin(
        telemetry: Telemetry,
        stack: AsyncExitStack,
        pages: str,  # noqa: ARG001 - it tells nobody where they are
    ) -> "Relaying":
        store = await stack.enter_async_context(open_outbox(settings))
        troubles = ClientTroubles(telemetry, SystemClock())
        writer = await _open_writer(settings, stack, troubles)
        parts = RelayParts(
            store=store, writer=writer, clock=SystemClock(), observer=telemetry
        )
        relay = Relay(parts, _policy(settings))
        telemetry.health.ready("database", relay.away)
        telemetry.health.notice("relay", relay.stands_by)
        telemetry.health.notice("topics", relay.holds)
        telemetry.health.notice("refused", relay.refused)
        return Relaying(relay, asyncio.create_task(relay.run(), name="relay"))

    port = settings.http_port + index if settings.http_port else None
    life = Life(program=ROLE, roles=[ROLE], pages_port=port, attached=attached)
    await live(settings, life, begin)


@dataclass(frozen=True, slots=True)
class Relaying:
    """A relay that runs; fulfils `Program`."""

    relay: Relay
    task: "asyncio.Task[None]"

    async def broken(self) -> Exception:
        """Return the bug that ended it; only a new process helps."""
        await asyncio.wait([self.task])
        error = self.task.exception()
        return error if isinstance(error, Exception) else RuntimeError("it has ended")

    async def stop(self) -> None:
        """Fetch no more, and write down what is under way."""
        self.relay.stop()
        await asyncio.gather(self.task, return_exceptions=True)
        await self.relay.drain()


async def _open_writer(
    settings: Settings, stack: AsyncExitStack, on_event: OnEvent
) -> EventWriter:
    connection = Connection(settings.librdkafka())
    publisher = KafkaPublisher(
        connection, linger_ms=1, delivery_timeout_s=PATIENCE_S, on_event=on_event
    )
    stack.push_async_callback(publisher.close, _FLUSH_S)
    reader = KafkaLogReader(connection, on_event=on_event)
    topology = declared_topology(settings.topics_file)
    schemas = await open_schemas(settings, topology.schemas, stack, publisher, reader)
    return EventWriter(publisher, schemas, load_catalogue(settings.schemas_dir))


def _policy(settings: Settings) -> RelayPolicy:
    return RelayPolicy(
        poll_s=settings.outbox_poll_s,
        batch=settings.outbox_batch,
        keep_s=settings.outbox_keep_s,
        waits=settings.outbox_refused == "wait",
        drain_s=settings.drain_s,
    )
