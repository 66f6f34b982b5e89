"""A process with the real programs in it, over the simulated world."""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence

from bus.adapters.memory.reader import MemoryLogReader
from bus.contracts.definition import is_of_type
from bus.delivery.breaker import BreakerPolicy
from bus.delivery.delivery import Attempt
from bus.delivery.subscription import Subscription
from bus.errors import OrderbusError, RegistryUnavailableError, SchemaNotFoundError
from bus.event import Event
from bus.ports import Change, PartitionChange, SchemaText, Step
from bus.record import Expired, Record, SchemaRef, TopicPartition
from processors.access.trail import BUS, Trail
from processors.delivery.acks import AckTable
from processors.delivery.deliver import DeliverPolicy
from processors.delivery.engine import Engine, EngineParts, EnginePolicy
from processors.delivery.handling import LoopPolicy
from processors.delivery.subscribers import SubscriberPolicy
from processors.subscriptions.table import SubscriptionTable
from processors.subscriptions.writer import SubscriptionWriter
from tests.simulation.forms import SCHEMA
from tests.simulation.member import SimulatedMember
from tests.simulation.partners import Endpoints, SimulatedSender
from tests.simulation.plan import PATIENCE_S, SCHEMAS
from tests.simulation.publisher import SimulatedPublisher
from tests.simulation.scheduler import Process, ProcessClock
from tests.simulation.world import TOPOLOGY, World
from tests.support.access import HeldAudit
from tests.support.worlds import KEYS, Randomness

SCHEMA_IDS = range(1, SCHEMAS + 1)
BREAKER = BreakerPolicy(open_s=1.0, open_max_s=4.0)

MakeEngine = Callable[[EngineParts, EnginePolicy], Engine]


