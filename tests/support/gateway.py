"""A gateway on a world in memory, and clients with keys who ask it."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import cache, partial
from io import BytesIO

from aiohttp import ClientSession
from pydantic import SecretStr

from bus.access.roles import GRANTS, Principal, Role, Tenancy
from bus.adapters.memory import MemoryLog, MemoryObserver
from bus.adapters.memory.prober import MemoryProber, Scripted
from bus.asyncapi import About, document
from bus.client.producer import EventWriter
from bus.client.rules import shipped_lines
from bus.client.schemas import default_folder, load_catalogue
from bus.contracts.catalogue import Catalogue
from bus.contracts.codec import parse_schema
from bus.topics.topology import Topology
from processors.access.authenticating import authenticate
from processors.access.uses import Uses
from processors.access.writer import Wish
from processors.diagnose.probing import Means
from processors.forecasting.foresight import Foresight
from processors.gateway.api import Api, AskLog, Keyring, Told, no_log
from processors.gateway.bounds import Bounds
from processors.gateway.jobs import Jobs
from processors.gateway.problems import MEDIA_TYPE, Problem
from processors.gateway.protocol import Lines
from processors.gateway.routes import Route
from processors.gateway.server import Gateway, Place
from processors.gateway.streams import Streams
from processors.gateway.table import ROUTES
from processors.migrations.world import HeldMigrations
from processors.rules.held import HeldRules
from processors.settings import Settings, in_force
from processors.settings.sources import Origin, Source
from processors.sinks import Sinks
from processors.status.glance import Glance
from processors.subscriptions.world import World
from processors.watch.board import Board
from processors.web.sessions import Lifetimes
from processors.web.site import Around, make_site
from processors.wiring.streaming import make_live
from tests.support.access import SERVER, Access, open_access
from tests.support.parked import parked_of
from tests.support.sources import sources_over
from tests.support.worlds import Worlds

UNLIMITED = Bounds(key_rate=0, address_rate=0)


@dataclass
class HeldKeys:
    """Keys in memory, and their tokens by who holds them."""

    access: Access
    tokens: dict[str, str] = field(default_factory=dict)

    async def add(self, name: str, role: Role, tenant: str = "") -> str:
        """Make a key for somebody; return its id."""
        made = await self.access.writer.create(Wish(role, tenant, description=name))
        self.tokens[name] = made.token
        return made.key.id


async def _held(access: Access) -> HeldKeys:
    """One key of each role, by its name, partners being of tenant `acme`."""
    keys = HeldKeys(access)
    for role, grant in GRANTS.items():
        tenant = "acme" if grant.tenancy is Tenancy.MUST else ""
        await keys.add(role.value, role, tenant)
    await keys.add("stranger", Role.PARTNER, "other")
    return keys


@dataclass(frozen=True)
class Got:
    """An answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, object]:
        """The document in it."""
        document: dict[str, object] = json.loads(self.body)
        return document

    @property
    def slug(self) -> str:
        """The kind of problem it is."""
        return str(self.json["type"]).removeprefix("/docs#problem-")

    @property
    def rows(self) -> Sequence[dict[str, object]]:
        """The rows of a page."""
        rows: list[dict[str, object]] = self.json["data"]  # type: ignore[assignment]
        return rows


@dataclass(frozen=True)
class Client:
    """Asks a gateway, and holds every answer to the laws of all."""

    session: ClientSession
    keys: HeldKeys
    observer: MemoryObserver
    gateway: Gateway
    api: Api
    log: MemoryLog

    async def __call__(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        by: str | None = "operator",
        headers: Mapping[str, str] | None = None,
        data: bytes | BytesIO | None = None,
    ) -> Got:
        """Ask once, with somebody's key."""
        sent = {"Authorization": f"Bearer {self.keys.tokens[by]}"} if by else {}
        if data is not None:
            sent["Content-Type"] = "application/json"
        async with self.session.request(
            method, path, json=body, data=data, headers=sent | dict(headers or {})
        ) as answer:
            got = Got(answer.status, answer.headers, await answer.read())
        if method != "HEAD":
            hold_to_the_laws(got)
        return got


async def talk(ask: Client, *parts: bytes) -> bytes:
    """Send bytes, and read until the other end closes."""
    reader, writer = await connect(ask)
    for part in parts:
        writer.write(part)
        await writer.drain()
    answer = await reader.read()
    writer.close()
    return answer


