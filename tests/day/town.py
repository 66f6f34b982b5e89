"""What flows through the bus in a step of time, and what goes wrong with it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from math import ceil
from random import Random

from typing_extensions import override

from bus.adapters.memory.broker import MemoryBroker
from bus.adapters.memory.topics import MemoryGroups, MemoryTopics
from bus.log.rows import AttemptRow
from bus.record import Commit, Message, Record, TopicPartition
from bus.topics.topic import Cluster
from tests.day.cast import PARTNERS, Partner, well
from tests.day.crew import Crew
from tests.day.flow import Delivery, Flow
from tests.day.traffic import TOPICS, Poisson, Traffic

STEP_S = 60.0
CAPACITY = 600
"""How many events the fan-out can take in a step: three times a busy hour's."""
_PARTITIONS = 6
FANOUT, RETRY = "bus.fanout", "bus.retry"


class Brokers(MemoryTopics):
    """A cluster whose brokers may be away."""

    cluster_is = Cluster((0, 1, 2))

    @override
    async def cluster(self) -> Cluster:
        """As it was set."""
        await super().cluster()
        return self.cluster_is


class Members(MemoryGroups):
    """Groups that the model of the flow is a member of."""

    @override
    async def members(self, group: str) -> int:
        """Always some."""
        await super().members(group)
        return 2


@dataclass(slots=True)
class Town:
    """All that moves without the watch. Times are epoch seconds.

    `surge` is by how much more of a topic comes than usual, `stuck` are partitions in
    which nothing is settled.
    """

    broker: MemoryBroker
    traffic: Traffic
    random: Random
    crew: Crew
    surge: dict[str, float] = field(default_factory=dict)
    stuck: set[TopicPartition] = field(default_factory=set)
    flows: dict[str, Flow] = field(default_factory=dict)
    _events: int = 0

    def __post_init__(self) -> None:
        """Everybody is well."""
        for partner in PARTNERS:
            self.flows[partner.name] = Flow(
                partner.name, well(partner.usual_s), self.random, self.broker, RETRY
            )

    def step(self, begin: float) -> Sequence[AttemptRow]:
        """Let `STEP_S` pass from `begin` on; return what was attempted."""
        for topic in TOPICS:
            self._arrive(topic, begin)
        rows: list[AttemptRow] = []
        if not self.broker.is_up:
            return rows
        if self.crew.runs("fanout"):
            for record in self._read():
                self._match(record, begin)
        for flow in self.flows.values():
            late_s = flow.late_s
            if not self.crew.runs("retry"):
                flow.late_s = None
            rows += flow.until(begin + STEP_S)
            flow.late_s = late_s
        return rows

    def breakers(self, now: float) -> dict[str, str]:
        """Those that are not closed."""
        said = {name: flow.state(now) for name, flow in self.flows.items()}
        return {name: state for name, state in said.items() if state != "closed"}

    def _arrive(self, topic: str, begin: float) -> None:
        if not self.broker.is_up:
            return  # producers wait, and lose nothing: what they hold comes later
        rate = self.traffic.a_minute(topic, begin) * self.surge.get(topic, 1.0)
        random = self.random
        count = Poisson(random, rate * STEP_S / 60).one() if rate else 0
        moments = sorted(begin + random.random() * STEP_S for _ in range(count))
        for at in moments:
            tp = TopicPartition(topic, int(random.random() * _PARTITIONS))
            self.broker.log(tp).append(Message(topic, b"", b""), int(at * 1000))

    def _read(self) -> Iterator[Record]:
        """What the fan-out takes in a step: as much as it can, of each its share."""
        positions = self.broker.group(FANOUT).positions
        waiting: dict[TopicPartition, int] = {}
        for tp in self.broker.partitions(TOPICS):
            if tp not in self.stuck:
                stands = positions.get(tp, Commit(0)).offset
                waiting[tp] = self.broker.log(tp).end - stands
        share = min(1.0, CAPACITY / max(1, sum(waiting.values())))
        for tp, records in waiting.items():
            stands = positions.get(tp, Commit(0)).offset
            taken = self.broker.log(tp).read(stands, ceil(records * share))
            positions[tp] = Commit(stands + len(taken))
            self.broker.log(tp).trim(positions[tp].offset)
            yield from taken

    def _match(self, record: Record, begin: float) -> None:
        self._events += 1
        arrived = record.timestamp_ms / 1000
        late = begin + self.random.random() * STEP_S
        at = late if arrived < begin else arrived + 0.05
        for partner in PARTNERS:
            if self._wants(partner, record.topic):
                event = f"e{self._events}"
                delivery = Delivery(event, record.topic, arrived)
                self.flows[partner.name].begin(delivery, at)

    def _wants(self, partner: Partner, topic: str) -> bool:
        share = partner.shares.get(topic, 0.0)
        return share >= 1.0 or (share > 0 and self.random.random() < share)
