"""What comes next in each partition, and whether Kafka really goes on there."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaException
from confluent_kafka import TopicPartition as KafkaPartition

from bus.record import Commit, Expired, Record, TopicPartition


class Positions:
    """What is expected of the assigned partitions, as far as it is known.

    Where a position is out of range librdkafka goes to the earliest record, and tells
    nobody but its log. An offset other than the expected one gives it away; so does,
    where nothing is left to come, the start of the log.
    """

    def __init__(self) -> None:
        self._starts: dict[TopicPartition, KafkaPartition] = {}
        self._next: dict[tuple[str, int], int] = {}
        self._suspected: dict[TopicPartition, int] = {}

    def begin_anew(self, consumer: Consumer, tp: TopicPartition) -> bool:
        """Read another log from its first record; False if that cannot be now."""
        start = KafkaPartition(tp.topic, tp.partition, OFFSET_BEGINNING)
        try:
            consumer.seek(start)
        except KafkaException:
            return False
        self.forget([tp])
        self._starts[tp] = start
        return True

    def start(
        self,
        committed: Mapping[TopicPartition, Commit],
        begins: Mapping[TopicPartition, int],
    ) -> list[KafkaPartition]:
        """Say where reading starts: at the commit, else where `begins` says."""
        self.forget(committed.keys())
        for tp, commit in committed.items():
            at = commit.offset if commit.offset >= 0 else begins[tp]
            self._starts[tp] = KafkaPartition(tp.topic, tp.partition, at)
            if commit.offset >= 0:
                self._next[tp] = commit.offset
        return [self._starts[tp] for tp in committed]

    def forget(self, partitions: Collection[TopicPartition]) -> None:
        """Partitions went."""
        for tp in partitions:
            self._starts.pop(tp, None)
            self._next.pop(tp, None)
            self._suspected.pop(tp, None)

    def expected(self, tp: TopicPartition) -> int:
        """The offset that is to come next; -1 if it is not known yet."""
        return self._next.get(tp, -1)

    def rewind(self, consumer: Consumer, tp: TopicPartition) -> None:
        """Read from the start again."""
        start = self._starts[tp]
        self._next.pop(tp, None)
        if start.offset >= 0:
            self._next[tp] = start.offset
        # Not fetching yet: then it begins at the start anyway.
        with suppress(KafkaException):
            consumer.seek(start)

    def leaps(self, records: Sequence[Record]) -> list[tuple[int, int]]:
        """Find records other than the expected ones: their index, what was expected."""
        found, following = [], self._next
        place, expected = ("", -1), -1
        for index, record in enumerate(records):
            offset = record.offset
            # Fetches come partition by partition: mostly it is the same one again.
            if record.partition != place[1] or record.topic != place[0]:
                if expected >= 0:
                    following[place] = expected
                place = record[:2]
                expected = following.get(place, offset)
            if offset != expected:
                found.append((index, expected))
            expected = offset + 1
        if expected >= 0:
            following[place] = expected
        return found

    def passed(
        self, consumer: Consumer, partitions: Collection[TopicPartition]
    ) -> list[Expired]:
        """Find partitions whose log begins behind what is expected next of them.

        To be asked when all that was fetched is handed over. Told at the second time,
        once: what was under way at the first would have come meanwhile.
        """
        found = []
        for tp in partitions:
            expected = self._next.get(tp)
            if expected is None:
                continue
            start = first_offset(consumer, tp)
            if start <= expected:
                self._suspected.pop(tp, None)
            elif self._suspected.get(tp) == expected:
                self._suspected[tp] = _TOLD
                found.append(Expired(tp, start))
            elif self._suspected.get(tp) != _TOLD:
                self._suspected[tp] = expected
        return found


_TOLD = -1


def first_offset(consumer: Consumer, tp: TopicPartition) -> int:
    """Where the log begins, as of the last fetch; 0 if nothing was fetched yet."""
    try:
        low, _ = consumer.get_watermark_offsets(KafkaPartition(*tp), cached=True)
    except KafkaException:
        return 0
    return low
