"""What a loop commits: often, and a last time of partitions that leave."""

from collections.abc import Collection, Mapping

from bus.errors import BrokerUnavailableError
from bus.ports import Clock, Observer, Source
from bus.record import Commit, TopicPartition
from processors.delivery.partition import Partition, Tally
from processors.telemetry import names


class Committing:
    """Commits what has news, at intervals.

    `draining` are partitions that leave and are still ours.
    """

    def __init__(
        self,
        source: Source,
        clock: Clock,
        observer: Observer,
        tally: Tally,
        interval_s: float,
    ) -> None:
        self._source = source
        self._clock = clock
        self._observer = observer
        self._tally = tally
        self._interval_s = interval_s
        self._under_way: set[Partition] = set()
        self.draining: set[Partition] = set()

    async def often(self) -> None:
        """Go on for ever."""
        while True:
            await self._clock.sleep(self._interval_s)
            # A partition that drains is still ours: a crash now repeats no more of it.
            dirty = self._tally.dirty | self.draining
            self._tally.dirty = set()
            commits = {p.tp: c for p in dirty if (c := p.ledger.commit()) is not None}
            if commits:
                await self._commit(dirty, commits)

    def last(self, leaving: Collection[Partition]) -> Mapping[TopicPartition, Commit]:
        """What is left to commit of partitions that have drained."""
        for partition in self._under_way.intersection(leaving):
            # Whether that commit arrives is not known yet: it is said again.
            partition.ledger.not_committed()
        return {p.tp: c for p in leaving if (c := p.ledger.commit()) is not None}

    async def _commit(
        self, dirty: set[Partition], commits: Mapping[TopicPartition, Commit]
    ) -> None:
        self._under_way = dirty
        try:
            await self._source.commit(commits)
        except BrokerUnavailableError as error:
            self._observer.note(names.COMMIT_FAILED, why=str(error))
            self._observer.measure(names.COMMITS, 1, "failed")
            for partition in dirty:
                partition.ledger.not_committed()
            self._tally.dirty |= {p for p in dirty if p.open}
        else:
            self._observer.measure(names.COMMITS, 1, "ok")
        self._under_way = set()
