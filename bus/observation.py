"""What the engine reports, as a port: attempts, spans, changes, notes, measures."""

from collections.abc import Callable, Collection, Mapping
from enum import StrEnum
from typing import Literal, Protocol, TypeAlias

from bus.delivery.delivery import Attempt
from bus.event import Event
from bus.record import Expired, Record, TopicPartition

Step: TypeAlias = Literal["publish", "process", "attempt", "hop"]


class Change(StrEnum):
    """What befell a subscription, for operators and partners to see."""

    ADDED = "added"
    UPDATED = "updated"
    REMOVED = "removed"
    DISABLED = "disabled"
    BREAKER_OPENED = "breaker_opened"
    BREAKER_PROBING = "breaker_probing"
    BREAKER_CLOSED = "breaker_closed"
    FUSE_BLOWN = "fuse_blown"
    HELD = "held"


class PartitionChange(StrEnum):
    """What befell partitions of this member."""

    ASSIGNED = "assigned"
    REVOKED = "revoked"
    LOST = "lost"
    STOPPED = "stopped"


class Span(Protocol):
    """One step of an event's trace. Ends once; an `end` too many is ignored."""

    @property
    def traceparent(self) -> str:
        """W3C trace context to pass on; its flag says whether it is recorded."""
        ...

    def end(self, outcome: str = "", status: int = 0) -> None:
        """The step is over. An outcome other than "" and accepted is an error."""
        ...


class Observer(Protocol):
    """What the engine reports. Never raises, never blocks; event loop only.

    Names of notes, measures and gauges are constants of
    `processors.telemetry.names`.
    """

    def attempt(self, attempt: Attempt, host: str) -> None:
        """An attempt (or hop without a call) is over and its route is settled.

        Writes the one wide log line and counts outcome, route, attempt latency
        and, if accepted, the time since the origin's timestamp. `route` reads
        `done`, `retry:<tier>` or `dead_letter:<reason>`. `host` is the endpoint's
        host, never its path or query.
        """
        ...

    def span(
        self,
        step: Step,
        event: Event,
        target: str,
        *,
        subscription: str = "",
        parent: str | None = None,
    ) -> Span:
        """Begin a step of an event.

        `target` is the topic written (`publish`, by the OMS; `hop`), the topic read
        (`process`) or the endpoint's host (`attempt`). Its parent is `parent`
        (another span's `traceparent`), else the event's, else a trace derived from
        the event's id.
        """
        ...

    def transition(self, subscription: str, change: Change, why: str = "") -> None:
        """A subscription changed. `REMOVED` also ends its metric series."""
        ...

    def quarantined(self, record: Record, why: str) -> None:
        """A record nobody can decode was written to the quarantine topic."""
        ...

    def expired(self, group: str, gone: Expired, lost: int, held: int) -> None:
        """Kafka deleted records of a group's before they were settled.

        `lost` were never read; `held` are in memory here, and tried as ever, but a
        crash would lose them.
        """
        ...

    def partitions(
        self,
        group: str,
        change: PartitionChange,
        partitions: Collection[TopicPartition],
        why: str = "",
    ) -> None:
        """Partitions came or went; `STOPPED` says a hop could not be written."""
        ...

    def note(self, name: str, **fields: object) -> None:
        """Write a log line; its level and meaning stand beside the name."""
        ...

    def measure(self, name: str, value: float = 1, label: str = "") -> None:
        """Add to a counter or observe in a histogram (seconds).

        `label` is the value of the metric's one label, if it has one.
        """
        ...

    def gauge(self, name: str, read: Callable[[], Mapping[str, float]]) -> None:
        """Ask `read` at every scrape: value by label ("" if it has no label).

        Several callables under one name are summed by label.
        """
        ...
