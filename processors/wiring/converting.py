"""A process of convert, on Kafka and the folder of channels of the settings."""

import asyncio
import os
from collections.abc import Mapping
from contextlib import AsyncExitStack, suppress

from bus.adapters.kafka import KafkaSource
from bus.client.channels import FolderChannels, channels_folder, read_samples
from bus.client.producer import EventWriter
from bus.errors import OrderbusError
from bus.intake.sources import Source
from bus.ports import Lag
from bus.record import TopicPartition
from processors.convert.engine import ROLE, Converter, ConvertParts, ConvertPolicy
from processors.convert.noticing import Noticing
from processors.convert.remembering import Remembering
from processors.convert.samples import KnownFields
from processors.convert.shelf import Shelf
from processors.delivery.handling import LoopPolicy
from processors.delivery.lagging import LagWatch
from processors.delivery.reconciling import Membership
from processors.settings import Settings
from processors.sources.table import SourceTable
from processors.tallying.tallies import Tallies
from processors.telemetry import names
from processors.telemetry.intake_names import UNREADABLE_SOURCE
from processors.telemetry.observer import Telemetry
from processors.wiring.announcing import announcing
from processors.wiring.convert_world import ConvertWorld, open_convert
from processors.wiring.life import Life, live
from processors.wiring.pulling import make_pulls
from processors.wiring.reconciling import reconciling
from processors.wiring.ruling import Rules
from processors.wiring.tallying import writing_tallies

_HELD = 500
_FLUSH_S = 2.0
_GOODBYE_S = 5.0
_FETCH_WAIT_S = 0.05  # one for each message would cost a broker more than that does
_ASSIGNED_WITHIN_S = 20.0
_SCHEMAS_WITHIN_S = 5.0


async def serve_convert(
    settings: Settings, *, index: int = 0, attached: bool = False
) -> None:
    """Run it until SIGTERM or SIGINT. `index` and `attached` as in `serve`.

    Raises:
        OrderbusError: it cannot start, and says what to do; or a bug has ended it,
            and only a new process helps.
    """

    async def begin(
        telemetry: Telemetry, stack: AsyncExitStack, pages: str
    ) -> Converting:
        world = await open_convert(settings, telemetry, stack)
        converting = Converting(world, telemetry, pages)
        await converting.start()
        return converting

    port = settings.http_port + index if settings.http_port else None
    life = Life(program=ROLE, roles=(ROLE,), pages_port=port, attached=attached)
    await live(settings, life, begin)


