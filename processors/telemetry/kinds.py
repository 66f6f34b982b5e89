"""What a log line and a metric say of themselves; `names` lists them all."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

Level: TypeAlias = Literal["debug", "info", "warning", "error"]
Kind: TypeAlias = Literal["counter", "histogram", "gauge"]


@dataclass(frozen=True, slots=True)
class Note:
    """A log line's name, the level it is written at, what it says."""

    level: Level
    meaning: str


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric. Histograms count seconds in `buckets`."""

    kind: Kind
    labels: tuple[str, ...]
    meaning: str
    buckets: tuple[float, ...] = ()


class Names:
    """Log lines and metrics of one part of the bus, by name, in their order."""

    def __init__(self) -> None:
        self.notes: dict[str, Note] = {}
        self.metrics: dict[str, Metric] = {}

    def note(self, name: str, level: Level, meaning: str) -> str:
        """Add a log line; return its name."""
        self.notes[name] = Note(level, meaning)
        return name

    def counter(self, name: str, labels: tuple[str, ...], meaning: str) -> str:
        """Add a counter; return its name."""
        self.metrics[name] = Metric("counter", labels, meaning)
        return name

    def gauge(self, name: str, labels: tuple[str, ...], meaning: str) -> str:
        """Add a gauge; return its name."""
        self.metrics[name] = Metric("gauge", labels, meaning)
        return name

    def histogram(
        self,
        name: str,
        labels: tuple[str, ...],
        buckets: tuple[float, ...],
        meaning: str,
    ) -> str:
        """Add a histogram of seconds; return its name."""
        self.metrics[name] = Metric("histogram", labels, meaning, buckets)
        return name
