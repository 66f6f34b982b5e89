"""What consumer groups committed, sampled from outside while a test runs."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from confluent_kafka import Consumer
from confluent_kafka import TopicPartition as KafkaPartition

from bus.adapters.kafka import Connection
from bus.delivery.attributes import read_attributes
from bus.delivery.headers import read_state
from bus.delivery.offsets import Ledger
from bus.record import Commit, Record, TopicPartition
from tests.guarantees import CommitNeverAhead, Pair
from tests.support.bus import CLOCK, Bus

_ASK_S = 10.0
_EVERY_S = 0.2
_NEVER = float("inf")


@dataclass(frozen=True)
class Sample:
    """Commits as the broker told them, and when, epoch seconds after the answer."""

    at: float
    commits: Mapping[TopicPartition, Commit]


@dataclass
class Sampler:
    """Asks again and again what groups have committed."""

    bus: Bus
    groups: tuple[str, ...] = ("fanout", "retry")
    samples: list[Sample] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Make the clients.

        Consumers that never join: an admin client's answer can end the process
        when a broker is killed (librdkafka#4605).
        """
        connection = Connection(self.bus.settings.librdkafka())
        self._askers = {
            role: connection.open(
                Consumer, connection.asker(f"{self.bus.name}.{role}"), None
            )
            for role in self.groups
        }
        self._places: dict[str, list[TopicPartition]] = {}

    async def run(self) -> None:
        """Sample until cancelled."""
        while True:
            await self.look()
            await CLOCK.sleep(_EVERY_S)

    def some(self, count: int) -> list[Sample]:
        """A number of samples evenly spread, the last one among them."""
        step = max(1, len(self.samples) // count)
        return self.samples[::-step]

    async def look(self) -> Sample:
        """Sample once."""
        found: dict[TopicPartition, Commit] = {}
        for role in self.groups:
            for p in await asyncio.to_thread(self._ask, role):
                tp = TopicPartition(p.topic, p.partition)
                found[tp] = Commit(max(p.offset, -1), p.metadata or "")
        sample = Sample(CLOCK.now(), found)
        self.samples.append(sample)
        return sample

    def _ask(self, role: str) -> list[KafkaPartition]:
        asker = self._askers[role]
        if role not in self._places:
            # Made before the run, so one look is enough.
            self._places[role] = [
                TopicPartition(name, partition)
                for name, topic in asker.list_topics(timeout=_ASK_S).topics.items()
                if name.startswith(f"{self.bus.name}.") and role_of(name) == role
                for partition in topic.partitions
            ]
        asker.poll(0)
        places = [KafkaPartition(*tp) for tp in self._places[role]]
        return asker.committed(places, timeout=_ASK_S)


def role_of(topic: str) -> str:
    """Which role reads a topic; an empty one for none."""
    if ".retry." in topic:
        return "retry"
    if ".ordered." in topic:
        return "ordered"
    return "fanout" if ".oms." in topic else ""


@dataclass(frozen=True)
class Station:
    """A record of a source or tier topic, and when its deliveries were settled there.

    A source record's delivery is settled by its acceptance or by its first hop, a
    tier record's by its acceptance or by the next hop. `begun` is when somebody set
    about that: a hop may be appended long after, by a process that has lost the
    partition. Epoch seconds, by subscription; infinity is never.
    """

    record: Record
    event_id: str
    settled: Mapping[str, float]
    begun: Mapping[str, float]

    def claimed(self, commit: Commit, ledger: Ledger) -> set[str]:
        """The subscriptions that a commit calls settled here."""
        if self.record.offset < commit.offset:
            return set(self.settled)
        left = ledger.remaining(self.record.offset, self.settled)
        return set(self.settled).difference(left)


class _Hop(NamedTuple):
    """A delivery's way on: attempts used by then; when appended, when begun."""

    used: int
    appended: float
    begun: float

    def follows(self, attempts: int, since: float) -> bool:
        """Whether it comes after an attempt that many were used at, seen `since`.

        A hop while the breaker is open gives the attempt back.
        """
        return self.used > attempts or (self.used == attempts and self.appended > since)


Stations = Mapping[TopicPartition, Sequence[Station]]


def event_id(record: Record) -> str:
    """The id of a record's event."""
    return read_attributes(record).id or ""


def stations(
    accepted: Mapping[Pair, float],
    owed: Mapping[str, Sequence[str]],
    sources: Iterable[Record],
    hops: Sequence[Record],
) -> Stations:
    """Put together what the receiver, the sources and the hop topics know.

    `accepted` is when; `owed` are the subscriptions of each event.
    """
    moved = _moved(hops)
    found: dict[TopicPartition, list[Station]] = defaultdict(list)

    def add(record: Record, subscriptions: Sequence[str], attempts: int) -> None:
        id_ = event_id(record)
        since = record.timestamp_ms / 1000
        settled: dict[str, float] = {}
        begun: dict[str, float] = {}
        for s in subscriptions:
            pair = Pair(id_, s)
            at = accepted.get(pair, _NEVER)
            then = [hop for hop in moved[pair] if hop.follows(attempts, since)]
            settled[s] = min([at, *(hop.appended for hop in then)])
            begun[s] = min([at, *(hop.begun for hop in then)])
        found[record.topic_partition].append(Station(record, id_, settled, begun))

    for record in sources:
        add(record, owed[event_id(record)], -1)
    for record in hops:
        state = read_state(record)
        if state.reason is None:
            add(record, [state.subscription], state.attempts)
    return found


def _moved(hops: Iterable[Record]) -> Mapping[Pair, list[_Hop]]:
    moved: dict[Pair, list[_Hop]] = defaultdict(list)
    for record in hops:
        state = read_state(record)
        # A dead letter may leave the count as it was, so it counts as one more.
        used = state.attempts + (state.reason is not None)
        pair = Pair(event_id(record), state.subscription)
        hop = _Hop(used, record.timestamp_ms / 1000, state.at_ms / 1000)
        moved[pair].append(hop)
    return moved


def check_never_ahead(sample: Sample, places: Stations) -> None:
    """Assert that all that a commit calls settled was settled when it was seen.

    That is what lies below its offset, and what its metadata lists beyond it.
    """
    for tp, commit in sample.commits.items():
        if commit.offset < 0:
            continue
        ledger = Ledger(commit)
        promise = CommitNeverAhead()
        claims = []
        for station in places.get(tp, ()):
            claimed = station.claimed(commit, ledger)
            if not claimed:
                continue
            place = (*tp, station.record.offset)
            claims.append(place)
            # The clock that stamped a hop has whole milliseconds.
            if max(station.settled[s] for s in claimed) <= sample.at + 0.002:
                promise.settle(*place)
        end = max((offset + 1 for _, _, offset in claims), default=0)
        promise.check({(tp.topic, tp.partition): end}, {}, claims)


def open_at(sample: Sample, places: Stations) -> set[Pair]:
    """What was settled or begun by then, and is still to be done by the commits."""
    found: set[Pair] = set()
    for tp, records in places.items():
        commit = sample.commits.get(tp, Commit(-1))
        ledger = Ledger(commit if commit.offset >= 0 else None)
        for station in records:
            for subscription in set(station.settled) - station.claimed(commit, ledger):
                if station.settled[subscription] <= sample.at:
                    found.add(Pair(station.event_id, subscription))
    return found
