"""Where reading of a partition began, and whether Kafka really began there."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress

from confluent_kafka import Consumer, KafkaException
from confluent_kafka import TopicPartition as KafkaPartition

from bus.adapters.kafka.config import OnEvent
from bus.record import Commit, Record, TopicPartition

_ASK_S = 2.0


class Positions:
    """Starts of the assigned partitions.

    librdkafka silently goes to the earliest record when a committed offset is
    out of range. The first record of each partition gives it away.
    """

    def __init__(self) -> None:
        self.unconfirmed: dict[TopicPartition, int] = {}
        self._starts: dict[TopicPartition, KafkaPartition] = {}

    def start(
        self, committed: Mapping[TopicPartition, Commit], begin: int
    ) -> list[KafkaPartition]:
        """Say where reading starts: at the commit, else at `begin`."""
        for tp, commit in committed.items():
            at = commit.offset if commit.offset >= 0 else begin
            self._starts[tp] = KafkaPartition(tp.topic, tp.partition, at)
            if commit.offset >= 0:
                self.unconfirmed[tp] = commit.offset
        return [self._starts[tp] for tp in committed]

    def forget(self, partitions: Collection[TopicPartition]) -> None:
        """Partitions went."""
        for tp in partitions:
            self._starts.pop(tp, None)
            self.unconfirmed.pop(tp, None)

    def rewind(self, consumer: Consumer, tp: TopicPartition) -> None:
        """Read from the start again."""
        # Not fetching yet: then it begins at the start anyway.
        with suppress(KafkaException):
            consumer.seek(self._starts[tp])

    def reset(
        self, consumer: Consumer, records: Sequence[Record], on_event: OnEvent
    ) -> list[TopicPartition]:
        """Return the partitions that went back before their commit.

        Tells of those, and of those whose committed offset was deleted meanwhile.
        """
        back = []
        for record in records:
            tp = record.topic_partition
            expected = self.unconfirmed.pop(tp, record.offset)
            if record.offset == expected:
                continue
            if record.offset < expected:
                back.append(tp)
            elif _first_offset(consumer, tp) <= expected:
                continue  # compaction and transactions leave such gaps
            on_event(
                "kafka.offset_out_of_range",
                {**tp._asdict(), "committed": expected, "first": record.offset},
            )
        return back


def _first_offset(consumer: Consumer, tp: TopicPartition) -> int:
    try:
        return consumer.get_watermark_offsets(KafkaPartition(*tp), timeout=_ASK_S)[0]
    except KafkaException:
        return 0
