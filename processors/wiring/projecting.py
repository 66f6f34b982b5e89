"""A process of the projector, on Kafka and the log of the settings."""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from bus.adapters.kafka import (
    Connection,
    KafkaGroups,
    KafkaLogReader,
    KafkaPublisher,
    KafkaSource,
    KafkaTopics,
    OnEvent,
)
from bus.delivery.patience import Patience
from bus.delivery.presence import Presence
from bus.errors import ConfigurationError
from bus.ports import Clock, Schemas, Source, Stands
from bus.topics.topology import Topology
from processors.clock import SystemClock
from processors.delivery.decoding import Decoder
from processors.delivery.lagging import LagWatch
from processors.delivery.oddities import Unseen
from processors.delivery.reconciling import Membership, Reconciling
from processors.forecasting.counting import Counting
from processors.forecasting.foreseeing import ForesightParts
from processors.forecasting.sampling import Sampling
from processors.projector.conversion import Conversion
from processors.projector.run import Projector, ProjectorParts, ProjectorPolicy
from processors.projector.topics import declared_topics
from processors.settings import Settings
from processors.subscriptions.keys import NO_KEYS
from processors.subscriptions.table import SubscriptionTable
from processors.telemetry.observer import Telemetry
from processors.telemetry.troubles import ClientTroubles
from processors.wiring.adapters import open_schemas, read_topology
from processors.wiring.announcing import announcing
from processors.wiring.life import Life, live
from processors.wiring.log import open_log, retention, takes_several
from processors.wiring.reconciling import reconciling
from processors.wiring.serve import check_topics
from processors.wiring.sources import watching_sources

if TYPE_CHECKING:
    from bus.adapters.sql import SqlLog

ROLE = "projector"
_ASSIGNED_WITHIN_S = 20.0
_LOOK_EVERY_S = 1.0
_GOODBYE_S = 5.0
_FLUSH_S = 2.0


async def serve_projector(
    settings: Settings, *, index: int = 0, attached: bool = False
) -> None:
    """Run it until SIGTERM or SIGINT. `index` and `attached` as in `serve`.

    Raises:
        OrderbusError: it cannot start, and says what to do; or a bug has ended it,
            and only a new process helps.
    """

    async def begin(
        telemetry: Telemetry, stack: AsyncExitStack, pages: str
    ) -> Projecting:
        world = await _open(settings, telemetry, stack)
        projecting = Projecting(world, telemetry, pages, patient=attached)
        projecting.start()
        return projecting

    port = settings.http_port + index if settings.http_port else None
    life = Life(program=ROLE, roles=(ROLE,), pages_port=port, attached=attached)
    await live(settings, life, begin)


