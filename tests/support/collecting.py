"""Files of sources over a broker in memory."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from bus.adapters.folder import LocalFolder
from bus.adapters.memory import MemoryLogReader, MemoryObserver, MemoryPublisher
from bus.client.producer import EventWriter
from bus.event import Event
from bus.intake.channels.definition import Channel
from bus.intake.raw import Raw, read_raw
from bus.intake.sources import Source, parse_source
from processors.collecting.answers import Answers, AnswersWorld
from processors.collecting.ledger import Ledger
from processors.collecting.ports import Folder
from processors.collecting.taking import Taker
from processors.collecting.watching import FolderWatch
from tests.support.channels import CATALOGUE
from tests.support.schemas import HeldSchemas
from tests.support.sources import CHANNELS
from tests.support.worlds import Randomness, Worlds

AT = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
ORDER = json.dumps({"id": 7, "number": "A-7"}).encode()


@dataclass
class Files:
    """Sources, what takes their files, and what has come of it."""

    worlds: Worlds
    sources: dict[str, Source] = field(default_factory=dict)
    observer: MemoryObserver = field(default_factory=MemoryObserver)
    schemas: HeldSchemas = field(default_factory=HeldSchemas)
    _made: int = 0

    def add(self, source_id: str, channel: str, **fields: object) -> Source:
        """Add a source."""
        made = parse_source({"id": source_id, "channel": channel, **fields})
        for topic in self.worlds.topology.topics_of_source(source_id, fetches=False):
            self.worlds.broker.create(topic)
        self.sources[source_id] = made
        return made

    def get(self, source_id: str) -> Source | None:
        """One of them."""
        return self.sources.get(source_id)

    def all(self) -> list[Source]:
        """All of them."""
        return list(self.sources.values())

    def channel(self, name: str) -> Channel:
        """A channel that is shipped."""
        found = CHANNELS.get(name)
        assert found is not None
        return found

    def taker(self) -> Taker:
        """What takes files, as another process would have it."""
        self._made += 1
        broker = self.worlds.broker
        reader, publisher = MemoryLogReader(broker), MemoryPublisher(broker)
        return Taker(
            ledger=Ledger(reader, publisher, self.worlds.topology.collected),
            reader=reader,
            publisher=publisher,
            topology=self.worlds.topology,
            clock=self.worlds.clock,
            observer=self.observer,
            random_bytes=Randomness(self._made),
        )

    def watch(
        self,
        root: Path,
        folder_of: Callable[[str], Folder] | None = None,
        settle_s: float = 0,
    ) -> FolderWatch:
        """A watch over the folders in `root`, as another process would have it."""
        return FolderWatch(
            sources=self,
            channel_of=CHANNELS.get,
            folder_of=folder_of or (lambda source: LocalFolder(root / source)),
            taker=self.taker(),
            clock=self.worlds.clock,
            observer=self.observer,
            look_s=2,
            settle_s=settle_s,
            answers=self.answers(),
        )

    def answers(self) -> Answers:
        """What knows the answers to orders, as another process would have it."""
        broker = self.worlds.broker
        return Answers(
            AnswersWorld(
                reader=MemoryLogReader(broker),
                publisher=MemoryPublisher(broker),
                schemas=self.schemas,
                topology=self.worlds.topology,
                clock=self.worlds.clock,
            )
        )

    async def oms_answers(self, answer: str, place: str, **data: object) -> None:
        """Let the OMS answer an order, as it would from what it has read."""
        said: Mapping[str, object] = {
            "order_id": "SO-1",
            "status": "confirmed",
            "occurred_at": AT,
            "order_version": 1,
            "channel": "edi",
            "account_id": "A-1",
            "request_id": "4500017734",
            "source": "edi",
            "action": "order",
            "answer": answer,
            "place": place,
            **data,
        }
        self._made += 1
        event = Event(
            id=f"e-{self._made}",
            type="action.answered",
            source="/oms",
            subject="SO-1",
            time=AT,
            data=said,
        )
        publisher = MemoryPublisher(self.worlds.broker)
        await EventWriter(publisher, self.schemas, CATALOGUE).write(event)

    def kept(self, source: str = "own") -> list[Raw]:
        """What stands in a source's raw topic."""
        topic = self.worlds.topology.raw_topic(source)
        return [read_raw(record) for record in self.worlds.records(topic)]

    def noted(self, name: str) -> list[object]:
        """What was noted under a name."""
        return [fields for said, fields in self.observer.notes if said == name]
