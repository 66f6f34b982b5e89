"""An observer that tells nobody: for commands, which read beside the deliveries."""

from collections.abc import Callable, Collection, Mapping

from bus.delivery.delivery import Attempt
from bus.event import Event
from bus.observation import Change, PartitionChange, Span, Step
from bus.record import Expired, Record, TopicPartition


class _NoSpan:
    @property
    def traceparent(self) -> str:
        return ""

    def end(self, outcome: str = "", status: int = 0) -> None:
        """Nobody measures it."""


class Unheard:
    """Fulfils `bus.observation.Observer`."""

    def attempt(self, attempt: Attempt, host: str) -> None:
        """Do nothing."""

    def span(
        self,
        step: Step,  # noqa: ARG002 - the port's
        event: Event,  # noqa: ARG002 - the port's
        target: str,  # noqa: ARG002 - the port's
        *,
        subscription: str = "",  # noqa: ARG002 - the port's
        parent: str | None = None,  # noqa: ARG002 - the port's
    ) -> Span:
        """Begin nothing."""
        return _NoSpan()

    def transition(self, subscription: str, change: Change, why: str = "") -> None:
        """Do nothing."""

    def quarantined(self, record: Record, why: str) -> None:
        """Do nothing."""

    def expired(self, group: str, gone: Expired, lost: int, held: int) -> None:
        """Do nothing."""

    def partitions(
        self,
        group: str,
        change: PartitionChange,
        partitions: Collection[TopicPartition],
        why: str = "",
    ) -> None:
        """Do nothing."""

    def note(self, name: str, **fields: object) -> None:
        """Do nothing."""

    def measure(self, name: str, value: float = 1, label: str = "") -> None:
        """Do nothing."""

    def gauge(self, name: str, read: Callable[[], Mapping[str, float]]) -> None:
        """Do nothing."""
