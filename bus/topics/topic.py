"""A topic as it is, or is to be; the cluster that holds it."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class TopicState:
    """A topic's name and layout. `config` holds Kafka's own names and values."""

    name: str
    partitions: int
    replication: int
    config: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Cluster:
    """The brokers by their ids, and how the partitions are.

    `missing` hold copies of partitions and are not there. `offline` partitions have no
    leader: nothing can be read from or written to them. `thin` ones lack a copy.
    """

    brokers: tuple[int, ...]
    missing: tuple[int, ...] = ()
    offline: int = 0
    thin: int = 0
