"""How far a group is behind: in records, and by the age of the oldest."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from bus.errors import BrokerUnavailableError
from bus.record import TopicPartition
from processors.subscriptions.world import World


@dataclass(frozen=True, slots=True)
class Backlog:
    """Records not committed yet; `oldest_ms` is when the oldest was written.

    It is None where there is none, or where it could not be read.
    """

    records: int = 0
    oldest_ms: int | None = None

    def __add__(self, other: "Backlog") -> "Backlog":
        """Both together."""
        times = [t for t in (self.oldest_ms, other.oldest_ms) if t is not None]
        return Backlog(self.records + other.records, min(times, default=None))


@dataclass(frozen=True, slots=True)
class Group:
    """A consumer group: how many members it has, and its backlog by topic.

    `members` is None where its coordinator did not say.
    """

    name: str
    members: int | None
    topics: Mapping[str, Backlog] = field(default_factory=dict)

    @property
    def backlog(self) -> Backlog:
        """All topics together."""
        return sum(self.topics.values(), Backlog())


async def look_at(world: World, group: str, topics: Collection[str]) -> Group:
    """Ask for the members of a group and for its backlog in these topics.

    Raises:
        BrokerUnavailableError: no answer.
        ConfigurationError: the cluster refuses us.
    """
    members = await _members(world, group)
    lags = await world.groups.lag(group, topics) if topics else {}
    waiting = {tp: lag for tp, lag in lags.items() if lag.pending > 0}
    firsts = {tp: max(lag.committed, lag.start) for tp, lag in waiting.items()}
    times = await _times(world, firsts)
    found = {tp.topic: Backlog() for tp in lags}
    for tp, lag in waiting.items():
        found[tp.topic] += Backlog(lag.pending, times.get(tp))
    return Group(group, members, found)


async def _members(world: World, group: str) -> int | None:
    try:
        return await world.groups.members(group)
    except BrokerUnavailableError:
        return None


async def _times(
    world: World, firsts: Mapping[TopicPartition, int]
) -> Mapping[TopicPartition, int]:
    if not firsts:
        return {}
    try:
        return await world.reader.times_at(firsts)
    except BrokerUnavailableError:
        return {}
