"""What was written, what arrived, and whether the promises were kept."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain

from bus.delivery.headers import read_state
from bus.delivery.offsets import Ledger
from bus.event import Event
from bus.record import Commit, Record, TopicPartition
from bus.topics.topology import Topology
from processors.receiver import Received
from tests.faults.fleet import Crash, Fleet
from tests.faults.timing import Calm, delays, isolation
from tests.guarantees import DuplicatesBounded, InOrderPerKey, NothingLost, Pair
from tests.support.commits import (
    Sample,
    Station,
    Stations,
    check_never_ahead,
    event_id,
    role_of,
    stations,
)
from tests.support.pace import patience

_NEVER = float("inf")
_GRACE_S = 0.5
"""A request sent just before a kill may be answered so much later, and a fetch."""
_CHECKED = 60


@dataclass(frozen=True, slots=True)
class Partner:
    """A subscription of the run. `types` as in a subscription.

    One that is `well` answers in time, if with errors.
    """

    name: str
    types: tuple[str, ...]
    ordered: bool = False
    well: bool = True

    def wants(self, type_: str) -> bool:
        """Whether it is owed events of a type."""
        return any(
            wanted == "*" or type_.startswith(wanted.removesuffix("*"))
            for wanted in self.types
        )


@dataclass
class Witness:
    """The evidence of one round."""

    partners: Sequence[Partner]
    lost: NothingLost = field(default_factory=NothingLost)
    repeated: DuplicatesBounded = field(default_factory=DuplicatesBounded)
    in_order: InOrderPerKey = field(default_factory=InOrderPerKey)
    written_at: dict[str, float] = field(default_factory=dict)
    owed: dict[str, list[str]] = field(default_factory=dict)
    accepted_at: dict[Pair, float] = field(default_factory=dict)
    acceptances: dict[Pair, list[float]] = field(
        default_factory=lambda: defaultdict(list)
    )
    requests: dict[Pair, list[float]] = field(default_factory=lambda: defaultdict(list))
    unanswered: set[Pair] = field(default_factory=set)
    twice: set[Pair] = field(default_factory=set)
    judged: dict[str, int] = field(default_factory=dict)
    details: list[str] = field(default_factory=list)
    _lanes: dict[str, str] = field(default_factory=dict)
    _acknowledged: set[str] = field(default_factory=set)
    _arrived: set[Pair] = field(default_factory=set)

    def written(self, event: Event, at: float) -> None:
        """An event is handed to the producer."""
        self.written_at[event.id] = at
        wanting = [p for p in self.partners if p.wants(event.type)]
        self.owed[event.id] = [p.name for p in wanting]
        family = event.type.partition(".")[0]
        self._lanes[event.id] = f"{family}/{event.subject}"
        for partner in wanting:
            if partner.ordered:
                lane = self._lanes[event.id]
                self.in_order.produced(partner.name, lane, event.id)

    def acknowledged(self, id_: str) -> None:
        """Kafka has the event for certain."""
        self._acknowledged.add(id_)
        self.lost.produced(id_, self.owed[id_])
        for subscription in self.owed[id_]:
            # It may have arrived before its acknowledgement.
            if (pair := Pair(id_, subscription)) in self._arrived:
                self.lost.received(*pair)

    def received(self, request: Received) -> None:
        """A partner got a request."""
        pair = Pair(request.webhook_id, request.path[1:])
        if pair.event_id not in self.owed:
            return
        at = request.at_ns / 1e9
        self.requests[pair].append(at)
        if not 200 <= request.status <= 299:
            return
        self._found(pair)
        self.repeated.received(*pair)
        self.accepted_at.setdefault(pair, at)
        self.acceptances[pair].append(at)
        lane = self._lanes[pair.event_id]
        if any(p.ordered and p.name == pair.subscription for p in self.partners):
            self.in_order.received(pair.subscription, lane, pair.event_id)

    def dead_lettered(self, records: Iterable[Record]) -> None:
        """These stand in dead-letter topics."""
        for record in records:
            self._found(Pair(event_id(record), read_state(record).subscription))

    def _found(self, pair: Pair) -> None:
        # What was never acknowledged may arrive, and owes nothing.
        self._arrived.add(pair)
        if pair.event_id in self._acknowledged:
            self.lost.received(*pair)

    # ------------------------------------------------ the judgement

    def judge(
        self,
        samples: Sequence[Sample],
        fleet: Fleet,
        sources: Sequence[Record],
        hops: Sequence[Record],
        topology: Topology,
        calm: Calm,
    ) -> None:
        """Assert all promises.

        A repetition is excused by a crash, by an attempt that the partner accepted
        and whose answer did not come, or by a record that a client wrote twice.
        """
        places = stations(
            self.accepted_at, self.owed, sources, list(_first_appends(hops))
        )
        self._excuse(samples, fleet, sources, hops, places)
        self.lost.check()
        self.in_order.check()
        step = max(1, len(samples) // _CHECKED)
        for sample in samples[::-step]:
            check_never_ahead(sample, places)
        for pair in sorted(self.repeated.repeated - self.repeated.excused)[:5]:
            self.details.append(f"{pair} accepted at {self.acceptances[pair]}")
        self.repeated.check()
        self._check_times(fleet, hops, topology, calm)

    def _excuse(
        self,
        samples: Sequence[Sample],
        fleet: Fleet,
        sources: Sequence[Record],
        hops: Sequence[Record],
        places: Stations,
    ) -> None:
        for crash in fleet.crashes:
            found = excused(crash, samples, places)
            self.repeated.in_flight_at_crash(found)
        self.twice = written_twice(sources, hops, self.owed)
        self.repeated.in_flight_at_crash(self.twice)
        self.unanswered = fleet.unanswered.intersection(self.accepted_at)
        self.repeated.in_flight_at_crash(self.unanswered)

    def _check_times(
        self, fleet: Fleet, hops: Sequence[Record], topology: Topology, calm: Calm
    ) -> None:
        excused_here = self.repeated.excused | fleet.unanswered
        well = [p.name for p in self.partners if p.well]
        any_time, in_time = delays(
            hops, topology, self.requests, excused_here, well, calm
        )
        any_time.check()
        in_time.check()
        calmly = {id_: at for id_, at in self.written_at.items() if calm.holds(at, at)}
        isolated = isolation(calmly, well, self.requests, calm.late_s)
        isolated.check()
        waited = sum(map(len, isolated.waited_s.values()))
        self.judged = {
            "out of a tier": sum(map(len, any_time.late_s.values())),
            "of these in calm": sum(map(len, in_time.late_s.values())),
            "first ones in calm": waited,
        }

    @property
    def duplicates(self) -> int:
        """How many acceptances were one too many."""
        return sum(times - 1 for times in self.repeated.accepted.values())

    def waited_s(self, partner: str) -> list[float]:
        """How long each event waited for its first attempt at a partner."""
        return [
            times[0] - self.written_at[pair.event_id]
            for pair, times in self.requests.items()
            if pair.subscription == partner
        ]

    def lateness(self, partner: str) -> dict[str, tuple[float, float]]:
        """By event: when it was written, and how long until it was accepted."""
        return {
            pair.event_id: (at, self.accepted_at[pair] - at)
            for pair in self.accepted_at
            if pair.subscription == partner and (at := self.written_at[pair.event_id])
        }


def excused(crash: Crash, samples: Sequence[Sample], places: Stations) -> set[Pair]:
    """What may come twice because of a crash: done, or held, and not committed."""
    before = [s for s in samples if s.at <= crash.began_at]
    commits = before[-1].commits if before else {}
    found: set[Pair] = set()
    for tp, records in places.items():
        if role_of(tp.topic) != crash.role:
            continue
        commit = commits.get(tp, Commit(-1))
        ledger = Ledger(commit if commit.offset >= 0 else None)
        for station in records:
            for subscription in set(station.settled) - station.claimed(commit, ledger):
                if _was_touched(station, subscription, crash):
                    found.add(Pair(station.event_id, subscription))
    return found


def written_twice(
    sources: Iterable[Record], hops: Iterable[Record], owed: Mapping[str, Sequence[str]]
) -> set[Pair]:
    """Whose record stands there twice, to the byte.

    An idempotent producer of librdkafka may begin a new epoch when a broker goes, and
    send again, as new, what was written and not acknowledged.
    """
    times = Counter(
        (record.topic, record.key, record.value, record.headers)
        for record in chain(sources, hops)
    )
    found: set[Pair] = set()
    for record in chain(sources, hops):
        if times[record.topic, record.key, record.value, record.headers] > 1:
            id_ = event_id(record)
            hop = any(name == "bus-subscription" for name, _ in record.headers)
            whose = [read_state(record).subscription] if hop else owed[id_]
            found |= {Pair(id_, subscription) for subscription in whose}
    return found


def _was_touched(station: Station, subscription: str, crash: Crash) -> bool:
    if crash.frozen:
        # Kafka fences commits, not fetches: who wakes up reads on until it is told.
        return station.record.timestamp_ms / 1000 <= crash.ended_at + patience(_GRACE_S)
    return station.begun[subscription] <= crash.ended_at + patience(_GRACE_S)


def _first_appends(hops: Iterable[Record]) -> Iterable[Record]:
    """Leave out what fanout appended again to an ordered topic.

    Its reader settles that when it sees it, whatever became of the first.
    """
    seen: set[tuple[TopicPartition, str]] = set()
    for record in hops:
        place = (record.topic_partition, event_id(record))
        if role_of(record.topic) != "ordered" or place not in seen:
            seen.add(place)
            yield record
