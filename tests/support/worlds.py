"""A world in memory for the commands: a broker, a sender that answers as told."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from itertools import count
from pathlib import Path

from bus.access.audit import Change, read_audit
from bus.adapters.http.guard import Guard
from bus.adapters.memory.broker import MemoryBroker
from bus.adapters.memory.clock import MemoryClock
from bus.adapters.memory.publisher import MemoryPublisher
from bus.adapters.memory.reader import MemoryLogReader
from bus.adapters.memory.topics import MemoryGroups, MemoryTopics
from bus.contracts.catalogue import Catalogue
from bus.delivery.subscription import Tls
from bus.errors import RegistryUnavailableError, SchemaNotFoundError
from bus.ports import Answer, Post, Reply, SchemaText
from bus.record import Record, SchemaRef, TopicPartition
from bus.topics.topology import Topology
from processors.access.trail import TopicAudit, Trail
from processors.subscriptions.checks import Checks
from processors.subscriptions.keys import Keys
from processors.subscriptions.table import SubscriptionTable
from processors.subscriptions.world import World
from processors.subscriptions.writer import SubscriptionWriter
from tests.support.schemas import HeldSchemas

KEYS = Keys((bytes(range(32)),))
TOPICS_FILE = Path(__file__).parents[2] / "deploy" / "topics.yaml"
EVENT_TYPES = frozenset({"order.created", "order.cancelled", "payment.captured"})


@cache
def topology() -> Topology:
    """The declared topics."""
    return Topology.parse(TOPICS_FILE.read_text(), replication=1)


@dataclass
class RecordingSender:
    """Fulfils `bus.ports.Sender`: gives one answer, remembers every post."""

    reply: Reply = field(default_factory=lambda: Answer(200))
    posts: list[Post] = field(default_factory=list)

    async def send(self, post: Post) -> Reply:
        """Remember, and answer as told."""
        self.posts.append(post)
        return self.reply

    async def close(self) -> None:
        """Nothing is open."""


class NoSchemas:
    """Fulfils `bus.ports.Schemas`: a registry that holds nothing."""

    async def by_id(self, ref: SchemaRef) -> SchemaText:
        """There is none."""
        raise SchemaNotFoundError(f"no schema {ref}")

    async def answers(self, besides: SchemaRef) -> bool:  # noqa: ARG002 - the port's
        """It has none to give."""
        return False

    async def by_type(self, topic: str, event_type: str) -> list[SchemaText]:  # noqa: ARG002 - the port's
        """There are none."""
        return []

    async def register(self, subject: str, text: str) -> int:
        """It takes none."""
        raise RegistryUnavailableError(f"{subject}: {len(text)} characters refused")


class Randomness:
    """Random bytes that are different and always the same."""

    def __init__(self, seed: int = 0) -> None:
        self._numbers: Iterator[int] = count(seed * 1_000_000)

    def __call__(self, length: int) -> bytes:
        """The next bytes."""
        return next(self._numbers).to_bytes(length, "big")


def bad_pem(tls: Tls) -> str | None:
    """Stands for the adapter's check of certificates."""
    texts = (tls.ca, tls.client_certificate, tls.client_key)
    wrong = any(text is not None and "BEGIN" not in text for text in texts)
    return "not PEM" if wrong else None


class Worlds:
    """Opens worlds over one broker, as several processes would.

    Attributes:
        catalogue: The event types that a gateway has; None: all.
    """

    def __init__(self, clock: MemoryClock | None = None) -> None:
        self.clock = clock or MemoryClock()
        self.broker = MemoryBroker(self.clock)
        self.schemas = HeldSchemas()
        self.sender = RecordingSender()
        self.topology = topology()
        self.keys = KEYS
        self.catalogue: Catalogue | None = None
        self.problems: list[tuple[str, str]] = []
        self.missed: list[tuple[Change, str]] = []
        self._opened = count()
        for topic in self.topology.fixed():
            self.broker.create(topic)

    @asynccontextmanager
    async def open(self) -> AsyncIterator[World]:
        """A world with a table of its own."""
        self.broker.up()  # forgets the event loop of the world before
        reader, publisher = MemoryLogReader(self.broker), MemoryPublisher(self.broker)
        table = SubscriptionTable(
            reader,
            self.keys,
            self.clock,
            on_problem=lambda name, why: self.problems.append((name, why)),
        )
        random_bytes = Randomness(next(self._opened))
        audit = TopicAudit(publisher, self.clock, self.topology.audit)
        trail = Trail(audit, "cli:ada", "desk-7", self._miss)
        async with table:
            yield World(
                publisher=publisher,
                reader=reader,
                topics=MemoryTopics(self.broker),
                groups=MemoryGroups(self.broker),
                schemas=self.schemas,
                sender=self.sender,
                topology=self.topology,
                table=table,
                writer=SubscriptionWriter(
                    publisher, table, self.keys, self.clock, random_bytes, trail
                ),
                trail=trail,
                checks=Checks(
                    topology=self.topology,
                    event_types=EVENT_TYPES,
                    check_url=Guard(https_only=False).check_endpoint,
                    check_tls=bad_pem,
                ),
                clock=self.clock,
                random_bytes=random_bytes,
            )

    def _miss(self, change: Change, why: str) -> None:
        self.missed.append((change, why))

    def audited(self) -> list[Change]:
        """All changes that were written down."""
        records = self.records(self.topology.audit)
        return [read_audit(record).change for record in records]

    def records(self, topic: str) -> list[Record]:
        """All records of a topic."""
        found: list[Record] = []
        for partition in self.broker.partitions([topic]):
            found += self.broker.log(TopicPartition(*partition)).read(0, 10_000)
        return found