async def connect(ask: Client) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A connection, for bytes as no client sends them."""
    host, port = ask.gateway.url.removeprefix("http://").split(":")
    return await asyncio.open_connection(host, int(port))


def hold_to_the_laws(got: Got) -> None:
    """What every answer keeps, good or bad."""
    assert got.headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in got.headers["Content-Security-Policy"]
    assert "unsafe" not in got.headers["Content-Security-Policy"]
    assert "aiohttp" not in got.headers["Server"]
    if got.status >= 400:
        assert got.headers["Content-Type"] == MEDIA_TYPE
        problem = Problem.model_validate_json(got.body)
        assert problem.status == got.status
        assert problem.detail
        assert problem.type.startswith("/docs#problem-")
        assert b"Traceback" not in got.body


@cache
def _catalogue() -> Catalogue:
    return load_catalogue()


def described(topology: Topology) -> Mapping[str, object]:
    """Topics and webhooks as AsyncAPI, as a gateway tells of them."""
    attempts = (default_folder() / "Attempt.avsc").read_text(encoding="utf-8")
    about = About(
        version="1",
        kafka="localhost:9092",
        registry=None,
        attempts=parse_schema(attempts),
    )
    return document(topology, _catalogue(), about)


@cache
def _told() -> Told:
    """What the process was told: little, and one secret."""
    settings = Settings(drain_s=7, watch_heartbeat_url=SecretStr("https://beat/s3cret"))
    said = {
        "drain_s": Source(Origin.ENVIRONMENT, "ORDERBUS_DRAIN_S"),
        "watch_heartbeat_url": Source(Origin.FILE, "/etc/orderbus/settings"),
    }
    return Told("node-1/9", tuple(in_force(settings.chosen(said))))


def _means(world: World) -> Means:
    return Means(
        prober=MemoryProber({"shop.example": Scripted()}),
        sender=world.sender,
        sinks=Sinks(world.sender),
        clock=world.clock,
        random_bytes=world.random_bytes,
    )


def _api(worlds: Worlds, world: World, access: Access, observer: MemoryObserver) -> Api:
    catalogue = worlds.catalogue or _catalogue()

    def who(token: str) -> Principal:
        return authenticate(access.table, SERVER, token, worlds.clock.now())

    return Api(
        world=world,
        catalogue=catalogue,
        writer=EventWriter(world.publisher, world.schemas, catalogue),
        authenticate=who,
        keys=Keyring(
            access.table,
            access.writer,
            Uses(access.table, access.writer, SERVER, worlds.clock),
            access.world,
        ),
        observer=observer,
        jobs=Jobs(worlds.clock, observer, world.random_bytes),
        live=make_live(world, observer),
        streams=Streams(),
        means=_means(world),
        board=Board(world.reader, world.clock, world.topology.alerts),
        glance=Glance(world, no_log),
        foresight=Foresight(world, no_log),
        sources=sources_over(world),
        rules=HeldRules(world, shipped_lines),
        migrations=HeldMigrations(world),
        parked=parked_of(world),
        asyncapi=partial(described, worlds.topology),
        told=_told(),
    )


def _asking(api: Api, world: World, log: AskLog) -> Api:
    """What asks a log asks this one."""
    glance, foresight = Glance(world, log), Foresight(world, log)
    return replace(api, log=log, glance=glance, foresight=foresight)


async def _closed(api: Api) -> None:
    await api.live.close()
    api.glance.close()
    api.foresight.close()
    await api.rules.close()


@asynccontextmanager
async def serving(  # noqa: PLR0913 - what a test may choose
    worlds: Worlds,
    routes: Sequence[Route] = ROUTES,
    bounds: Bounds = UNLIMITED,
    lines: Lines | None = None,
    ask_log: AskLog | None = None,
    streams: Streams | None = None,
    *,
    around: Around | None = None,
    means: Means | None = None,
) -> AsyncIterator[Client]:
    """A gateway that serves on loopback, and its client."""
    observer, log = MemoryObserver(), MemoryLog()

    async def the_log() -> MemoryLog:
        return log

    async with worlds.open() as world, open_access(worlds) as access:
        keys = await _held(access)
        asked = ask_log or the_log
        made = _asking(_api(worlds, world, access, observer), world, asked)
        made = replace(made, means=means or made.means)
        api = replace(made, streams=streams or Streams())
        site = make_site(
            access.world, world.random_bytes, Lifetimes(), secure=False, around=around
        )
        gateway = Gateway(
            api, (*routes, *site.routes), bounds, lines or Lines(), site.entrance
        )
        await gateway.start(Place())
        try:
            board, parked, sources = api.board, api.parked.table, api.sources.table
            async with board, parked, sources, ClientSession(gateway.url) as session:
                yield Client(session, keys, observer, gateway, api, log)
        finally:
            await gateway.stop()
            await _closed(api)
