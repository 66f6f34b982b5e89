"""Which topics are read into the log. Pure."""

from collections.abc import Collection, Container
from typing import NamedTuple

from bus.record import TopicPartition
from bus.topics.topology import Topology


class Read(NamedTuple):
    """What is read beside what is declared, and positions of topics that are gone."""

    more: Collection[str]
    gone: Collection[TopicPartition]


def declared_topics(topology: Topology) -> Collection[str]:
    """The topics of a declaration that the log is made of."""
    return {
        *topology.sources,
        topology.attempts,
        topology.acks,
        topology.quarantine,
        topology.audit,
    }


def read_topics(
    declared: Container[str],
    positions: Collection[TopicPartition],
    there: Container[str],
) -> Read:
    """Say what becomes of the positions of topics that are declared no more.

    One that is still there is read on: else its position would stand for ever, and
    the log be called ever further behind. One that is gone has nothing to read.
    """
    old = [tp for tp in positions if tp.topic not in declared]
    more = {tp.topic for tp in old if tp.topic in there}
    return Read(more, [tp for tp in old if tp.topic not in there])
