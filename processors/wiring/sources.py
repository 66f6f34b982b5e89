"""Source topics that the declaration gains, for programs that read them all."""

from collections.abc import Callable, Sequence
from typing import Protocol

from bus.ports import Clock, Observer, Topics
from bus.topics.topology import Topology
from processors.delivery.sources import SourceWatch
from processors.settings import Settings
from processors.wiring.adapters import declared_topology


class Declared(Protocol):
    """What a program knows of its topics."""

    @property
    def settings(self) -> Settings:
        """They name the file."""
        ...

    @property
    def topology(self) -> Topology:
        """What it said at the start."""
        ...

    @property
    def topics(self) -> Topics:
        """Which are there."""
        ...

    @property
    def clock(self) -> Clock:
        """When to look."""
        ...


def watching_sources(
    declared: Declared, observer: Observer, add: Callable[[Sequence[str]], None]
) -> SourceWatch:
    """What looks at the file of the declaration; `add` gets what is new in it."""
    path = declared.settings.topics_file
    return SourceWatch(
        lambda: declared_topology(path),
        declared.topics,
        declared.clock,
        observer,
        add,
        declared.topology.sources,
    )
