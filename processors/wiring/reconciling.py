"""What finds a member that keeps its group waiting, put together."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from bus.adapters.kafka import Connection, Describing, KafkaSource
from bus.ports import Clock, Groups, Observer
from bus.record import TopicPartition
from bus.topics.topology import Topology
from processors.delivery.engine import Program
from processors.delivery.reconciling import Membership, Reconciling
from processors.settings import Settings


class World(Protocol):
    """What it is put together from."""

    @property
    def settings(self) -> Settings:
        """Which protocol, which groups."""
        ...

    @property
    def connection(self) -> Connection:
        """How the cluster is reached."""
        ...

    @property
    def groups(self) -> Groups:
        """Where groups stand."""
        ...

    @property
    def topology(self) -> Topology:
        """How long the tiers wait."""
        ...

    @property
    def clock(self) -> Clock:
        """When."""
        ...


def reconciling_programs(
    world: World,
    observer: Observer,
    programs: Sequence[Program],
    members: Mapping[str, Sequence[KafkaSource]],
) -> Reconciling:
    """Make what looks after the members of programs, by their names."""

    def may_stand_s(tp: TopicPartition) -> float:
        parsed = world.topology.parse_retry_topic(tp.topic)
        return world.topology.tiers[parsed[1]] if parsed else 0.0

    def membership(program: Program) -> Membership:
        return Membership(
            group=f"{world.settings.group_prefix}{program.name}",
            topics=program.topics,
            held=program.loop.partitions.keys,
            members=lambda: members[program.name],
            may_stand_s=may_stand_s,
        )

    return reconciling(world, observer, [membership(p) for p in programs])


def reconciling(
    world: World, observer: Observer, memberships: Sequence[Membership]
) -> Reconciling:
    """Make what looks after memberships; with the classic protocol after none."""
    classic = world.settings.group_protocol == "classic"
    return Reconciling(
        world.groups,
        Describing(world.connection).ask,
        world.clock,
        observer,
        () if classic else memberships,
    )