class SimulatedSchemas:
    """`bus.ports.Schemas` with one schema under some ids, away at times."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def by_id(self, ref: SchemaRef) -> SchemaText:
        """The schema with this id."""
        await self._world.clock.sleep(self._world.latency())
        if self._away():
            raise RegistryUnavailableError("away (simulated)")
        if not isinstance(ref, int) or ref not in SCHEMA_IDS:
            raise SchemaNotFoundError(f"no schema has id {ref}")
        if self._refuses(ref):
            raise RegistryUnavailableError("denied (simulated)")
        return SchemaText(ref, SCHEMA)

    async def answers(self, besides: SchemaRef) -> bool:
        """Whether it gives another one."""
        await self._world.clock.sleep(self._world.latency())
        return not self._away() and any(
            i != besides and not self._refuses(i) for i in SCHEMA_IDS
        )

    def _away(self) -> bool:
        return self._world.loop.time() < self._world.registry_back_at

    def _refuses(self, schema_id: int) -> bool:
        refusal = self._world.plan.refusal
        return (
            refusal is not None
            and schema_id == SCHEMA_IDS[refusal.schema]
            and self._world.loop.time() < refusal.until
        )

    async def by_type(self, topic: str, event_type: str) -> Sequence[SchemaText]:
        """The schema, under its newest id."""
        del topic
        await self._world.clock.sleep(self._world.latency())
        if self._world.loop.time() < self._world.registry_back_at:
            raise RegistryUnavailableError("away (simulated)")
        held = SchemaText(SCHEMA_IDS[-1], SCHEMA)
        return [held] if is_of_type(SCHEMA, event_type) else []

    async def register(self, subject: str, text: str) -> int:
        """Nobody registers."""
        raise RegistryUnavailableError(f"{subject}: {len(text)} characters refused")


class _Span:
    traceparent = f"00-{1:032x}-{1:016x}-00"

    def end(self, outcome: str = "", status: int = 0) -> None:
        """Nobody looks."""


_SPAN = _Span()


class WitnessObserver:
    """`bus.ports.Observer` of one process: what it hears goes to the witness."""

    def __init__(self, world: World, process: Process) -> None:
        self._world = world
        self._process = process

    def attempt(self, attempt: Attempt, host: str) -> None:
        """Pass it on."""
        del host
        self._world.witness.attempted(self._process, attempt)
        if self._world.tracing:
            what = f"{attempt.event_id} for {attempt.subscription}"
            said = f"attempt {attempt.number} of {what}: {attempt.outcome}"
            self._world.tell(self._process.name, f"{said}, {attempt.route}")

    def span(
        self,
        step: Step,
        event: Event,
        target: str,
        *,
        subscription: str = "",
        parent: str | None = None,
    ) -> _Span:
        """One for all."""
        del step, event, target, subscription, parent
        return _SPAN

    def transition(self, subscription: str, change: Change, why: str = "") -> None:
        """Pass it on."""
        self._world.witness.changed(subscription, change)
        if self._world.tracing:
            self._world.tell(self._process.name, f"{subscription} {change} {why}")

    def quarantined(self, record: Record, why: str) -> None:
        """The broker has told."""

    def expired(self, group: str, gone: Expired, lost: int, held: int) -> None:
        """Pass it on."""
        self._world.witness.told_expired(gone, lost + held)
        if self._world.tracing:
            what = f"{lost} lost, {held} held before {gone.start}"
            self._world.tell(self._process.name, f"{group} {gone[0]}: {what}")

    def partitions(
        self,
        group: str,
        change: PartitionChange,
        partitions: Collection[TopicPartition],
        why: str = "",
    ) -> None:
        """Trace it."""
        if self._world.tracing:
            named = ", ".join(f"{t}/{p}" for t, p in sorted(partitions))
            self._world.tell(self._process.name, f"{group} {change} {named} {why}")

    def note(self, name: str, **fields: object) -> None:
        """Trace it."""
        if self._world.tracing:
            self._world.tell(self._process.name, f"{name} {fields}")

    def measure(self, name: str, value: float = 1, label: str = "") -> None:
        """Nobody counts."""

    def gauge(self, name: str, read: Callable[[], Mapping[str, float]]) -> None:
        """Nobody asks."""


class Programs:
    """What runs in one process; as `processors.wiring.worker`, on the world."""

    def __init__(
        self,
        world: World,
        process: Process,
        endpoints: Endpoints,
        make_engine: MakeEngine,
    ) -> None:
        self.process = process
        self.leaving = self.started = False
        self.members: list[SimulatedMember] = []
        self._world = world
        self._clock = ProcessClock(world.loop, process)
        self._publisher = SimulatedPublisher(world, process)
        self._sender = SimulatedSender(world, process, endpoints)
        self._make_engine = make_engine
        self._topics_changed = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    async def run(self) -> None:
        """Load the tables, join the groups."""
        reader, clock = MemoryLogReader(self._world.broker), self._clock
        table = SubscriptionTable(reader, KEYS, clock)
        self._writer = SubscriptionWriter(
            self._publisher, table, KEYS, clock, Randomness(), Trail(HeldAudit(), BUS)
        )
        acks = AckTable(reader, clock)
        self.engine = self._engine(acks)
        table.on_change(self._changed)
        self._tasks = [asyncio.create_task(t.run()) for t in (table, acks)]
        await asyncio.gather(table.ready(), acks.ready())
        await self.engine.start()
        self._tasks.append(asyncio.create_task(self._follow_topics()))
        self.started = True

    async def stop(self) -> None:
        """Drain, commit, leave."""
        if not self.started:
            return
        await asyncio.gather(*(p.loop.stop() for p in self.engine.programs))
        self.engine.subscribers.stop()
        for task in self._tasks:
            task.cancel()

    def _engine(self, acks: AckTable) -> Engine:
        options = self._world.plan.options
        parts = EngineParts(
            sender=self._sender,
            publisher=self._publisher,
            schemas=SimulatedSchemas(self._world),
            topology=TOPOLOGY,
            acks=acks,
            clock=self._clock,
            observer=WitnessObserver(self._world, self.process),
            source=self._member,
            log_attempt=lambda _: None,
            disable=self._disable,
        )
        policy = EnginePolicy(
            LoopPolicy(
                options.commit_interval_s, options.drain_s, options.intake_limit
            ),
            SubscriberPolicy(1.0, 1, options.in_flight, BREAKER),
            DeliverPolicy(),
            options.waiting_limit,
            PATIENCE_S,
        )
        return self._make_engine(parts, policy)

    def _member(self, role: str) -> SimulatedMember:
        member = SimulatedMember(self._world, self.process, self._publisher, role)
        self.members.append(member)
        return member

    def _changed(self, old: Subscription | None, new: Subscription | None) -> None:
        self.engine.changed(old, new)
        self._topics_changed.set()

    async def _follow_topics(self) -> None:
        while True:
            await self._topics_changed.wait()
            self._topics_changed.clear()
            self.engine.follow_topics()

    def _disable(self, subscription: str, why: str) -> None:
        self._tasks.append(asyncio.create_task(self._write_disabled(subscription, why)))

    async def _write_disabled(self, subscription: str, why: str) -> None:
        try:
            await self._writer.disable(subscription, why)
        except OrderbusError as error:
            self._world.tell(self.process.name, f"{subscription} not disabled: {error}")
