"""The HTTP API, on the Kafka of the settings; a program of its own."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial

from bus.access.digests import ServerKeys
from bus.access.roles import Principal
from bus.client.producer import EventWriter
from bus.client.schemas import load_catalogue
from bus.observation import Observer
from processors.access.authenticating import Acquaintances
from processors.access.table import KeyTable
from processors.access.uses import Uses
from processors.access.world import KeysWorld
from processors.access.writer import KeyWriter
from processors.delivery.announcing import Announcing
from processors.diagnose.probing import Means
from processors.forecasting.foresight import Foresight
from processors.gateway.api import Api, AskLog, Keyring, Told
from processors.gateway.bounds import Bounds
from processors.gateway.callers import Proxies
from processors.gateway.jobs import Jobs
from processors.gateway.protocol import Lines
from processors.gateway.server import Gateway, Place
from processors.gateway.streams import Streams
from processors.gateway.table import ROUTES
from processors.migrations.world import HeldMigrations
from processors.parked.expiring import keep_expiring
from processors.settings import Settings, in_force
from processors.status.glance import Glance
from processors.subscriptions.world import World
from processors.telemetry import live_names, names
from processors.telemetry.observer import Telemetry
from processors.watch.board import Board
from processors.web.sessions import Lifetimes
from processors.web.site import Around, make_site
from processors.wiring.access import server_keys
from processors.wiring.adapters import read_keys
from processors.wiring.announcing import announcing
from processors.wiring.asking import AskedLog
from processors.wiring.beside import Work, keep_up
from processors.wiring.branding import brand_of
from processors.wiring.control import open_world
from processors.wiring.describing import asyncapi
from processors.wiring.diagnosing import open_means
from processors.wiring.intake_sources import sources_of
from processors.wiring.life import Life, live
from processors.wiring.moving import asking_log
from processors.wiring.objective import objective_of_all
from processors.wiring.parked import held_rules, make_parked
from processors.wiring.pulled import open_relay
from processors.wiring.serve import check_topics
from processors.wiring.streaming import make_live
from processors.wiring.trail import missing_in

ROLE = "gateway"


async def serve_gateway(
    settings: Settings, *, index: int = 0, attached: bool = False
) -> None:
    """Serve the API until SIGTERM or SIGINT; requests under way are finished.

    `index` counts from the port of all pages to its own.

    Raises:
        OrderbusError: it cannot start, and says what to do.
    """

    async def begin(
        telemetry: Telemetry, stack: AsyncExitStack, pages: str
    ) -> GatewayProgram:
        opening = open_gateway(settings, telemetry, pages)
        return await stack.enter_async_context(opening)

    port = settings.http_port + index if settings.http_port else None
    life = Life(program=ROLE, roles=(ROLE,), pages_port=port, attached=attached)
    await live(settings, life, begin)


class GatewayProgram:
    """The gateway in `live`'s hands."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    @property
    def url(self) -> str:
        """Where it serves."""
        return self._gateway.url

    async def broken(self) -> Exception:
        """A bug ends a request, never the gateway."""
        await asyncio.Event().wait()
        raise AssertionError

    async def stop(self) -> None:
        """Take no more requests, and finish those under way."""
        await self._gateway.stop()


@asynccontextmanager
async def open_gateway(
    settings: Settings, telemetry: Telemetry, pages: str = ""
) -> AsyncIterator[GatewayProgram]:
    """Open and serve it, and say that it is there; `pages` is where its pages are.

    Raises:
        ConfigurationError: a setting cannot be used, or there is no encryption key.
        BrokerUnavailableError: Kafka gives no answer.
    """
    keys = server_keys(settings)
    async with AsyncExitStack() as stack:
        world = await stack.enter_async_context(
            open_world(settings, missed=missing_in(telemetry))
        )
        await check_topics(settings, world.topology, world.topics)
        table = KeyTable(world.reader, world.clock, topic=world.topology.keys)
        await stack.enter_async_context(table)
        ring = _ring(world, table, keys)
        means = await stack.enter_async_context(open_means(settings))
        log = await stack.enter_async_context(AskedLog(settings))
        api = _api(settings, world, ring, log, means, telemetry)
        stack.callback(api.glance.close)
        stack.callback(api.foresight.close)
        await _follow(api, stack)
        await stack.enter_async_context(api.sources.table)
        for held in (api.live, api.rules, api.migrations):
            stack.push_async_callback(held.close)
        _say_readiness(telemetry, world, table)
        settling = await _settled(api, ring, world, table)
        said = announcing(world, telemetry.health, (ROLE,), pages, lambda one: one)
        gateway = _gateway(settings, api, telemetry)
        await gateway.start(_place(settings))
        stack.push_async_callback(gateway.stop)
        telemetry.note(names.API_SERVES, url=gateway.url)
        await _let_pull(settings, api, telemetry, stack)
        stack.callback(said.farewell)
        works = {**settling, **_works(api, ring, said)}
        for task in keep_up(works, world.clock, telemetry):
            stack.callback(task.cancel)
        yield GatewayProgram(gateway)