def refuse_several(settings: Settings, processes: int) -> None:
    """Raise where so many processes cannot share the log.

    Raises:
        ConfigurationError: it says why, and what can.
    """
    if processes > 1 and not takes_several(settings):
        raise ConfigurationError(
            "SQLite takes the rows of one process only; several need PostgreSQL: "
            "ORDERBUS_LOG_URL=postgresql://user:password@host/database"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _World:
    settings: Settings
    connection: Connection
    on_event: OnEvent
    topology: Topology
    topics: KafkaTopics
    reader: KafkaLogReader
    publisher: KafkaPublisher
    groups: KafkaGroups
    schemas: Schemas
    log: "SqlLog"
    clock: Clock = field(default_factory=SystemClock)


async def _open(
    settings: Settings, telemetry: Telemetry, stack: AsyncExitStack
) -> _World:
    """Open what it works with: no key to secrets, nothing that posts."""
    log = await stack.enter_async_context(open_log(settings, make=True))
    on_event = ClientTroubles(telemetry, SystemClock())
    connection = Connection(settings.librdkafka())
    publisher = KafkaPublisher(connection, linger_ms=50, on_event=on_event)
    stack.push_async_callback(publisher.close, _FLUSH_S)
    reader = KafkaLogReader(connection, on_event=on_event)
    topics = KafkaTopics(connection, on_event=on_event)
    topology = await read_topology(settings, topics)
    await check_topics(settings, topology, topics)
    return _World(
        settings=settings,
        connection=connection,
        on_event=on_event,
        topology=topology,
        topics=topics,
        reader=reader,
        publisher=publisher,
        groups=KafkaGroups(connection),
        schemas=await open_schemas(
            settings, topology.schemas, stack, publisher, reader
        ),
        log=log,
    )


class Projecting:
    """The projector of one process, with what watches and announces it."""

    def __init__(
        self, world: _World, telemetry: Telemetry, pages: str, *, patient: bool
    ) -> None:
        self._world = world
        self._telemetry = telemetry
        self._clock = world.clock
        self._began = self._clock.monotonic()
        self._group = f"{world.settings.group_prefix}{ROLE}"
        self._projector = self._make(patient=patient)
        self._lag = LagWatch(
            world.groups,
            self._clock,
            telemetry,
            {self._group: self._projector.readings_held},
            looked=self._projector.look,
            every_s=_LOOK_EVERY_S,
        )
        self._announcing = announcing(
            world,
            telemetry.health,
            (ROLE,),
            pages,
            self._with_log,
        )
        self._source: KafkaSource | None = None
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin; the database may be away."""
        health, projector = self._telemetry.health, self._projector
        health.ready("broker", self._lag.broker)
        health.ready("assigned", self._unassigned)
        health.alive("tasks", self._dead)
        health.notice("log", projector.behind)
        health.number("log_lag_s", projector.lag_s)
        health.notice("database", projector.away.said)
        growing = watching_sources(self._world, self._telemetry, projector.add_sources)
        self._running = asyncio.create_task(projector.run())
        self._tasks = [
            asyncio.create_task(self._lag.run(), name="lag"),
            asyncio.create_task(growing.run(), name="sources"),
            asyncio.create_task(self._announcing.run(), name="announcing"),
            asyncio.create_task(self._reconciling().run(), name="reconciling"),
            asyncio.create_task(self._sample(), name="sampling"),
        ]

    async def broken(self) -> Exception:
        """Return the bug that ended it.

        Raises:
            ConfigurationError: the database cannot be used as it is set up.
        """
        await asyncio.wait([self._running])
        error = self._running.exception()
        if isinstance(error, ConfigurationError):
            raise error
        return error if isinstance(error, Exception) else RuntimeError("it returned")

    async def stop(self) -> None:
        """Leave the group, then let go of the rest."""
        for task in (*self._tasks, self._running):
            task.cancel()
        await asyncio.gather(*self._tasks, self._running, return_exceptions=True)
        self._announcing.farewell()

    # ------------------------------------------------ putting together

    def _make(self, *, patient: bool) -> Projector:
        world, settings = self._world, self._world.settings
        patience = Patience(settings.registry_patience_s)
        decoder = Decoder(
            world.schemas, self._clock, self._telemetry, patience, Unseen()
        )
        parts = ProjectorParts(
            source=self._member,
            store=world.log,
            log=world.log,
            reader=world.reader,
            topics=world.topics,
            conversion=Conversion(decoder, world.topology, self._telemetry),
            clock=self._clock,
            observer=self._telemetry,
            group=self._group,
        )
        policy = ProjectorPolicy(
            keep=retention(settings), patient=patient, drain_s=settings.drain_s
        )
        return Projector(parts, declared_topics(world.topology), policy)

    def _member(self, stands: Stands) -> Source:
        settings = self._world.settings
        self._source = KafkaSource(
            self._world.connection,
            self._group,
            protocol=settings.group_protocol,
            stands=stands,
            leave_s=settings.drain_s + _GOODBYE_S,
            on_event=self._world.on_event,
        )
        return self._source

    def _reconciling(self) -> Reconciling:
        membership = Membership(
            group=self._group,
            topics=self._projector.topics,
            held=self._projector.readings_held,
            members=lambda: [self._source] if self._source else [],
        )
        return reconciling(self._world, self._telemetry, [membership])

    async def _sample(self) -> None:
        """Count queues, and keep forecasts, for as long as the log is written."""
        world, settings = self._world, self._world.settings
        topic = world.topology.subscriptions
        table = SubscriptionTable(world.reader, NO_KEYS, self._clock, topic=topic)
        parts = ForesightParts(
            counting=Counting(
                groups=world.groups,
                topics=world.topics,
                topology=world.topology,
                group_prefix=settings.group_prefix,
            ),
            speakers=world,
            table=table,
            store=world.log.kept,
            clock=self._clock,
        )
        async with table:
            await Sampling(parts, self._telemetry).run()

    # ------------------------------------------------ how it is

    def _with_log(self, presence: Presence) -> Presence:
        lag_s = self._projector.lag_s()
        return replace(
            presence,
            log_lag_s=None if lag_s is None else round(lag_s, 1),
            log_trouble=self._projector.away.why,
        )

    def _dead(self) -> str | None:
        dead = [task.get_name() for task in self._tasks if task.done()]
        return f"ended: {', '.join(dead)}" if dead else None

    def _unassigned(self) -> str | None:
        if self._clock.monotonic() - self._began > _ASSIGNED_WITHIN_S:
            return None  # more processes than partitions: this one stands by
        return self._projector.unassigned()
