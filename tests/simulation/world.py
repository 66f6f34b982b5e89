"""The world of one simulation: time, network, broker, and who watches."""

from collections.abc import Callable, Mapping
from contextvars import copy_context
from typing import TypeVarTuple, Unpack

from typing_extensions import override

from bus.adapters.memory.broker import MemoryBroker
from bus.record import Commit, Message, TopicPartition, Written
from bus.topics.topology import Topology
from processors.subscriptions.stored import restore
from tests.simulation.plan import Plan, seeded
from tests.simulation.scheduler import ProcessClock, SimulatedLoop
from tests.simulation.witness import Witness
from tests.support.worlds import KEYS

Arguments = TypeVarTuple("Arguments")
TOPOLOGY = Topology.parse(
    """
defaults: {partitions: 1, replication: 1, config: {retention.ms: 3d}}
sources: {topics: {oms.order: {partitions: 2}}}
bus:
  topics:
    subscriptions: {name: bus.subscriptions}
    sources: {name: bus.sources}
    quarantine: {name: bus.quarantine, config: {max.message.bytes: 4KiB}}
    attempts: {name: bus.attempts}
    acks: {name: bus.acks}
    rules: {name: bus.rules}
    lookups: {name: bus.lookups}
    migrations: {name: bus.migrations}
    seen: {name: bus.intake.seen}
    keys: {name: bus.keys}
    audit: {name: bus.audit}
    schemas: {name: _schemas}
    processes: {name: bus.processes}
    alerts: {name: bus.alerts}
    parked: {name: intake.parked}
    collected: {name: bus.intake.collected}
    requests: {name: bus.intake.requests}
    tallies: {name: bus.intake.tallies}
tiers: {1s: 1s, 5s: 5s}
subscription:
  defaults: {config: {max.message.bytes: 4KiB}}
  topics:
    retry: {name: "bus.retry.{subscription}.{tier}"}
    dlq: {name: "bus.dlq.{subscription}"}
    ordered: {name: "bus.ordered.{subscription}", partitions: 2}
source:
  topics:
    raw: {name: "intake.raw.{source}"}
    retry: {name: "intake.retry.{source}.{tier}"}
    dlq: {name: "intake.dlq.{source}"}
owned_prefixes: [bus.retry., bus.dlq., bus.ordered.]
"""
)


class SimulatedBroker(MemoryBroker):
    """The broker in memory, watched; members are woken for their own topics only."""

    def __init__(self, clock: ProcessClock, witness: Witness) -> None:
        super().__init__(clock, brokers=1)
        self.written: str | None = None
        self._witness = witness
        self._followed = {TOPOLOGY.subscriptions, TOPOLOGY.acks}

    @override
    def append(self, message: Message, created_ms: int | None = None) -> Written:
        """Write a record, and let the witness know."""
        self.written = message.topic
        try:
            written = super().append(message, created_ms)
        finally:
            self.written = None
        if message.topic == TOPOLOGY.subscriptions:
            self._witness.subscribed(
                restore(message.key or b"", message.value or b"", KEYS)
            )
            return written
        self._witness.appended(self.log(TopicPartition(*written[:2])), written.offset)
        return written

    @override
    def commit(self, group: str, commits: Mapping[TopicPartition, Commit]) -> None:
        """Take positions, and let the witness look at them."""
        super().commit(group, commits)
        for tp in sorted(commits):
            self._witness.committed(group, tp, commits[tp], self.log(tp))

    @override
    def _wake(self) -> None:
        if self.written is None or self.written in self._followed:
            super()._wake()
            return
        for group in self._groups.values():
            group.wake()


class World:
    """What all parts of a simulation share. `healed` ends all troubles."""

    def __init__(self, plan: Plan, *, tracing: bool = False) -> None:
        self.plan = plan
        self.loop = SimulatedLoop(
            seeded(f"order {plan.seed}"), shuffle=plan.options.shuffle
        )
        self.clock = ProcessClock(self.loop)
        self.random = seeded(f"network {plan.seed}")
        self.context = copy_context()
        self.trace: list[str] = []
        self.tracing = tracing
        self.healed = False
        self.up_at = 0.0
        self.registry_back_at = 0.0
        self.witness = Witness(plan, self.loop, self.tell)
        self.broker = SimulatedBroker(self.clock, self.witness)
        for topic in TOPOLOGY.fixed():
            self.broker.create(topic)

    def tell(self, who: str, what: str) -> None:
        """Add a line to the trace."""
        if self.tracing:
            self.trace.append(f"{self.loop.time():9.4f} {who:<8} {what}")

    def latency(self) -> float:
        """How long the next thing takes that crosses the network, seconds."""
        if self.healed:
            return 0.001 + 0.001 * self.random.random()
        return 0.0002 + self.plan.options.latency_s * self.random.random() ** 3

    def chance(self, share: float) -> bool:
        """Whether something happens that happens in this share of cases."""
        return not self.healed and share > 0 and self.random.random() < share

    def at(
        self,
        at: float,
        then: Callable[[Unpack[Arguments]], object],
        *args: *Arguments,
    ) -> None:
        """Call something at a moment, outside all processes."""
        self.loop.call_at(max(at, self.loop.time()), then, *args, context=self.context)

    def later(
        self,
        after_s: float,
        then: Callable[[Unpack[Arguments]], object],
        *args: *Arguments,
    ) -> None:
        """Call something after a while, outside all processes."""
        self.at(self.loop.time() + after_s, then, *args)
