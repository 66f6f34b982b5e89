"""A process of the door of intake, on the Kafka of the settings."""

import asyncio
import os
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import AsyncExitStack

from bus.adapters.http.asker import HttpAsker
from bus.adapters.kafka import (
    Connection,
    KafkaLogReader,
    KafkaPublisher,
    KafkaTopics,
    OnEvent,
)
from bus.adapters.spool import Spool, open_spool
from bus.ports import Clock, LogReader, Publisher
from bus.topics.topology import Topology
from processors.clock import SystemClock
from processors.entry.addresses import Proxies
from processors.intake.door import Door, DoorPlace
from processors.intake.draining import Draining
from processors.intake.fetched_keys import FetchedKeys
from processors.intake.finding import Finder
from processors.intake.keeping import Keeper
from processors.intake.serving import DoorBounds, Serving
from processors.settings import Settings
from processors.sources.table import SourceTable
from processors.tallying.tallies import Tallies
from processors.telemetry import intake_names
from processors.telemetry.observer import Telemetry
from processors.telemetry.troubles import ClientTroubles
from processors.wiring.adapters import make_guard, read_keys, read_topology
from processors.wiring.announcing import announcing
from processors.wiring.collecting import folder_watch, taker_for
from processors.wiring.intake_sources import make_channels
from processors.wiring.life import Life, live
from processors.wiring.on_demand import OnDemandSchemas
from processors.wiring.serve import check_topics
from processors.wiring.tallying import writing_tallies

ROLE = "intake"
_LINGER_MS = 1.0
_FLUSH_S = 2.0


async def serve_intake(
    settings: Settings, *, index: int = 0, attached: bool = False
) -> None:
    """Serve the door until SIGTERM or SIGINT; requests under way are finished.

    `index` counts from the port of all pages to its own.

    Raises:
        OrderbusError: it cannot start, and says what to do.
    """

    async def begin(
        telemetry: Telemetry, stack: AsyncExitStack, pages: str
    ) -> IntakeProgram:
        program = await open_intake(settings, telemetry, stack)
        said = announcing(program, telemetry.health, (ROLE,), pages, lambda one: one)
        stack.callback(said.farewell)
        saying = asyncio.create_task(said.run(), name="announcing")
        stack.callback(saying.cancel)
        return program

    port = settings.http_port + index if settings.http_port else None
    life = Life(program=ROLE, roles=(ROLE,), pages_port=port, attached=attached)
    await live(settings, life, begin)


class IntakeProgram:
    """The door in `live`'s hands."""

    def __init__(
        self,
        door: Door,
        tasks: "Sequence[asyncio.Task[None]]",
        keeper: Keeper,
    ) -> None:
        self._door = door
        self._tasks = tasks
        self.publisher: Publisher = keeper.publisher
        self.topology: Topology = keeper.topology
        self.clock: Clock = keeper.clock

    @property
    def url(self) -> str:
        """Where it serves."""
        return self._door.url

    async def broken(self) -> Exception:
        """A bug ends a request, never the door; what goes on beside it may not end."""
        done, _ = await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)
        ended = done.pop()
        error = None if ended.cancelled() else ended.exception()
        return error if isinstance(error, Exception) else RuntimeError("it has ended")

    async def stop(self) -> None:
        """Take no more, and finish what is under way."""
        await self._door.stop()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


async def open_intake(
    settings: Settings, telemetry: Telemetry, stack: AsyncExitStack
) -> IntakeProgram:
    """Open the door, and say where it is.

    Raises:
        OrderbusError: a setting, the spool's folder or Kafka cannot be used.
    """
    clock = SystemClock()
    on_event, connection = ClientTroubles(telemetry, clock), _connection(settings)
    topics = KafkaTopics(connection, on_event=on_event)
    topology = await read_topology(settings, topics)
    await check_topics(settings, topology, topics)
    publisher = _publisher(connection, settings, on_event)
    stack.push_async_callback(publisher.close, _FLUSH_S)
    spool = _spool(settings, telemetry)
    stack.push_async_callback(spool.close)
    reader = KafkaLogReader(connection, on_event=on_event)
    made = (reader, read_keys(settings), clock)
    topic, partitions = topology.intake_sources, topology.partitions_of_source
    table = SourceTable(*made, topic=topic, on_problem=_unreadable(telemetry))
    await (await stack.enter_async_context(table)).ready()
    finder = Finder(table, make_channels(settings).get, clock, partitions)
    keeper = Keeper(
        publisher=publisher,
        topology=topology,
        clock=clock,
        observer=telemetry,
        random_bytes=os.urandom,
        spool=spool if settings.intake_spool_bytes else None,
        patience_s=settings.intake_patience_s,
    )
    bounds, keys = _bounds(settings), _fetched_keys(settings, telemetry, stack)
    serving = Serving(finder, keeper, bounds, Tallies(clock), keys)
    await stack.enter_async_context(writing_tallies(serving.tallies, keeper, ROLE))
    _say(telemetry, table, finder, serving, spool)
    draining = Draining(spool, publisher, clock, telemetry, _worked(finder, clock))
    beside = {"draining": draining.run()}
    beside |= _folders(settings, telemetry, table, keeper, reader, stack)
    return await _opened(settings, Door(serving, bounds), beside, keeper, stack)