async def _let_pull(
    settings: Settings, api: Api, telemetry: Telemetry, stack: AsyncExitStack
) -> None:
    """Let partners dial in, where a port is named for that."""
    table, keys = api.world.table, read_keys(settings)
    opening = open_relay(settings, keys, table, api.authenticate)
    if url := await stack.enter_async_context(opening):
        telemetry.note(live_names.PULL_SERVES, url=url)


async def _follow(api: Api, stack: AsyncExitStack) -> None:
    """Follow what the watch says and what is parked."""
    await stack.enter_async_context(api.board)
    await stack.enter_async_context(api.parked.table)


async def _settled(
    api: Api, ring: Keyring, world: World, keys: KeyTable
) -> Mapping[str, Work]:
    """Wait until all tables are read and settled; what keeps them so."""
    await asyncio.gather(*(t.ready() for t in (world.table, keys, api.sources.table)))
    versions = {
        "subscriptions": world.writer.versions,
        "keys": ring.writer.versions,
        "sources": api.sources.writer.versions,
    }
    await asyncio.gather(*(one.settle_all() for one in versions.values()))
    return {name: one.keep_settled for name, one in versions.items()}


def _works(api: Api, ring: Keyring, said: Announcing) -> Mapping[str, Work]:
    """What goes on beside requests."""
    return {
        "uses of keys": ring.uses.run,
        "expiring": partial(keep_expiring, api.parked),
        "announcing": said.run,
    }


def _ring(world: World, table: KeyTable, keys: ServerKeys) -> Keyring:
    publisher, clock = world.publisher, world.clock
    writer = KeyWriter(publisher, table, keys, clock, os.urandom, world.trail)
    mine = KeysWorld(
        table=table, writer=writer, server_keys=keys, trail=world.trail, clock=clock
    )
    return Keyring(table, writer, Uses(table, writer, keys, clock), mine)


def _api(
    settings: Settings,
    world: World,
    ring: Keyring,
    log: AskLog,
    means: Means,
    observer: Observer,
) -> Api:
    catalogue, rules = load_catalogue(settings.schemas_dir), held_rules(settings, world)
    met = Acquaintances(ring.world.server_keys, os.urandom(32))

    def who(token: str) -> Principal:
        found = met.authenticate(ring.table, token, world.clock.now())
        ring.uses.note(found.key_id, token)
        return found

    return Api(
        world=world,
        catalogue=catalogue,
        writer=EventWriter(world.publisher, world.schemas, catalogue),
        authenticate=who,
        keys=ring,
        observer=observer,
        jobs=Jobs(world.clock, observer, os.urandom),
        live=make_live(world, observer),
        streams=Streams(settings.api_key_streams, settings.api_streams),
        means=means,
        board=Board(world.reader, world.clock, world.topology.alerts),
        glance=Glance(world, log),
        foresight=Foresight(world, log),
        sources=sources_of(world, settings),
        rules=rules,
        migrations=HeldMigrations(world, asking_log(log, world.clock)),
        parked=make_parked(settings, world, rules),
        log=log,
        objective=objective_of_all(settings),
        runbook=settings.watch_runbook_url,
        asyncapi=partial(asyncapi, settings, places=False),
        told=Told(f"{socket.gethostname()}/{os.getpid()}", tuple(in_force(settings))),
    )


def _gateway(settings: Settings, api: Api, telemetry: Telemetry) -> Gateway:
    """The API and the dashboard; what that lacks is said once."""
    secure = settings.api_certificate_file is not None or bool(settings.api_proxies)
    lifetimes = Lifetimes(settings.web_session_s, settings.web_idle_s)
    site = make_site(
        api.keys.world,
        os.urandom,
        lifetimes,
        secure=secure,
        around=Around(
            trace_url=settings.web_trace_url or "",
            ancestors=settings.web_frame_ancestors,
            brand=brand_of(settings),
        ),
    )
    if site.assets.missing:
        telemetry.note(
            live_names.WEB_ASSETS_MISSING, files=", ".join(site.assets.missing)
        )
    site.compile()
    routes = (*ROUTES, *site.routes)
    return Gateway(api, routes, _bounds(settings), _lines(settings), site.entrance)


def _say_readiness(telemetry: Telemetry, world: World, table: KeyTable) -> None:
    telemetry.health.ready("subscriptions", world.table.trouble)
    telemetry.health.ready("keys", table.trouble)


def _place(settings: Settings) -> Place:
    return Place(
        host=settings.api_host,
        port=settings.api_port,
        certificate=settings.api_certificate_file,
        key=settings.api_key_file,
    )


def _bounds(settings: Settings) -> Bounds:
    return Bounds(
        key_rate=settings.api_key_rate,
        address_rate=settings.api_address_rate,
        key_at_once=settings.api_key_at_once,
        tenant_subscriptions=settings.api_tenant_subscriptions,
        endpoint_asks=settings.api_endpoint_asks,
        body_bytes=settings.api_body_bytes,
        body_s=settings.api_body_s,
        deadline_s=settings.api_deadline_s,
        proxies=Proxies(settings.api_proxies, settings.api_proxy_header),
        send_s=settings.api_send_s,
    )


def _lines(settings: Settings) -> Lines:
    return Lines(idle_s=settings.api_idle_s, connections=settings.api_connections)
