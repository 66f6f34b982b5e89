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