def _fetched_keys(
    settings: Settings, telemetry: Telemetry, stack: AsyncExitStack
) -> FetchedKeys:
    asker = HttpAsker(make_guard(settings))
    stack.push_async_callback(asker.close)
    return FetchedKeys(asker, SystemClock(), telemetry)


def _folders(
    settings: Settings,
    telemetry: Telemetry,
    table: SourceTable,
    keeper: Keeper,
    reader: LogReader,
    stack: AsyncExitStack,
) -> Mapping[str, Coroutine[None, None, None]]:
    """What watches the folders of sources, if there are to be any."""
    if settings.intake_folder is None:
        return {}
    publisher, topology = keeper.publisher, keeper.topology
    taker = taker_for(reader, publisher, topology, keeper.clock, telemetry)
    schemas = OnDemandSchemas(settings, topology.schemas, publisher, reader)
    stack.push_async_callback(schemas.close)
    watch = folder_watch(settings, table, taker, schemas)
    telemetry.health.notice("folders", watch.trouble)
    return {"folders": watch.run()}


async def _opened(
    settings: Settings,
    door: Door,
    beside: Mapping[str, Coroutine[None, None, None]],
    keeper: Keeper,
    stack: AsyncExitStack,
) -> IntakeProgram:
    await door.start(_place(settings))
    stack.push_async_callback(door.stop)
    keeper.observer.note(intake_names.SERVES, url=door.url)
    tasks = [asyncio.create_task(work, name=name) for name, work in beside.items()]
    return IntakeProgram(door, tasks, keeper)


def _connection(settings: Settings) -> Connection:
    return Connection(settings.librdkafka())


def _unreadable(telemetry: Telemetry) -> Callable[[str, str], None]:
    def told(source: str, why: str) -> None:
        telemetry.note(intake_names.UNREADABLE_SOURCE, source=source, why=why)

    return told


def _publisher(
    connection: Connection, settings: Settings, on_event: OnEvent
) -> KafkaPublisher:
    """What nobody waits for any more is not written later, as far as that can be."""
    patience_s = settings.intake_patience_s
    return KafkaPublisher(
        connection,
        linger_ms=_LINGER_MS,
        delivery_timeout_s=patience_s,
        on_event=on_event,
    )


def _spool(settings: Settings, telemetry: Telemetry) -> Spool:
    def damaged(source: str, size: int) -> None:
        telemetry.note(intake_names.SPOOL_DAMAGED, source=source, bytes=size)

    folder = settings.data_dir.absolute() / "spool"
    return open_spool(folder, settings.intake_spool_bytes, damaged)


def _worked(finder: Finder, clock: Clock) -> Callable[[str, bytes | None], None]:
    """Ends an outage of a source where Kafka has taken something from the spool."""

    def worked(source: str, key: bytes | None) -> None:
        gate = finder.gates.get(source)
        if gate is not None:
            gate.outages.worked(key, clock.monotonic())

    return worked


def _say(
    telemetry: Telemetry,
    table: SourceTable,
    finder: Finder,
    serving: Serving,
    spool: Spool,
) -> None:
    """What it says of itself when asked."""

    def kept() -> str | None:
        return f"{spool.bytes:,} bytes wait on disk" if spool.bytes else None

    def away() -> str | None:
        count = finder.away()
        return f"Kafka takes nothing of {count:.0f} sources" if count else None

    health = telemetry.health
    health.ready("sources", table.trouble)
    health.notice("spool", kept)
    health.notice("kafka", away)
    metrics = telemetry.metrics
    metrics.gauge(intake_names.IN_FLIGHT, lambda: {"": float(serving.in_flight)})
    metrics.gauge(intake_names.SPOOL_BYTES, lambda: {"": float(spool.bytes)})
    metrics.gauge(intake_names.AWAY_SOURCES, lambda: {"": finder.away()})


def _place(settings: Settings) -> DoorPlace:
    return DoorPlace(
        host=settings.intake_host,
        port=settings.intake_port,
        connections=settings.intake_connections,
        idle_s=settings.intake_idle_s,
        drain_s=settings.drain_s,
    )


def _bounds(settings: Settings) -> DoorBounds:
    return DoorBounds(
        body_s=settings.intake_body_s,
        wait_s=settings.intake_wait_s,
        memory_bytes=settings.intake_memory_bytes,
        url=settings.intake_url,
        proxies=Proxies(settings.api_proxies, settings.api_proxy_header),
    )