class Converting:
    """convert in one process, with what watches and announces it."""

    def __init__(self, world: ConvertWorld, telemetry: Telemetry, pages: str) -> None:
        self._world = world
        self._telemetry = telemetry
        self._pages = pages
        self._clock = world.clock
        self._stack = AsyncExitStack()
        self._sources_changed = asyncio.Event()
        self._loaded = False
        self._joined_at = float("inf")
        self._tasks: list[asyncio.Task[None]] = []
        self._table = SourceTable(
            world.reader,
            world.keys,
            world.clock,
            topic=world.topology.intake_sources,
            on_problem=self._unreadable,
        )
        self._shelf = Shelf(
            FolderChannels(
                channels_folder(world.settings.schemas_dir), world.catalogue
            ),
            lambda: {source.channel for source in self._table.all()},
            world.clock,
            telemetry,
        )
        self._tallies = Tallies(world.clock)
        self._known = self._known_fields()
        self._rules = Rules(world, telemetry, self._table)
        self._source = self._member()
        self._converter = self._make()
        self._pulls = make_pulls(
            world, self._converter, self._table, self._shelf, telemetry
        )
        health = telemetry.health
        health.ready("tables", self._tables)
        health.ready("assigned", self._unassigned)
        health.notice("channels", self._shelf.said)
        health.notice("waiting", self._converter.waiting)
        health.notice("pulled", self._pulls.trouble)
        health.alive("loops", self._dead)

    async def start(self) -> None:
        """Load the sources and what is remembered, then join the group.

        Raises:
            OrderbusError: Something that is needed cannot be had.
        """
        world = self._world
        self._remembering = Remembering(
            world.noted, world.clock, world.topology.seen, self._converter.merging
        )
        self._table.on_change(self._changed)
        await self._stack.enter_async_context(self._table)
        await self._stack.enter_async_context(self._remembering)
        await self._stack.enter_async_context(self._rules.table)
        await self._stack.enter_async_context(self._rules.lookups)
        await self._stack.enter_async_context(
            writing_tallies(self._tallies, world, ROLE)
        )
        await asyncio.gather(
            self._table.ready(),
            self._rules.table.ready(),
            self._rules.lookups.ready(),
        )
        # Before partitions are taken from those who convert them now: all it needs.
        self._shelf.look()
        await asyncio.gather(
            self._remembering.loaded(),
            self._rules.warm(self._stack),
            self._prepare_schemas(),
        )
        self._loaded = True
        self._telemetry.note(names.TABLE_LOADED, sources=len(self._table.all()))
        self._joined_at = self._clock.monotonic()
        await self._converter.start()
        self._begin_watching()

    async def _prepare_schemas(self) -> None:
        """Register what its channels make: then no first event waits for that.

        What cannot be had now is asked for with the first event, which says why.
        """
        catalogue = self._world.catalogue
        channels = [self._shelf.get(source.channel) for source in self._table.all()]
        sections = [s for one in channels if one for s in one.sections.values()]
        schemas = {section.event_type: section.schema for section in sections}
        with suppress(OrderbusError, TimeoutError):
            async with asyncio.timeout(_SCHEMAS_WITHIN_S):
                for event_type, schema in schemas.items():
                    subject = catalogue.subject(event_type)
                    await self._world.schemas.register(subject, schema.text)

    def _begin_watching(self) -> None:
        world, telemetry = self._world, self._telemetry
        loop, group = self._converter.loop, self._converter.group
        lag = LagWatch(
            world.groups,
            self._clock,
            telemetry,
            {group: loop.partitions.keys},
            overtaken={group: loop.overtaken},
            looked=self._tell_ends,
        )
        telemetry.health.ready("broker", lag.broker)
        telemetry.gauge(names.LAG, lag.lag)
        self._announcing = announcing(
            world, telemetry.health, (ROLE,), self._pages, lambda presence: presence
        )
        membership = Membership(
            group=group,
            topics=self._converter.topics,
            held=loop.partitions.keys,
            members=lambda: [self._source],
        )
        beside = {
            "topics": self._follow_topics(),
            "lag": lag.run(),
            "channels": self._shelf.run(),
            "samples": self._known.run(),
            "reconciling sources": self._converter.reconciler.run(),
            "webhooks of sources": self._converter.registered.run(),
            "pulling": self._pulls.run(),
            "announcing": self._announcing.run(),
            "reconciling": reconciling(world, telemetry, [membership]).run(),
        }
        self._tasks = [
            asyncio.create_task(work, name=name) for name, work in beside.items()
        ]

    async def broken(self) -> Exception:
        """Return the bug that ended its loop; only a new process helps."""
        return await self._converter.loop.broken()

    async def stop(self) -> None:
        """Drain, leave the group, then let go of the rest."""
        for task in self._tasks:
            task.cancel()
        await self._converter.loop.stop()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._announcing.farewell()
        await self._stack.aclose()

    # ------------------------------------------------ putting together

    def _make(self) -> Converter:
        world, settings = self._world, self._world.settings
        parts = ConvertParts(
            source=self._source,
            writer=EventWriter(world.publisher, world.schemas, world.catalogue),
            publisher=world.publisher,
            notes=world.notes,
            reader=world.reader,
            asker=world.asker,
            sources=self._table,
            channels=self._shelf,
            judge=self._rules.ruling,
            topology=world.topology,
            clock=world.clock,
            observer=self._telemetry,
            random_bytes=os.urandom,
            noticing=Noticing(self._tallies, world.clock, self._known.of),
            group_prefix=settings.group_prefix,
        )
        loop = LoopPolicy(
            settings.commit_interval_s, settings.drain_s, settings.intake_limit
        )
        policy = ConvertPolicy(
            loop.each(_HELD),
            settings.intake_remembered,
            settings.intake_webhooks_a_day,
            settings.intake_convert_rate,
        )
        return Converter(parts, policy)

    def _known_fields(self) -> KnownFields:
        folder = channels_folder(self._world.settings.schemas_dir)
        return KnownFields(lambda name: read_samples(folder / name), self._clock)

    def _member(self) -> KafkaSource:
        world, settings = self._world, self._world.settings
        return KafkaSource(
            world.connection,
            f"{settings.group_prefix}{ROLE}",
            fetch_wait_s=_FETCH_WAIT_S,
            protocol=settings.group_protocol,
            leave_s=settings.drain_s + _GOODBYE_S,
            on_event=world.on_event,
        )

    # ------------------------------------------------ how it goes on

    def _changed(self, old: Source | None, new: Source | None) -> None:
        del old, new
        self._sources_changed.set()

    async def _follow_topics(self) -> None:
        while True:
            await self._sources_changed.wait()
            self._sources_changed.clear()
            self._converter.follow_topics()

    def _tell_ends(self, lags: Mapping[TopicPartition, Lag], _at: float) -> None:
        loop = self._converter.loop
        held = loop.partitions.keys() & lags.keys()
        loop.reached({tp: lags[tp].end for tp in held})

    # ------------------------------------------------ how it is

    def _unreadable(self, source: str, why: str) -> None:
        self._telemetry.note(UNREADABLE_SOURCE, source=source, why=why)

    def _tables(self) -> str | None:
        if not self._loaded:
            return "loading"
        rules = self._rules
        tables = (self._table, rules.table, rules.lookups, self._remembering)
        return next((why for one in tables if (why := one.trouble())), None)

    def _unassigned(self) -> str | None:
        if self._clock.monotonic() - self._joined_at > _ASSIGNED_WITHIN_S:
            return None  # more processes than partitions: this one stands by
        if self._loaded and not self._converter.loop.assigned_once:
            return "no assignment yet"
        return None

    def _dead(self) -> str | None:
        ended = [task.get_name() for task in self._tasks if task.done()]
        if self._loaded and self._tasks and not self._converter.loop.alive():
            ended.append("loop")
        return f"ended: {', '.join(ended)}" if ended else None
