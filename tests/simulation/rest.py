"""Whether a simulated world has come to rest, and what has not."""

from collections.abc import Iterator

from bus.delivery.choices import Ordering
from bus.record import Commit
from tests.simulation.world import TOPOLOGY, World


def lagging(world: World) -> Iterator[str]:
    """The partitions that are not settled and committed to their ends."""
    broker = world.broker
    for group, topics in _topics(world).items():
        positions = broker.group(group).positions
        for tp in broker.partitions(topics):
            at, end = positions.get(tp, Commit(-1)).offset, broker.log(tp).end
            if end > 0 and at != end:
                yield f"{group} {tp.topic}/{tp.partition} at {at} of {end}"


def _topics(world: World) -> dict[str, list[str]]:
    now = [versions[-1][1] for versions in world.witness.versions.values()]
    every = dict.fromkeys(TOPOLOGY.tiers)
    return {
        "fanout": ["oms.order"],
        "retry": [
            TOPOLOGY.retry_topic(s.id, tier)
            for s in now
            if s.ordering is Ordering.NONE
            for tier in every
        ],
        "ordered": [
            TOPOLOGY.ordered_topic(s.id) for s in now if s.ordering is Ordering.KEY
        ],
    }
