"""A process of the watch, on Kafka and the log of the settings."""

import asyncio
import os
import socket
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from functools import partial

from bus.adapters.http.probe import EndpointProbe
from bus.adapters.kafka import Connection, KafkaSource
from bus.ports import Clock
from bus.watch.facts import Facts
from bus.watch.limits import Limits
from processors.access.trail import BUS
from processors.delivery.announcing import Announcing
from processors.migrations.turning import Turning
from processors.migrations.world import MigrationsWorld, migrations_world
from processors.settings import Settings
from processors.sources.table import SourceTable
from processors.subscriptions.keys import NO_KEYS
from processors.subscriptions.world import World
from processors.tallying.table import TallyTable
from processors.telemetry.observer import Telemetry
from processors.telemetry.troubles import ClientTroubles
from processors.watch.board import Board
from processors.watch.certificates import Certificates
from processors.watch.counting import Counts
from processors.watch.gathering import Gathering, Senses
from processors.watch.intakes import Intakes
from processors.watch.parking import parked_facts
from processors.watch.programs import Presences
from processors.watch.sinks import Listener
from processors.watch.watch import Watch, WatchParts, WatchPolicy
from processors.watch.writing import Desk
from processors.wiring.adapters import make_guard
from processors.wiring.announcing import announcing
from processors.wiring.asking import AskedLog
from processors.wiring.control import open_world
from processors.wiring.life import Life, live
from processors.wiring.moving import asking_log
from processors.wiring.objective import objective_of_all
from processors.wiring.parked import held_rules, make_parked
from processors.wiring.serve import check_topics
from processors.wiring.telling import open_sinks

ROLE = "watch"
_CERTIFICATE_EVERY_S = 5.0


async def serve_watch(
    settings: Settings, *, index: int = 0, attached: bool = False
) -> None:
    """Run it until SIGTERM or SIGINT. `index` and `attached` as in `serve`.

    Raises:
        OrderbusError: it cannot start, and says what to do; or a bug has ended it,
            and only a new process helps.
    """

    async def begin(
        telemetry: Telemetry, stack: AsyncExitStack, pages: str
    ) -> "Watching":
        world = await stack.enter_async_context(open_world(settings, reads=True))
        await check_topics(settings, world.topology, world.topics)
        return await _begin(settings, world, telemetry, stack, pages)

    port = settings.http_port + index if settings.http_port else None
    life = Life(program=ROLE, roles=[ROLE], pages_port=port, attached=attached)
    await live(settings, life, begin)


@dataclass(frozen=True, slots=True)
class Watching:
    """A watch that runs, with what goes on beside it; fulfils `Program`."""

    watch: Watch
    announcing: Announcing
    running: "asyncio.Task[None]"
    beside: "tuple[asyncio.Task[None], ...]"

    async def broken(self) -> Exception:
        """Return the bug that ended it; only a new process helps."""
        await asyncio.wait([self.running, *self.beside], return_when="FIRST_COMPLETED")
        for task in (self.running, *self.beside):
            error = task.exception() if task.done() else None
            if isinstance(error, Exception):
                return error
        return RuntimeError("it has ended")

    async def stop(self) -> None:
        """Look no more; another one leads at once."""
        for task in (self.running, *self.beside):
            task.cancel()
        await asyncio.gather(self.running, *self.beside, return_exceptions=True)
        await self.watch.stop()
        self.announcing.farewell()


async def _begin(
    settings: Settings,
    world: World,
    telemetry: Telemetry,
    stack: AsyncExitStack,
    pages: str,
) -> Watching:
    probe = EndpointProbe(make_guard(settings))
    stack.push_async_callback(probe.close)
    log = await stack.enter_async_context(AskedLog(settings))
    certificates = Certificates(probe, world.clock)
    board = Board(world.reader, world.clock, world.topology.alerts)
    presences = Presences(world.reader, world.clock, world.topology.processes)
    parked = make_parked(settings, world, held_rules(settings, world))
    intakes = _intakes(world, board)
    moving = migrations_world(world, asking_log(log, world.clock))
    for follower in (board, presences, parked.table, moving.table, *intakes.followers):
        await stack.enter_async_context(follower)
    await world.table.ready()
    senses = Senses(
        world=world,
        presences=presences,
        counts=Counts(log, world.clock),
        certificates=certificates,
        objective=objective_of_all(settings),
        weeks=board.weeks,
        parked=partial(parked_facts, parked),
        parked_trouble=parked.table.trouble,
        intakes=intakes,
    )
    sinks = await stack.enter_async_context(open_sinks(settings, world, telemetry))
    parts = _parts(settings, world, telemetry, board, Gathering(senses), sinks)
    watch = Watch(replace(parts, after=_turning(moving, telemetry)))
    _say_how_it_is(telemetry, world, board, watch)
    said = announcing(world, telemetry.health, [ROLE], pages, lambda said: said)
    beside = (
        asyncio.create_task(said.run(), name="announcing"),
        asyncio.create_task(_look(certificates, world), name="certificates"),
    )
    return Watching(watch, said, asyncio.create_task(watch.run(), name=ROLE), beside)


def _turning(
    moving: MigrationsWorld, telemetry: Telemetry
) -> Callable[[Facts], Awaitable[None]]:
    """Orders go back by themselves: the bus does it, and the audit says so."""
    trail = moving.world.trail.of(BUS, "")
    turning = Turning(moving.by(trail), telemetry)

    async def after(facts: Facts) -> None:
        known = {one.id: one.figures or {} for one in facts.subscriptions}
        await turning.look(lambda id_: known.get(id_, {}))

    return after


def _intakes(world: World, board: Board) -> Intakes:
    """Sources are looked at; their secrets are nobody's business here."""
    reader, clock, topology = world.reader, world.clock, world.topology
    sources = SourceTable(*(reader, NO_KEYS, clock), topic=topology.intake_sources)
    return Intakes(
        sources, TallyTable(reader, clock, topology.tallies), clock, board.weeks
    )


def _say_how_it_is(
    telemetry: Telemetry, world: World, board: Board, watch: Watch
) -> None:
    health = telemetry.health
    health.ready("alerts", board.trouble)
    health.ready("subscriptions", world.table.trouble)
    health.notice("watch", watch.stands_by)
    health.notice("sinks", watch.deaf)


def _parts(
    settings: Settings,
    world: World,
    telemetry: Telemetry,
    board: Board,
    gathering: Gathering,
    sinks: Mapping[str, Listener],
) -> WatchParts:
    topic = world.topology.alerts
    desk = Desk(
        publisher=world.publisher, topic=topic, clock=world.clock, observer=telemetry
    )
    source = KafkaSource(
        Connection(settings.librdkafka()),
        f"{settings.group_prefix}{ROLE}",
        protocol=settings.group_protocol,
        on_event=ClientTroubles(telemetry, world.clock),
    )
    return WatchParts(
        name=f"{socket.gethostname()}/{os.getpid()}",
        gathering=gathering,
        board=board,
        source=source,
        desk=desk,
        sinks=sinks,
        clock=world.clock,
        observer=telemetry,
        policy=_policy(settings),
    )


def _policy(settings: Settings) -> WatchPolicy:
    limits = Limits(
        lag_s=settings.watch_lag_s, parked_value=settings.watch_parked_value
    )
    return WatchPolicy(every_s=settings.watch_every_s, limits=limits)


async def _look(certificates: Certificates, world: World) -> None:
    """Look at one endpoint after the other, for ever; no two at a time."""
    clock: Clock = world.clock
    while True:
        await certificates.look(world.table.all())
        await clock.sleep(_CERTIFICATE_EVERY_S)
