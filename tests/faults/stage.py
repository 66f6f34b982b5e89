"""Everything that faults are done to: brokers, a registry, partners, processes."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from bus.adapters.jvm import EmbeddedKafka
from bus.adapters.kafka import Connection, KafkaLogReader
from processors.receiver import Behaviour, Received
from processors.registry.journal import Journal
from processors.registry.server import Registry
from processors.wiring.adapters import compatible
from tests.faults.fleet import Fleet
from tests.faults.foreign import FAMILY, NOTE, Foreigners
from tests.faults.gateway import Gateway
from tests.faults.places import open_servers
from tests.faults.plan import BROKERS, Fault
from tests.faults.serving import Arrival, Server
from tests.faults.witness import Partner
from tests.support.bus import CLOCK, Bus, running_bus, wait_until
from tests.support.kafka import KafkaUnderTest, cache_dir
from tests.support.orders import many_events

TIERS = {"short": "300ms", "middle": "600ms", "long": "900ms"}
STEADY, FLAKY, LEDGER, VICTIM = PARTNERS = (
    Partner("steady", ("*",)),
    Partner("flaky", ("order.*", "payment.*")),
    Partner("ledger", ("order.*", f"{FAMILY}.*"), ordered=True, well=False),
    Partner("victim", ("shipment.*",), well=False),
)
_MANNERS = {
    "steady": Behaviour(),
    "flaky": Behaviour(fail_share=0.2),
    "ledger": Behaviour(fail_share=0.03),
    "victim": Behaviour(),
}
_ASK_S = 5.0
_IN_SYNC_S = 120.0


@dataclass
class RegistryPlace:
    """A registry of the processes' own, that comes and goes at one address."""

    bus: Bus
    port: int = 0
    gateway: Gateway = field(default_factory=Gateway)
    _running: Registry | None = None

    @property
    def url(self) -> str:
        """Where it is, or was."""
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Serve, at the same port as before."""
        journal = Journal(
            self.bus.publisher,
            KafkaLogReader(Connection(self.bus.settings.librdkafka())),
            CLOCK,
            new_token=lambda: uuid4().hex,
            topic=self.bus.world.topology.schemas,
        )
        registry = Registry(journal, compatible)
        await registry.start()
        self.gateway.url = registry.url.rstrip("/")
        self.port = await self.gateway.start(self.port)
        self._running = registry

    async def stop(self) -> None:
        """Be away."""
        if self._running is not None:
            running, self._running = self._running, None
            await self.gateway.stop()
            await running.stop()


@dataclass
class Stage:
    """What a fault can be done to."""

    kafka: EmbeddedKafka
    bus: Bus
    registry: RegistryPlace
    fleet: Fleet
    foreigners: Foreigners
    partners: Sequence[Partner] = PARTNERS
    servers: Sequence[Server] = ()
    storms: int = field(default=0)
    _partition: int = 0
    _notes: int = 0
    _ids: int = 0

    async def arrived(self) -> list[Received]:
        """What the servers have accepted since, as a web server would tell it."""
        found: list[Received] = []
        for server in self.servers:
            came = await server.arrivals()
            found.extend(as_received(server.name, one) for one in came)
        return found

    async def in_sync(self) -> None:
        """Return once every partition has all its replicas again."""
        admin = AdminClient({"bootstrap.servers": self.kafka.bootstrap_servers})

        async def is_whole() -> bool:
            return await asyncio.to_thread(whole, admin)

        await wait_until(is_whole, _IN_SYNC_S, "replicas are in sync again")

    def next_partition(self, count: int) -> int:
        """One partition after the other."""
        self._partition = (self._partition + 1) % count
        return self._partition

    def next_id(self, ids: Sequence[int]) -> int:
        """One after the other of these."""
        self._ids += 1
        return ids[self._ids % len(ids)]

    async def another_note(self) -> int:
        """Register a schema that nobody has asked for yet; return its id."""
        self._notes += 1
        return await self._register({**NOTE, "doc": f"number {self._notes}"})

    async def first_note(self) -> None:
        """Register what foreign records are by default."""
        self.foreigners.schema_id = await self._register(NOTE)

    async def _register(self, schema: dict[str, object]) -> int:
        subject = f"{self.foreigners.topic}-foreign.v1.Note"
        registered = self.bus.registry.schemas.register(subject, json.dumps(schema))
        return int(await registered)

    async def look_for_foreigners(self) -> None:
        """See which foreign records have turned up where."""
        topology = self.bus.world.topology
        for name in self.foreigners.owed:
            letters = await self.bus.records(topology.dlq_topic(name))
            self.foreigners.dead_lettered(name, letters)
        self.foreigners.quarantined(await self.bus.records(topology.quarantine))

    def behave(self, partner: str, behaviour: Behaviour | None = None) -> None:
        """Let a partner behave like this, or as it is wont to."""
        self.bus.receiver.behave(f"/{partner}", behaviour or _MANNERS[partner])

    def node(self, fault: Fault) -> int:
        """The broker that a fault hits."""
        return fault.broker % len(self.kafka.nodes)


def as_received(name: str, one: Arrival) -> Received:
    """An arrival at a queue, as a request to a path that is called like it."""
    return Received(
        path=f"/{name}",
        webhook_id=one.webhook_id,
        order_id="",
        type="",
        sequence=None,
        attempt=1,
        status=200,
        signed=None,
        content_type="",
        traceparent="",
        size=0,
        at_ns=one.at_ns,
        monotonic_ns=0,
    )


def whole(admin: AdminClient) -> bool:
    """Whether all brokers are there, and all replicas in sync."""
    try:
        told = admin.list_topics(timeout=_ASK_S)
    except KafkaException:
        return False
    return len(told.brokers) == BROKERS and all(
        len(partition.isrs) == len(partition.replicas)
        for topic in told.topics.values()
        for partition in topic.partitions.values()
    )


@asynccontextmanager
async def open_stage(folder: Path, *, sinks: bool = False) -> AsyncIterator[Stage]:
    """Start it all, and end it; `sinks`: with a partner on each kind of queue."""
    async with AsyncExitStack() as stack:
        kafka = EmbeddedKafka(folder / "kafka", cache_dir(), brokers=BROKERS)
        await stack.enter_async_context(kafka)
        under_test = KafkaUnderTest(kafka.bootstrap_servers)
        bus = await stack.enter_async_context(
            running_bus(under_test, folder, "faults", tiers=TIERS, families=[FAMILY])
        )
        await bus.schemas({event.type for event in many_events(800)})
        registry = RegistryPlace(bus)
        await registry.start()
        stack.push_async_callback(registry.stop)
        fleet = Fleet(bus, registry.url)
        topic = f"{bus.name}.oms.{FAMILY}"
        owed = [p.name for p in PARTNERS if p.wants(f"{FAMILY}.note")]
        ordered = [p.name for p in PARTNERS if p.ordered and p.name in owed]
        foreigners = Foreigners(kafka.bootstrap_servers, topic, owed, ordered)
        stage = Stage(kafka, bus, registry, fleet, foreigners)
        await stage.first_note()
        if sinks:
            stage.servers = await stack.enter_async_context(open_servers(folder))
            for server in stage.servers:
                await _subscribe(bus, server)
            queues = [_queue(server) for server in stage.servers]
            stage.partners = (*PARTNERS, *queues)
            fleet.queues = frozenset(partner.name for partner in queues)
        for partner in PARTNERS:
            stage.behave(partner.name)
            await bus.subscribe(
                partner.name,
                types=list(partner.types),
                retry=list(TIERS) * 4,
                timeout_s=2 if partner is VICTIM else 5,
                ordering="key" if partner.ordered else "none",
            )
        await fleet.start_all()
        yield stage


def _queue(server: Server) -> Partner:
    return Partner(server.name, ("order.*",), ordered=True, well=False)


async def _subscribe(bus: Bus, server: Server) -> None:
    """A subscription whose endpoint is a server's."""
    login = {"login": server.login} if server.login else {}
    await bus.subscribe(
        server.name,
        url=server.url,
        types=["order.*"],
        retry=list(TIERS) * 4,
        timeout_s=5,
        ordering="key",
        **login,
    )
