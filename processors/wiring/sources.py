"""Source topics that the declaration gains, for the programs of a worker."""

from bus.ports import Observer
from processors.delivery.engine import Engine
from processors.delivery.sources import SourceWatch
from processors.wiring.adapters import Adapters, declared_topology


def watching_sources(
    adapters: Adapters, engine: Engine, observer: Observer
) -> SourceWatch:
    """What looks at the file that `topics_file` names, and adds to the engine."""
    path = adapters.settings.topics_file
    return SourceWatch(
        lambda: declared_topology(path),
        adapters.topics,
        adapters.clock,
        observer,
        engine.add_sources,
        adapters.topology.sources,
    )
