"""What became of the demo's events, counted at the partners and in the topics."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from bus.event import Event
from processors.demo.partners import Partner
from processors.receiver import Received

_SUCCESS = range(200, 300)


@dataclass(slots=True)
class Count:
    """The deliveries of one subscription. Latencies in ms, produce to acceptance."""

    expected: set[str] = field(default_factory=set)
    accepted: Counter[str] = field(default_factory=Counter)
    dead: set[str] = field(default_factory=set)
    replayed: set[str] = field(default_factory=set)
    attempts: int = 0
    latencies: list[float] = field(default_factory=list)
    tiers: Mapping[str, int] = field(default_factory=dict)

    @property
    def open(self) -> int:
        """Deliveries neither accepted nor dead-lettered yet."""
        return len(self.expected - self.accepted.keys() - self.dead)

    @property
    def duplicates(self) -> int:
        """Acceptances too many; one more after a replay is none."""
        return sum(times - 1 for times in self.accepted.values())

    def summary(self) -> dict[str, object]:
        """The figures of this subscription, as `bus demo --json` prints them."""
        accepted = len(self.expected & self.accepted.keys())
        dead = len(self.dead - self.accepted.keys())
        return {
            "expected": len(self.expected),
            "accepted": accepted,
            "dead_lettered": dead,
            "missing": self.open,
            "duplicates": self.duplicates,
            "attempts": self.attempts,
            "success_rate": round(accepted / max(1, len(self.expected)), 5),
            "latency_ms": percentiles(self.latencies),
        }


class Tally:
    """Counts for all subscriptions; fed by the producer and by the receiver's log."""

    def __init__(self, partners: Sequence[Partner]) -> None:
        self._partners = partners
        self.counts = {partner.id: Count() for partner in partners}
        self._sent_ns: dict[str, int] = {}
        self._answer_ms = {p.path: p.behaviour.latency_ms for p in partners}
        self._read = 0

    @property
    def events(self) -> int:
        """Events that Kafka has acknowledged."""
        return len(self._sent_ns)

    def sent(self, event: Event, at_ns: int) -> None:
        """An event was handed to the producer at `at_ns`, epoch."""
        self._sent_ns[event.id] = at_ns
        for partner in self._partners:
            if partner.wants(event):
                self.counts[partner.id].expected.add(event.id)

    def read(self, log: Sequence[Received]) -> None:
        """Take in what is new in the receiver's log."""
        for received in log[self._read :]:
            count = self.counts.get(received.path.removeprefix("/"))
            if count is not None:
                self._take(count, received)
        self._read = len(log)

    def _take(self, count: Count, received: Received) -> None:
        count.attempts += 1
        if received.status not in _SUCCESS:
            return
        event_id = received.webhook_id
        count.accepted[event_id] += 1
        if count.accepted[event_id] > 1:
            return
        if event_id not in count.dead:
            sent_ns = self._sent_ns.get(event_id, received.at_ns)
            took_ms = (received.at_ns - sent_ns) / 1e6
            count.latencies.append(took_ms + self._answer_ms[received.path])

    def dead_lettered(self, subscription: str, event_ids: Iterable[str]) -> None:
        """These stand in a subscription's dead-letter topic."""
        self.counts[subscription].dead |= set(event_ids)

    @property
    def open(self) -> int:
        """Deliveries neither accepted nor dead-lettered yet."""
        return sum(count.open for count in self.counts.values())

    @property
    def unsettled(self) -> bool:
        """Whether any is open, or a tier holds what is not committed yet.

        Commits follow what they settle by up to a second: a retry that was accepted
        just now still stands in its tier.
        """
        waits = any(any(count.tiers.values()) for count in self.counts.values())
        return waits or self.open > 0

    def summary(self, wall_s: float) -> dict[str, object]:
        """All figures, as `bus demo --json` prints them."""
        parts = {id_: count.summary() for id_, count in self.counts.items()}
        whole = Count()
        for count in self.counts.values():
            whole.latencies += count.latencies

        def total(name: str) -> int:
            return sum(int(str(part[name])) for part in parts.values())

        expected = total("expected")
        return {
            "events": self.events,
            "expected": expected,
            "accepted": total("accepted"),
            "dead_lettered": total("dead_lettered"),
            "missing": total("missing"),
            "duplicates": total("duplicates"),
            "attempts": total("attempts"),
            "success_rate": round(total("accepted") / max(1, expected), 5),
            "latency_ms": percentiles(whole.latencies),
            "subscriptions": parts,
            "wall_s": round(wall_s, 1),
        }


def percentiles(values: Sequence[float]) -> dict[str, float | None]:
    """The 50th, 95th and 99th percentile, to a tenth; None of nothing."""
    ranked = sorted(values)

    def at(share: float) -> float | None:
        if not ranked:
            return None
        return round(ranked[min(len(ranked) - 1, int(share * len(ranked)))], 1)

    return {"p50": at(0.5), "p95": at(0.95), "p99": at(0.99)}
