"""What waits in source topics and tiers, and where nothing moves."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from bus.errors import BrokerUnavailableError
from bus.ports import Lag
from bus.record import TopicPartition
from bus.watch.facts import Waiting
from processors.subscriptions.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlogs:
    """A group's work by topic, at one moment.

    `still` is since when nothing was committed in partitions that have something to
    do; `ends` how far each topic reaches, all partitions together.
    """

    waiting: Mapping[str, Waiting] = field(default_factory=dict)
    still: Mapping[TopicPartition, float] = field(default_factory=dict)
    ends: Mapping[str, int] = field(default_factory=dict)
    members: int = 0

    def still_in(self, topic: str) -> Mapping[int, float]:
        """The partitions of a topic that stand still, and for how long."""
        return {tp.partition: s for tp, s in self.still.items() if tp.topic == topic}


class Looking:
    """Looks at one group again and again, and notices what stands still."""

    def __init__(self, world: World, group: str) -> None:
        self._world = world
        self._group = group
        self._still: dict[TopicPartition, tuple[int, float]] = {}

    async def look(self, topics: Collection[str]) -> Backlogs:
        """Ask for the backlog in these topics.

        Raises:
            BrokerUnavailableError: no answer.
            ConfigurationError: the cluster refuses us.
        """
        if not topics:
            return Backlogs()
        lags = await self._world.groups.lag(self._group, topics)
        members = await self._world.groups.members(self._group)
        now = self._world.clock.now()
        self._note(lags, now)
        ages = await self._ages({tp: lag for tp, lag in lags.items() if lag.pending})
        return Backlogs(
            waiting=_by_topic(lags, ages),
            still={tp: now - since for tp, (_, since) in self._still.items()},
            ends=_ends(lags),
            members=members,
        )

    def _note(self, lags: Mapping[TopicPartition, Lag], now: float) -> None:
        """Remember since when each partition with work stands where it stands."""
        still: dict[TopicPartition, tuple[int, float]] = {}
        for tp, lag in lags.items():
            if lag.pending > 0:
                before = self._still.get(tp)
                same = before is not None and before[0] == lag.committed
                still[tp] = before if before and same else (lag.committed, now)
        self._still = still

    async def _ages(
        self, lags: Mapping[TopicPartition, Lag]
    ) -> Mapping[TopicPartition, float]:
        """How old the oldest record of each is, where that can be read."""
        if not lags:
            return {}
        firsts = {tp: max(lag.committed, lag.start) for tp, lag in lags.items()}
        try:
            times = await self._world.reader.times_at(firsts)
        except BrokerUnavailableError:
            return {}
        now_ms = self._world.clock.now() * 1000
        return {tp: max(0.0, now_ms - ms) / 1000 for tp, ms in times.items()}


def _by_topic(
    lags: Mapping[TopicPartition, Lag], ages: Mapping[TopicPartition, float]
) -> Mapping[str, Waiting]:
    found: dict[str, Waiting] = {}
    for tp, lag in lags.items():
        before = found.get(tp.topic, Waiting())
        oldest = [s for s in (before.oldest_s, ages.get(tp)) if s is not None]
        records = before.records + max(0, lag.pending)
        found[tp.topic] = Waiting(records, max(oldest, default=None))
    return found


def _ends(lags: Mapping[TopicPartition, Lag]) -> Mapping[str, int]:
    ends: dict[str, int] = {}
    for tp, lag in lags.items():
        ends[tp.topic] = ends.get(tp.topic, 0) + lag.end
    return ends
