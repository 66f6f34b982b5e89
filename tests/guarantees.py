"""The promises of the bus as objects: fed while a test runs, asserted at its end."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple


class Pair(NamedTuple):
    """One delivery: an event for a subscription."""

    event_id: str
    subscription: str


@dataclass
class NothingLost:
    """Every event x matching subscription is accepted, dead-lettered or in a tier."""

    expected: set[Pair] = field(default_factory=set)
    found: set[Pair] = field(default_factory=set)

    def produced(self, event_id: str, subscriptions: Iterable[str]) -> None:
        """Kafka acknowledged an event that these subscriptions match."""
        self.expected |= {Pair(event_id, s) for s in subscriptions}

    def received(self, event_id: str, subscription: str) -> None:
        """It was accepted, or stands in a dead-letter or retry topic."""
        self.found.add(Pair(event_id, subscription))

    @property
    def missing(self) -> set[Pair]:
        """What is neither here nor there."""
        return self.expected - self.found

    def check(self) -> None:
        """Assert the promise."""
        some = sorted(self.missing)[:5]
        assert not self.missing, f"{len(self.missing)} deliveries lost, such as {some}"
        stray = sorted(self.found - self.expected)[:5]
        assert not stray, f"deliveries nobody asked for, such as {stray}"


@dataclass
class DuplicatesBounded:
    """A delivery is accepted again only if it was in flight at a crash."""

    accepted: Counter[Pair] = field(default_factory=Counter)
    excused: set[Pair] = field(default_factory=set)

    def received(self, event_id: str, subscription: str) -> None:
        """The endpoint accepted an attempt."""
        self.accepted[Pair(event_id, subscription)] += 1

    def in_flight_at_crash(self, pairs: Iterable[Pair]) -> None:
        """These were not settled in a commit when a process died."""
        self.excused |= set(pairs)

    @property
    def repeated(self) -> set[Pair]:
        """What was accepted more than once."""
        return {pair for pair, times in self.accepted.items() if times > 1}

    def check(self) -> None:
        """Assert the promise."""
        unexcused = self.repeated - self.excused
        some = sorted(unexcused)[:5]
        assert not unexcused, f"{len(unexcused)} duplicates, such as {some}"


@dataclass
class InOrderPerKey:
    """First acceptances of an order's events come in the order of production."""

    _produced: dict[tuple[str, str], list[str]] = field(
        default_factory=lambda: defaultdict(list)
    )
    _received: dict[tuple[str, str], list[str]] = field(
        default_factory=lambda: defaultdict(list)
    )

    def produced(self, subscription: str, order_id: str, event_id: str) -> None:
        """An event of an order was written to its source topic."""
        self._produced[subscription, order_id].append(event_id)

    def received(self, subscription: str, order_id: str, event_id: str) -> None:
        """An event of an order was accepted; repetitions do not count."""
        seen = self._received[subscription, order_id]
        if event_id not in seen:
            seen.append(event_id)

    def check(self) -> None:
        """Assert the promise."""
        for lane, seen in self._received.items():
            wanted = [event for event in self._produced[lane] if event in set(seen)]
            assert seen == wanted, f"{lane}: came as {seen}, produced as {wanted}"


@dataclass
class CommitNeverAhead:
    """A committed offset never passes a record that is not settled."""

    settled: set[tuple[str, int, int]] = field(default_factory=set)

    def settle(self, topic: str, partition: int, offset: int) -> None:
        """A record's deliveries are all settled."""
        self.settled.add((topic, partition, offset))

    def check(
        self,
        committed: Mapping[tuple[str, int], int],
        starts: Mapping[tuple[str, int], int],
        existing: Iterable[tuple[str, int, int]],
    ) -> None:
        """Assert that all existing records below the committed ones are settled."""
        for topic, partition, offset in existing:
            place = (topic, partition)
            below = starts.get(place, 0) <= offset < committed.get(place, -1)
            ahead = below and (topic, partition, offset) not in self.settled
            assert not ahead, f"{topic}[{partition}] committed past open {offset}"


@dataclass
class DelayPrecision:
    """A tier's attempt starts never early, and hardly ever more than a little late.

    Lateness is seconds after the attempt was due; `p95_s` bounds its 95th percentile.
    """

    p95_s: float = 0.05
    late_s: dict[Pair, list[float]] = field(default_factory=lambda: defaultdict(list))

    def started(
        self, event_id: str, subscription: str, due_s: float, at_s: float
    ) -> None:
        """An attempt that was due at a moment started at one (epoch seconds)."""
        self.late_s[Pair(event_id, subscription)].append(at_s - due_s)

    def check(self) -> None:
        """Assert the promise; without attempts it is kept."""
        early = {p: min(late) for p, late in self.late_s.items() if min(late) < 0}
        assert not early, f"{len(early)} attempts too early, such as {early}"
        late_s = sorted(s for each in self.late_s.values() for s in each)
        worst = late_s[int(0.95 * (len(late_s) - 1))] if late_s else 0.0
        assert worst <= self.p95_s, f"p95 of {len(late_s)} tier attempts: {worst:.3f} s"


@dataclass
class Isolation:
    """Whose endpoint is well gets its first attempts in time, whatever others do.

    `within_s` bounds the 95th percentile of the time from event to first attempt.
    """

    within_s: float
    waited_s: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    def first_attempt(self, subscription: str, waited_s: float) -> None:
        """A subscriber that is well got a first attempt this long after the event."""
        self.waited_s[subscription].append(waited_s)

    def check(self) -> None:
        """Assert the promise; a subscriber without attempts is not judged."""
        for subscription, waited in self.waited_s.items():
            worst = sorted(waited)[int(0.95 * (len(waited) - 1))]
            assert worst <= self.within_s, f"{subscription}: p95 waited {worst:.3f} s"
