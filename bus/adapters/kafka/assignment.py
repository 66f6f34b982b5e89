"""What a member owns, and how it takes and gives back partitions in good order."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, KafkaException
from confluent_kafka import TopicPartition as KafkaPartition

from bus.adapters.kafka.bridge import Bridge
from bus.adapters.kafka.commits import commit_now, committed
from bus.adapters.kafka.config import OnEvent, Protocol
from bus.adapters.kafka.errors import application_error
from bus.adapters.kafka.incarnations import Incarnations
from bus.adapters.kafka.positions import Positions, first_offset
from bus.errors import OrderbusError
from bus.ports import Listener, Stands
from bus.record import Commit, Expired, Record, TopicPartition


@dataclass(frozen=True, slots=True)
class Membership:
    """How a member joins its group.

    `protocol` None is KIP-848 where the brokers have it, else classic. `begin` is
    where a partition without a commit begins, a logical offset of librdkafka.
    `stands` says where the group stands, if not its commits do. `assign_s` and
    `revoke_s` bound what the listener may take.
    """

    group: str
    fetch_wait_s: float | None = None
    protocol: Protocol | None = None
    begin: int = OFFSET_BEGINNING
    stands: Stands | None = None
    assign_s: float = 60
    revoke_s: float = 30


class Assignment:
    """The partitions of one session; its methods run on the client's thread."""

    def __init__(
        self,
        membership: Membership,
        listener: Listener,
        bridge: Bridge,
        on_event: OnEvent,
        incarnations: Incarnations,
        *,
        incremental: bool,
    ) -> None:
        self.partitions: set[TopicPartition] = set()
        self.rebalancing = False
        self.failure: KafkaError | None = None
        self._membership = membership
        self._listener = listener
        self._bridge = bridge
        self._on_event = on_event
        self._incremental = incremental
        self._incarnations = incarnations
        self._positions = Positions()
        self._gone: set[TopicPartition] = set()
        self._paused: set[TopicPartition] = set()
        self._once_paused: set[TopicPartition] = set()

    # --- commands

    def pause(self, consumer: Consumer, partitions: Iterable[TopicPartition]) -> None:
        """Stop fetching those of `partitions` that are, or are just being, assigned."""
        owned = self.partitions.intersection(partitions)
        self._paused |= owned
        self._once_paused |= owned
        if owned:
            consumer.pause(_kafka(owned))

    def resume(self, consumer: Consumer, partitions: Iterable[TopicPartition]) -> None:
        """Fetch those of `partitions` that are assigned again."""
        owned = self.partitions.intersection(partitions)
        self._paused -= owned
        if owned:
            consumer.resume(_kafka(owned))

    # --- records

    def flowing(self) -> set[TopicPartition]:
        """The partitions that are fetched."""
        return self.partitions - self._paused

    def expected(self, tp: TopicPartition) -> int:
        """The offset that is to come next; -1 if it is not known yet."""
        return self._positions.expected(tp)

    def confirmed(
        self, consumer: Consumer, records: Sequence[Record]
    ) -> Iterator[Sequence[Record]]:
        """Yield what is still ours, in runs; between them tell what lies between.

        What Kafka deleted is told before the record that follows. A partition that
        went back before its position is another log by now: it begins anew.
        """
        if self._gone:
            records = self._still_ours(consumer, records)
        begun = 0
        for index, expected in self._positions.leaps(records):
            record = records[index]
            tp = record.topic_partition
            # Compaction and transactions leave gaps, too, but do not move the start.
            start = min(first_offset(consumer, tp), record.offset)
            if expected <= record.offset and start <= expected:
                continue
            yield records[begun:index]
            begun = index
            if start > expected:
                self._bridge.call(self._listener.expired, Expired(tp, start))
            else:
                self._begin_anew(consumer, tp, expected, record.offset)
        yield records[begun:]

    def look(self, consumer: Consumer) -> None:
        """Tell of partitions that Kafka emptied; what was fetched is handed over."""
        for gone in self._positions.passed(consumer, self.flowing()):
            self._bridge.call(self._listener.expired, gone)

    def follow_topics(self, consumer: Consumer) -> None:
        """Read partitions anew whose topic was deleted and made anew."""
        for tp, topic_id in self._incarnations.anew(self.partitions).items():
            expected = self._positions.expected(tp)
            # Where it cannot seek now, the next look finds the same.
            if self._positions.begin_anew(consumer, tp):
                self._incarnations.begin(tp, topic_id)
                self._begin_anew(consumer, tp, expected, 0)

    def _begin_anew(
        self, consumer: Consumer, tp: TopicPartition, expected: int, first: int
    ) -> None:
        self._tell_reset(tp, expected, first)
        self.partitions.discard(tp)
        # The listener knows of no pause of what it is to take anew.
        held = tp in self._paused
        self._paused.discard(tp)
        self.rebalancing = True
        try:
            self._bridge.call(self._listener.lost, [tp])
            self._introduce({tp: Commit(-1)})
        finally:
            self.rebalancing = False
        if held and tp not in self._paused:
            consumer.resume(_kafka([tp]))

    def _tell_reset(self, tp: TopicPartition, expected: int, first: int) -> None:
        told = {**tp._asdict(), "committed": expected, "first": first}
        self._on_event("kafka.position_reset", told)

    def _still_ours(
        self, consumer: Consumer, records: Sequence[Record]
    ) -> Sequence[Record]:
        """Leave out what a rebalance within this very fetch took away.

        A partition that came back within it is read from its commit again.
        """
        stale = self._gone & {r.topic_partition for r in records}
        for tp in stale & self.partitions:
            self._positions.rewind(consumer, tp)
        self._gone.clear()
        return [r for r in records if r.topic_partition not in stale]

    # --- librdkafka's callbacks

    def on_assign(self, consumer: Consumer, partitions: list[KafkaPartition]) -> None:
        """Take partitions: the listener first, then the first fetch."""
        try:
            # Obeys commands meanwhile. A commit among them is not waited for: as a
            # broker fails, the group may take none before this callback returns.
            positions, begins = self._positions_of(self._stands(consumer, partitions))
            self.rebalancing = True
            self._introduce(positions)
            self._take(consumer, positions, begins)
        except KafkaException as error:
            self.failure = error.args[0]
        except Exception as error:  # noqa: BLE001 - nothing may pass through librdkafka
            self.failure = application_error(error)
        finally:
            self.rebalancing = False

    def on_revoke(self, consumer: Consumer, partitions: list[KafkaPartition]) -> None:
        """Give partitions back: drained, committed."""
        gone = self._ours(partitions)
        self.give_back(consumer, gone)
        self._unassign(consumer, gone)

    def on_lost(self, consumer: Consumer, partitions: list[KafkaPartition]) -> None:
        """Partitions are somebody else's already."""
        gone = self._ours(partitions)
        self._on_event("kafka.partitions_lost", {"partitions": len(gone)})
        self.lose(gone)
        self._unassign(consumer, gone)

    # --- steps

    def _stands(
        self, consumer: Consumer, partitions: list[KafkaPartition]
    ) -> Mapping[TopicPartition, Commit]:
        if self._membership.stands is None:
            return committed(consumer, partitions, self._bridge)
        wanted = [TopicPartition(p.topic, p.partition) for p in partitions]
        asked = self._membership.stands(wanted)
        told = self._bridge.ask(asked, self._membership.assign_s)
        return {tp: told.get(tp, Commit(-1)) for tp in wanted}

    def _positions_of(
        self, commits: Mapping[TopicPartition, Commit]
    ) -> tuple[Mapping[TopicPartition, Commit], Mapping[TopicPartition, int]]:
        """Where the group stands, and where to begin if it does nowhere.

        In a topic made anew it stands nowhere, and has all of it to read.
        """
        positions, begins = {}, {}
        for tp, commit in self._incarnations.recognised(commits).items():
            if commit is None:
                self._tell_reset(tp, commits[tp].offset, 0)
            begin = self._membership.begin if commit else OFFSET_BEGINNING
            positions[tp], begins[tp] = commit or Commit(-1), begin
        return positions, begins

    def stamped(
        self, commits: Mapping[TopicPartition, Commit]
    ) -> Mapping[TopicPartition, Commit]:
        """Return commits of ours as they are written."""
        return self._incarnations.stamped(commits)

    def _introduce(self, positions: Mapping[TopicPartition, Commit]) -> None:
        """Have the listener take partitions; they are ours once it begins to.

        Ownership changes in the order of commands: a commit or a pause from before,
        decided under an earlier assignment of the same partition, finds it not ours.
        """

        async def assigned() -> None:
            self._bridge.submit(lambda: self.partitions.update(positions))
            await self._listener.assigned(positions)

        self._bridge.ask(assigned(), self._membership.assign_s)

    def _take(
        self,
        consumer: Consumer,
        positions: Mapping[TopicPartition, Commit],
        begins: Mapping[TopicPartition, int],
    ) -> None:
        assign = consumer.incremental_assign if self._incremental else consumer.assign
        assign(self._positions.start(positions, begins))
        # librdkafka knows no pause of what was not assigned yet, and may remember
        # one from before: what `assigned` asked for holds before the first record.
        self.resume(
            consumer, self._once_paused.difference(self._paused) & set(positions)
        )
        self.pause(consumer, self._paused.intersection(positions))

    def give_back(self, consumer: Consumer, gone: Collection[TopicPartition]) -> None:
        """Let the listener drain, and commit what it returns."""
        if not gone:
            return
        self.rebalancing = True
        try:
            asked = self._listener.revoked(frozenset(gone))
            commits = self._bridge.ask(asked, self._membership.revoke_s)
            ours = {tp: commits[tp] for tp in gone if tp in commits}
            commit_now(consumer, self.stamped(ours))
        except OrderbusError as error:
            self._on_event("kafka.revoke", {"why": str(error)})
        except Exception as error:  # noqa: BLE001 - undrained means uncommitted, no more
            self._on_event("kafka.revoke", {"why": repr(error)})
        finally:
            self.rebalancing = False

    def lose(self, gone: Collection[TopicPartition]) -> None:
        """Tell the listener that partitions are gone."""
        if gone:
            self._bridge.call(self._listener.lost, frozenset(gone))

    def _unassign(self, consumer: Consumer, gone: Collection[TopicPartition]) -> None:
        self.partitions.difference_update(gone)
        self._paused.difference_update(gone)
        self._positions.forget(gone)
        self._incarnations.forget(gone)
        self._gone.update(gone)
        if not self._incremental:
            consumer.unassign()
        elif gone:
            consumer.incremental_unassign(_kafka(gone))

    def _ours(self, partitions: Iterable[KafkaPartition]) -> set[TopicPartition]:
        return self.partitions & {
            TopicPartition(p.topic, p.partition) for p in partitions
        }


def _kafka(partitions: Iterable[TopicPartition]) -> list[KafkaPartition]:
    return [KafkaPartition(*tp) for tp in partitions]
