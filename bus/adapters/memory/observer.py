"""An observer that remembers what it was told."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from bus.delivery.delivery import Attempt
from bus.event import Event
from bus.ports import Change, PartitionChange, Step
from bus.record import Expired, Record, TopicPartition

_NO_TRACE = f"00-{1:032x}-{1:016x}-00"


@dataclass(slots=True)
class MemorySpan:
    """A step that remembers how it ended; `outcome` is None while it runs."""

    step: Step
    event_id: str
    target: str
    subscription: str
    traceparent: str
    outcome: str | None = None
    status: int = 0

    def end(self, outcome: str = "", status: int = 0) -> None:
        """Remember the first end."""
        if self.outcome is None:
            self.outcome, self.status = outcome, status


@dataclass(slots=True)
class MemoryObserver:
    """Fulfils `bus.ports.Observer`; everything told is in its lists, in order."""

    attempts: list[tuple[Attempt, str]] = field(default_factory=list)
    spans: list[MemorySpan] = field(default_factory=list)
    transitions: list[tuple[str, Change, str]] = field(default_factory=list)
    quarantine: list[tuple[Record, str]] = field(default_factory=list)
    partition_changes: list[
        tuple[str, PartitionChange, tuple[TopicPartition, ...], str]
    ] = field(default_factory=list)
    expiries: list[tuple[str, Expired, int, int]] = field(default_factory=list)
    notes: list[tuple[str, dict[str, object]]] = field(default_factory=list)
    measures: list[tuple[str, float, str]] = field(default_factory=list)
    gauges: dict[str, list[Callable[[], Mapping[str, float]]]] = field(
        default_factory=dict
    )

    def attempt(self, attempt: Attempt, host: str) -> None:
        """Remember an attempt."""
        self.attempts.append((attempt, host))

    def span(
        self,
        step: Step,
        event: Event,
        target: str,
        *,
        subscription: str = "",
        parent: str | None = None,
    ) -> MemorySpan:
        """Remember a step; its context is its parent's."""
        above = parent or event.traceparent or _NO_TRACE
        span = MemorySpan(step, event.webhook_id, target, subscription, above)
        self.spans.append(span)
        return span

    def transition(self, subscription: str, change: Change, why: str = "") -> None:
        """Remember a change of a subscription."""
        self.transitions.append((subscription, change, why))

    def quarantined(self, record: Record, why: str) -> None:
        """Remember a record nobody could decode."""
        self.quarantine.append((record, why))

    def expired(self, group: str, gone: Expired, lost: int, held: int) -> None:
        """Remember that records were deleted."""
        self.expiries.append((group, gone, lost, held))

    def partitions(
        self,
        group: str,
        change: PartitionChange,
        partitions: Collection[TopicPartition],
        why: str = "",
    ) -> None:
        """Remember that partitions came or went."""
        self.partition_changes.append((group, change, tuple(partitions), why))

    def note(self, name: str, **fields: object) -> None:
        """Remember a line."""
        self.notes.append((name, fields))

    def measure(self, name: str, value: float = 1, label: str = "") -> None:
        """Remember a measurement."""
        self.measures.append((name, value, label))

    def gauge(self, name: str, read: Callable[[], Mapping[str, float]]) -> None:
        """Remember whom to ask."""
        self.gauges.setdefault(name, []).append(read)

    def read(self, name: str) -> dict[str, float]:
        """What a scrape would see: sums by label."""
        sums: dict[str, float] = {}
        for read in self.gauges.get(name, []):
            for label, value in read().items():
                sums[label] = sums.get(label, 0) + value
        return sums
