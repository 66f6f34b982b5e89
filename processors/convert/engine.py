"""convert put together over ports: on Kafka by `wiring`, in memory by tests."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from bus.client.producer import EventWriter
from bus.intake.merging.fates import Merging
from bus.intake.sources import Source as IntakeSource
from bus.ports import Clock, LogReader, Observer, Publisher, Source
from bus.record import TopicPartition
from bus.sending import Asker
from bus.topics.topology import Topology
from processors.convert.asking import Asking
from processors.convert.desk import Desk
from processors.convert.fetches import Fetches
from processors.convert.judging import Judge
from processors.convert.noticing import Noticing
from processors.convert.outgoing import Outgoing
from processors.convert.reading import Channels, Reading
from processors.convert.reconciling import ReconcileParts, Reconciler
from processors.convert.registered import Registered, RegisteredParts
from processors.convert.releases import Releases
from processors.convert.submissions import Submissions
from processors.convert.telling import Telling
from processors.delivery.handling import LoopPolicy
from processors.delivery.loop import Loop
from processors.delivery.writing import Writing
from processors.telemetry import convert_names, names

ROLE = "convert"
_HELD = 500


class AllSources(Protocol):
    """The sources as they are now."""

    def get(self, source_id: str) -> IntakeSource | None:
        """The source with this id, or None."""
        ...

    def all(self) -> Sequence[IntakeSource]:
        """All sources."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ConvertParts:
    """What the program uses; `notes` writes what is remembered, which may be later."""

    source: Source
    writer: EventWriter
    publisher: Publisher
    notes: Publisher
    reader: LogReader
    asker: Asker
    sources: AllSources
    channels: Channels
    judge: Judge
    topology: Topology
    clock: Clock
    observer: Observer
    random_bytes: Callable[[int], bytes]
    noticing: Noticing
    group_prefix: str = "bus."


@dataclass(frozen=True, slots=True)
class ConvertPolicy:
    """What a process of convert may have.

    Attributes:
        rate: What is told or parked in a second at most; None: any number.
        remembered: How many messages, and how many orders, repeats are known by.
        webhooks_a_day: How many webhooks of a source are made again at most.
    """

    loop: LoopPolicy = field(default_factory=lambda: LoopPolicy().each(_HELD))
    remembered: int = 500_000
    webhooks_a_day: int = 3
    rate: float | None = None


class Converter:
    """The program of one process."""

    def __init__(self, parts: ConvertParts, policy: ConvertPolicy) -> None:
        self._parts = parts
        self.merging = Merging(policy.remembered)
        self.group = f"{parts.group_prefix}{ROLE}"
        clock, observer = parts.clock, parts.observer
        self.asking = self._asking()
        self.reconciler = Reconciler(self._reconciling())
        self.registered = Registered(self._registered(policy.webhooks_a_day))
        reading = Reading(parts.sources, parts.channels, parts.topology, clock)
        self.loop = Loop(
            parts.source,
            self._desk(reading, policy.rate),
            clock=clock,
            observer=observer,
            policy=policy.loop,
            group=self.group,
        )
        loop, group = self.loop, self.group
        observer.gauge(names.UNSETTLED, lambda: {group: loop.unsettled})
        observer.gauge(names.ASSIGNED, lambda: {group: len(loop.partitions)})
        observer.gauge(names.WAITING, lambda: {group: len(loop.waiting)})
        observer.gauge(convert_names.IN_FLIGHT, self._in_flight)
        seen = self.merging.seen
        observer.gauge(convert_names.REMEMBERED, lambda: {"": len(seen)})
        observer.gauge(convert_names.FORGOTTEN, lambda: {"": seen.forgotten})

    async def start(self) -> None:
        """Join the group; sources and what is remembered are loaded by now."""
        await self.loop.start(self.topics())

    def follow_topics(self) -> None:
        """Read the topics that the sources have now."""
        self.loop.subscribe(self.topics())

    def topics(self) -> Sequence[str]:
        """What is to be read: all that sources send and want fetched, and releases."""
        topology = self._parts.topology
        found = [topology.parked]
        for source in self._parts.sources.all():
            found.append(topology.raw_topic(source.id))
            if source.fetch is not None:
                tiers = topology.tiers
                found += [topology.fetch_topic(source.id, tier) for tier in tiers]
        return sorted(found)

    def waiting(self) -> str | None:
        """A readiness check: None, or which partitions wait for their channel."""
        found = sorted({tp.topic for tp in self.loop.waiting})
        return f"wait for their channel: {', '.join(found)}" if found else None

    def _in_flight(self) -> Mapping[str, float]:
        held = (*self.loop.partitions.values(), *self.loop.draining)
        return {"": float(sum(partition.in_flight for partition in held))}

    def _desk(self, reading: Reading, rate: float | None) -> Desk:
        parts = self._parts
        clock, observer, topology = parts.clock, parts.observer, parts.topology
        writing = Writing(parts.publisher, clock, observer)
        outgoing = Outgoing(
            telling=Telling(parts.writer, clock, observer),
            writing=writing,
            notes=parts.notes,
            seen=topology.seen,
            parked=topology.parked,
            requests=topology.requests,
            clock=clock,
            observer=observer,
            rate=rate,
        )
        fetches = Fetches(
            asking=self.asking,
            sources=parts.sources,
            topology=topology,
            writing=writing,
            park=outgoing.park,
            clock=clock,
            observer=observer,
        )
        outgoing.fetches = fetches
        submissions = self._submissions(reading, outgoing)
        releases = Releases(
            sources=parts.sources,
            reading=reading,
            reader=parts.reader,
            catalogue=parts.writer.catalogue,
            submissions=submissions,
            merging=self.merging,
            outgoing=outgoing,
            clock=clock,
            observer=observer,
        )
        return Desk(topology, reading, submissions, fetches, releases, observer)

    def _submissions(self, reading: Reading, outgoing: Outgoing) -> Submissions:
        parts = self._parts
        return Submissions(
            reading=reading,
            merging=self.merging,
            judge=parts.judge,
            outgoing=outgoing,
            noticing=parts.noticing,
            clock=parts.clock,
            observer=parts.observer,
        )

    def _reconciling(self) -> ReconcileParts:
        parts = self._parts
        return ReconcileParts(
            sources=parts.sources,
            channels=parts.channels,
            asking=self.asking,
            merging=self.merging,
            publisher=parts.publisher,
            topology=parts.topology,
            tallies=parts.noticing.tallies,
            clock=parts.clock,
            observer=parts.observer,
            random_bytes=parts.random_bytes,
            reads=self.reads,
        )

    def _registered(self, a_day: int) -> RegisteredParts:
        parts = self._parts
        return RegisteredParts(
            sources=parts.sources,
            channels=parts.channels,
            asking=self.asking,
            reader=parts.reader,
            publisher=parts.publisher,
            topic=parts.topology.collected,
            tallies=parts.noticing.tallies,
            clock=parts.clock,
            observer=parts.observer,
            reads=self.reads,
            a_day=a_day,
        )

    def reads(self, source: str) -> bool:
        """Whether a source is this process's, where one process has to do something."""
        topic = self._parts.topology.raw_topic(source)
        return TopicPartition(topic, 0) in self.loop.partitions

    def _asking(self) -> Asking:
        parts = self._parts
        return Asking(
            asker=parts.asker,
            sources=parts.sources,
            channels=parts.channels,
            topology=parts.topology,
            clock=parts.clock,
            observer=parts.observer,
            random_bytes=parts.random_bytes,
        )
