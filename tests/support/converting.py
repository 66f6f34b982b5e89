"""convert on a broker in memory: sources, channels, what they sent, what came of it."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import orjson

from bus.adapters.memory import (
    MemoryAsker,
    MemoryBroker,
    MemoryClock,
    MemoryLogReader,
    MemoryObserver,
    MemoryPublisher,
    MemorySource,
    settle,
)
from bus.client.producer import EventWriter
from bus.contracts.codec import decode
from bus.contracts.framing import FRAME
from bus.intake.channels.definition import Channel
from bus.intake.health.fields import Known, known_of
from bus.intake.merging.notes import Note, read_note
from bus.intake.parked.item import Item
from bus.intake.parked.records import read_parked
from bus.intake.raw import Raw, submission_id, to_message
from bus.intake.samples import Sample
from bus.intake.sources import Source, parse_source
from bus.intake.submission import Submission
from bus.intake.verifying.verdict import Reason
from bus.record import Record
from bus.topics.topology import Topology
from processors.convert.engine import Converter, ConvertParts, ConvertPolicy
from processors.convert.judging import Judge, NoRules
from processors.convert.noticing import Noticing
from processors.tallying.tallies import Tallies
from tests.support.channels import CATALOGUE
from tests.support.schemas import HeldSchemas
from tests.support.shop_channel import BASE, DEFINITION, MAPPING, shop
from tests.support.worlds import topology

__all__ = ["BASE", "DEFINITION", "MAPPING", "Told", "World", "order", "shop"]


@dataclass
class Told:
    """An event on `oms.intake`."""

    id: str
    type: str
    data: Mapping[str, object]
    record: Record


@dataclass
class World:
    """A broker with sources of the channel `shop`, and converters that come and go."""

    clock: MemoryClock = field(default_factory=MemoryClock)
    topology: Topology = field(default_factory=topology)
    observer: MemoryObserver = field(default_factory=MemoryObserver)
    schemas: HeldSchemas = field(default_factory=HeldSchemas)
    judge: Judge = field(default_factory=NoRules)
    channels: dict[str, Channel] = field(default_factory=dict)
    samples: Sequence[Sample] = ()
    _sources: dict[str, Source] = field(default_factory=dict)
    _sent: int = 0

    def __post_init__(self) -> None:
        """Make the topics, and one source."""
        self.broker = MemoryBroker(self.clock)
        self.asker = MemoryAsker(self.clock)
        self.tallies = Tallies(self.clock)
        for topic in self.topology.fixed():
            self.broker.create(topic)
        self.channels.setdefault("shop", shop())
        self.add("mine")

    def known(self, channel: Channel) -> Known | None:
        """What the samples of a channel have."""
        return known_of(channel, self.samples) if self.samples else None

    # --- fulfils AllSources

    def get(self, source_id: str) -> Source | None:
        """The source with this id."""
        return self._sources.get(source_id)

    def all(self) -> Sequence[Source]:
        """All sources."""
        return list(self._sources.values())

    # --- what is sent

    def add(self, source_id: str, **fields: object) -> Source:
        """Add a source of `shop` that may fetch."""
        given: dict[str, object] = {
            "id": source_id,
            "channel": "shop",
            "settings": {"base": BASE},
            "fetch": {
                "hosts": ["api.shop.example"],
                "credentials": {"token": "t0ken"},
                "per_second": 1000,
            },
            **fields,
        }
        self._sources[source_id] = made = parse_source(given)
        for topic in self.topology.topics_of_source(source_id, fetches=True):
            self.broker.create(topic)
        return made

    def send(
        self,
        *items: Mapping[str, object],
        source: str = "mine",
        key: str | None = None,
        **fields: object,
    ) -> Raw:
        """Let a source send a submission of these items."""
        return self.send_bytes(
            orjson.dumps({"items": items}), source=source, key=key, **fields
        )

    def send_bytes(
        self,
        body: bytes,
        *,
        source: str = "mine",
        key: str | None = None,
        **fields: object,
    ) -> Raw:
        """Let a source send these bytes."""
        self._sent += 1
        now = self.clock.now()
        submission = Submission(source, body, {}, datetime.fromtimestamp(now, UTC))
        raw = Raw(
            id=submission_id(now, self._sent.to_bytes(10)),
            submission=submission,
            channel="shop",
            verdict=Reason.VERIFIED,
        )
        via = fields.pop("via", None)
        if via is not None:
            raw = replace(raw, submission=replace(submission, via=str(via)))
        raw = replace(raw, **fields)  # type: ignore[arg-type]
        topic = self.topology.raw_topic(source)
        self.broker.append(to_message(raw, topic, key or "k"))
        return raw

    # --- what came of it

    def records(self, topic: str) -> list[Record]:
        """All records of a topic."""
        found: list[Record] = []
        for tp in self.broker.partitions([topic]):
            found += self.broker.log(tp).read(0, 100_000)
        return found

    def told(self) -> list[Told]:
        """The events on `oms.intake`, in order within each partition."""
        found = []
        for record in self.records("oms.intake"):
            headers = {name: value.decode() for name, value in record.headers}
            kind = headers["ce_type"]
            body = (record.value or b"")[FRAME.size :]
            data = decode(CATALOGUE.schema(kind), body)
            found.append(Told(headers["ce_id"], kind, data, record))
        return found

    def notes(self) -> list[str]:
        """What is told of each event: its note, in the order of sending."""
        return [str(one.data.get("note")) for one in self.told()]

    def parked(self) -> list[Item]:
        """What is parked."""
        found = [read_parked(record) for record in self.records("intake.parked")]
        return [one for one in found if isinstance(one, Item)]

    def remembered(self) -> list[Note]:
        """What is written down of messages."""
        found = [read_note(record) for record in self.records(self.topology.seen)]
        return [note for note in found if note is not None]

    def count(self, name: str, label: str) -> float:
        """What a counter comes to."""
        return sum(
            v for n, v, lab in self.observer.measures if (n, lab) == (name, label)
        )

    def unsettled(self, source: str = "mine") -> int:
        """Records of a raw topic that the group has yet to commit."""
        group = self.broker.group("convert")
        left = 0
        for tp in self.broker.partitions([self.topology.raw_topic(source)]):
            position = group.positions.get(tp)
            left += self.broker.log(tp).end - (position.offset if position else 0)
        return left

    # --- converters

    def converter(self, policy: ConvertPolicy | None = None) -> Converter:
        """A converter, not started; it knows what was written down."""
        publisher = MemoryPublisher(self.broker)
        parts = ConvertParts(
            source=MemorySource(self.broker, "convert"),
            writer=EventWriter(publisher, self.schemas, CATALOGUE),
            publisher=publisher,
            notes=publisher,
            reader=MemoryLogReader(self.broker),
            asker=self.asker,
            sources=self,
            channels=self.channels,
            judge=self.judge,
            topology=self.topology,
            clock=self.clock,
            observer=self.observer,
            random_bytes=bytes,
            noticing=Noticing(self.tallies, self.clock, self.known),
            group_prefix="",
        )
        converter = Converter(parts, policy or ConvertPolicy())
        for note in self.remembered():
            converter.merging.learn(note, self.clock.now())
        return converter

    @asynccontextmanager
    async def running(
        self, policy: ConvertPolicy | None = None
    ) -> AsyncIterator[Converter]:
        """Run a converter, drained in the end."""
        converter = self.converter(policy)
        await converter.start()
        await self.clock.advance(0.5)
        try:
            yield converter
        finally:
            stopping = asyncio.create_task(converter.loop.stop())
            while not stopping.done():
                await self.clock.advance(0.5)
            await stopping

    async def converts(self, for_s: float = 1.0) -> None:
        """Run a converter over all that was sent, for so long."""
        async with self.running():
            await self.clock.advance(for_s)
            await settle()


def order(number: int | str, **fields: object) -> dict[str, object]:
    """An item that is an order."""
    return {"kind": "order", "id": str(number), "event": f"e-{number}", **fields}
