"""The programs put together over ports: on Kafka by `wiring`, in memory by tests."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

from bus.delivery.choices import Ordering
from bus.delivery.delivery import Attempt
from bus.delivery.patience import Patience
from bus.delivery.subscription import Subscription
from bus.ports import Clock, Observer, Publisher, Schemas, Sender, Source
from bus.topics.topology import Topology
from processors.delivery.aside import Aside
from processors.delivery.decoding import Decoder, as_sent
from processors.delivery.deliver import Acks, Deliver, DeliverPolicy
from processors.delivery.fanout import Fanout
from processors.delivery.handling import Handler, LoopPolicy
from processors.delivery.hops import Hops
from processors.delivery.loop import Loop
from processors.delivery.ordered import Ordered
from processors.delivery.reporting import Reporter
from processors.delivery.retry import RetryTiers
from processors.delivery.subscribers import SubscriberPolicy, Subscribers
from processors.delivery.waiting import Waiting
from processors.sinks import Sinks
from processors.telemetry import names

ROLES = ("fanout", "retry", "ordered")
_SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineParts:
    """What the programs use. `source` makes a member of a role's group.

    `sender` posts webhooks; `sinks` are all kinds, only webhooks if left out.
    """

    sender: Sender
    publisher: Publisher
    schemas: Schemas
    topology: Topology
    acks: Acks
    clock: Clock
    observer: Observer
    source: Callable[[str], Source]
    log_attempt: Callable[[Attempt], None]
    disable: Callable[[str, str], None]
    group_prefix: str = "bus."
    sinks: Sinks | None = None


@dataclass(frozen=True, slots=True)
class EnginePolicy:
    """`waiting_limit`: records a retry or ordered partition holds in memory.

    `registry_patience_s`: how long a partition waits for a schema that is refused.
    """

    loop: LoopPolicy = field(default_factory=LoopPolicy)
    subscriber: SubscriberPolicy = field(default_factory=SubscriberPolicy)
    deliver: DeliverPolicy = field(default_factory=DeliverPolicy)
    waiting_limit: int = 500
    registry_patience_s: float = 60.0


@dataclass(frozen=True, slots=True)
class Program:
    """One program: its handler in its loop, and the topics it is to read."""

    name: str
    loop: Loop
    topics: Callable[[], Sequence[str]]


class Engine:
    """Some of the programs, sharing subscribers, breakers and limits."""

    def __init__(
        self, parts: EngineParts, policy: EnginePolicy, roles: Collection[str] = ROLES
    ) -> None:
        self._parts = parts
        self._policy = policy
        clock, observer = parts.clock, parts.observer
        reporter = Reporter(clock, observer, parts.log_attempt)
        self._hops = Hops(parts.publisher, parts.topology, clock, observer, reporter)
        self._deliver = Deliver(
            hops=self._hops,
            topology=parts.topology,
            acks=parts.acks,
            clock=clock,
            observer=observer,
            reporter=reporter,
            disable=parts.disable,
            policy=policy.deliver,
        )
        self.subscribers = Subscribers(
            self._deliver.begin,
            sinks=parts.sinks or Sinks(parts.sender),
            policy=policy.subscriber,
            clock=clock,
            observer=observer,
        )
        patience = Patience(policy.registry_patience_s)
        self._decoder = Decoder(parts.schemas, clock, observer, patience, lazily=True)
        self._aside = Aside(self._hops)
        self.sources: Sequence[str] = parts.topology.sources
        self.programs = [self._program(role) for role in ROLES if role in roles]
        observer.gauge(names.MAILBOX, self.subscribers.depths)
        observer.gauge(names.IN_FLIGHT, self.subscribers.in_flight)
        observer.gauge(names.BREAKER, self.subscribers.breakers)
        observer.gauge(names.SCHEMA_WAIT, self._decoder.waits)

    async def start(self) -> None:
        """Join the groups; the subscriptions are loaded by now."""
        self.subscribers.start()
        for program in self.programs:
            await program.loop.start(program.topics())

    def changed(self, old: Subscription | None, new: Subscription | None) -> None:
        """Take over a change of the subscription table."""
        self.subscribers.changed(old, new)

    def add_sources(self, topics: Sequence[str]) -> None:
        """Read these source topics as well from now on."""
        self.sources = (*self.sources, *topics)
        self.follow_topics()

    def follow_topics(self) -> None:
        """Read the topics that the subscriptions have now."""
        for program in self.programs:
            program.loop.subscribe(program.topics())

    def refused(self) -> str | None:
        """Which topics do not take what partitions wait to write; None: all do."""
        waiting = self._hops.writing.refused()
        return ", ".join(f"{t} refuses {n:.0f}" for t, n in waiting.items()) or None

    def waiting(self) -> str | None:
        """A readiness check: None, or which partitions wait for which schemas."""
        waiting = [
            f"{tp.topic}/{tp.partition} waits for {self._decoder.said(as_sent(record))}"
            for program in self.programs
            for tp, record in program.loop.waiting.items()
        ]
        if len(waiting) > _SHOWN:
            waiting[_SHOWN:] = [f"and {len(waiting) - _SHOWN} more"]
        return "; ".join(waiting) or None

    # ------------------------------------------------ putting together

    def _program(self, role: str) -> Program:
        if role == "fanout":
            loop = self._loop(role, self._fanout())
            return Program(role, loop, lambda: self.sources)
        if role == "retry":
            return Program(role, self._loop(role, self._retry()), self._tier_topics)
        return Program(role, self._loop(role, self._ordered()), self._ordered_topics)

    def _fanout(self) -> Fanout:
        return Fanout(
            decoder=self._decoder,
            subscribers=self.subscribers,
            deliver=self._deliver,
            hops=self._hops,
            aside=self._aside,
            delay_of=self._parts.topology.tiers,
            clock=self._parts.clock,
            observer=self._parts.observer,
        )

    def _retry(self) -> RetryTiers:
        return RetryTiers(
            decoder=self._decoder,
            subscribers=self.subscribers,
            hops=self._hops,
            aside=self._aside,
            topology=self._parts.topology,
            waiting_for=self._waiting,
            clock=self._parts.clock,
        )

    def _ordered(self) -> Ordered:
        return Ordered(
            decoder=self._decoder,
            subscribers=self.subscribers,
            aside=self._aside,
            topology=self._parts.topology,
            waiting_for=self._waiting,
            clock=self._parts.clock,
            observer=self._parts.observer,
        )

    def _loop(self, role: str, handler: Handler) -> Loop:
        parts, policy = self._parts, self._policy.loop
        group = f"{parts.group_prefix}{role}"
        if role != "fanout":
            policy = policy.each(self._policy.waiting_limit)
        loop = Loop(
            parts.source(role),
            handler,
            clock=parts.clock,
            observer=parts.observer,
            policy=policy,
            group=group,
        )
        parts.observer.gauge(names.UNSETTLED, lambda: {group: loop.unsettled})
        parts.observer.gauge(names.ASSIGNED, lambda: {group: len(loop.partitions)})
        parts.observer.gauge(names.WAITING, lambda: {group: len(loop.waiting)})
        return loop

    def _waiting(self, subscription: str) -> Waiting:
        return Waiting(
            subscription,
            subscribers=self.subscribers,
            deliver=self._deliver,
            clock=self._parts.clock,
            observer=self._parts.observer,
        )

    # ------------------------------------------------ topics follow subscriptions

    def _tier_topics(self) -> Sequence[str]:
        topology = self._parts.topology
        return sorted(
            topic
            for subscription in self.subscribers.subscriptions()
            for topic in topology.tier_topics(subscription).values()
        )

    def _ordered_topics(self) -> Sequence[str]:
        topology = self._parts.topology
        return sorted(
            topology.ordered_topic(subscription.id)
            for subscription in self.subscribers.subscriptions()
            if subscription.ordering is Ordering.KEY
        )
