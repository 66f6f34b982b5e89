"""Reading partitions of one topic without a group, on one thread."""

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from confluent_kafka import (
    OFFSET_BEGINNING,
    TIMESTAMP_LOG_APPEND_TIME,
    Consumer,
    KafkaError,
    KafkaException,
)
from confluent_kafka import TopicPartition as KafkaPartition

from bus.adapters.kafka.errors import Kind, kind_of, translate
from bus.adapters.kafka.positions import first_offset
from bus.adapters.kafka.records import Consumed, copy_out
from bus.adapters.kafka.unreadable import Unreadable
from bus.errors import OrderbusError, TopicError
from bus.record import Expired, Record, TopicPartition
from bus.topics.partitioning import partition_of

_ASK_S = 10.0
_POLL_S = 0.2
_BATCH = 1000
_ASKED_AGAIN, _BREATH_S = 10, 0.3


@dataclass(frozen=True, slots=True)
class Bounds:
    """What of a topic is asked for, see `bus.ports.LogReader.read`."""

    topic: str
    since_ms: int | None = None
    until_ms: int | None = None
    key: bytes | None = None
    start: Mapping[int, int] = field(default_factory=dict)
    only: int | None = None
    stop: Mapping[int, int] | None = None

    def hold(self, record: Record) -> bool:
        """Whether a record lies within the bounds."""
        return (
            (self.since_ms is None or record.timestamp_ms >= self.since_ms)
            and (self.until_ms is None or record.timestamp_ms < self.until_ms)
            and (self.key is None or record.key == self.key)
        )


class Scan:
    """One pass over a topic from its bounds on.

    `behind` holds the partitions that have not reached the end as it stood when
    the scan was opened. `expired` collects what Kafka deleted before it was read, and
    how many offsets of it. Transaction markers and compaction leave gaps before the
    end; librdkafka's end-of-partition event closes those.

    Raises:
        TopicError: there is no such topic.
        BrokerUnavailableError: no answer; try again.
    """

    def __init__(
        self, open_client: Callable[[], Consumer], bounds: Bounds, topic_id: str = ""
    ) -> None:
        self.behind: dict[int, int] = {}
        self.positions = dict(bounds.start)
        self._bounds = bounds
        self._topic_id = topic_id
        self._topic_ids: dict[tuple[str, int], str] = {}
        self._failure: OrderbusError | None = None
        self._unreadable = Unreadable()
        self.expired: list[tuple[Expired, int]] = []
        self._consumer = open_client()
        try:
            self._assign()
        except KafkaException as error:
            self._consumer.close()
            raise translate(error.args[0], f"read {bounds.topic}") from None
        except OrderbusError:
            self._consumer.close()
            raise

    def next(self) -> list[Record]:
        """Return the next records within the bounds; none after a short wait."""
        first = self._consumer.poll(_POLL_S)
        if first is None:
            for partition, position in self.positions.items():
                self.positions[partition] = self._reached(partition, position)
            return []
        messages = [first, *self._consumer.consume(_BATCH - 1, 0)]
        records = copy_out(messages, self._failed, self._topic_ids)
        if self._failure:
            raise self._failure
        if self._bounds.until_ms is not None:
            self._end_early(messages, self._bounds.until_ms)
        self._advance(records)
        return [record for record in records if self._bounds.hold(record)]

    def partition_count(self) -> int:
        """Ask how many partitions the topic has now."""
        topic = self._bounds.topic
        found = self._consumer.list_topics(topic, timeout=_ASK_S).topics[topic]
        if found.error is not None:
            if kind_of(found.error) is Kind.MISSING:
                raise TopicError(f"{topic}: no such topic; `bus topics apply` makes it")
            raise KafkaException(found.error)
        return len(found.partitions)

    def close(self) -> None:
        """Close the client."""
        self._consumer.close()

    def _assign(self) -> None:
        bounds, count = self._bounds, self.partition_count()
        wanted: Iterable[int] = range(count)
        if bounds.only is not None:
            wanted = range(bounds.only, min(bounds.only + 1, count))
        elif bounds.key is not None:
            first = partition_of(bounds.key, count)
            wanted = range(first, first + 1)
        if bounds.stop is not None:
            wanted = [p for p in wanted if p in bounds.stop]
        self._topic_ids = {(bounds.topic, p): self._topic_id for p in wanted}
        starts = [KafkaPartition(bounds.topic, p, OFFSET_BEGINNING) for p in wanted]
        if bounds.since_ms is not None:
            starts = self._since(starts, bounds.since_ms)
        for start in starts:
            start.offset = bounds.start.get(start.partition, start.offset)
            low, end = self._span(start)
            if low < end and start.offset < end:
                self.behind[start.partition] = end
        if bounds.stop is not None:  # what lies behind is not fetched for nothing
            starts = [start for start in starts if start.partition in self.behind]
        self._consumer.assign(starts)

    def _since(
        self, partitions: list[KafkaPartition], since_ms: int
    ) -> list[KafkaPartition]:
        asked = [KafkaPartition(p.topic, p.partition, since_ms) for p in partitions]
        found = self._consumer.offsets_for_times(asked, timeout=_ASK_S)
        for partition in found:
            if partition.error:
                raise KafkaException(partition.error)
            if partition.offset < 0:  # nothing that young yet
                partition.offset = self._ends(partition)[1]
        return found

    def _span(self, start: KafkaPartition) -> tuple[int, int]:
        """What is read of a partition at most.

        A stretch says it: two questions a partition would take longer than reading it.
        Of what is not there any more, the end of the partition tells.
        """
        stop = (self._bounds.stop or {}).get(start.partition)
        if stop is not None and start.partition in self._bounds.start:
            return start.offset, stop
        low, end = self._ends(start)
        return low, end if stop is None else min(end, stop)

    def _ends(self, partition: KafkaPartition) -> tuple[int, int]:
        """Where a partition begins and ends.

        A broker that has just woken up may not know yet that it leads it, while it
        tells of it in the next breath: then it is asked again.
        """
        for _ in range(_ASKED_AGAIN):
            try:
                return self._consumer.get_watermark_offsets(partition, timeout=_ASK_S)
            except KafkaException as error:
                if error.args[0].code() != KafkaError._UNKNOWN_PARTITION:  # noqa: SLF001 - how the client names it
                    raise
            threading.Event().wait(_BREATH_S)
            self.partition_count()
        return self._consumer.get_watermark_offsets(partition, timeout=_ASK_S)

    def _advance(self, records: list[Record]) -> None:
        positions = self.positions
        for record in records:
            offset = record.offset
            expected = positions.get(record.partition, offset)
            if offset > expected:  # mostly for compaction
                self._reached(record.partition, expected, offset)
            positions[record.partition] = offset + 1
        for partition, end in list(self.behind.items()):
            if self.positions.get(partition, 0) >= end:
                del self.behind[partition]
                if self._bounds.stop is not None:
                    done = KafkaPartition(self._bounds.topic, partition)
                    self._consumer.pause([done])

    def _reached(self, partition: int, position: int, limit: int | None = None) -> int:
        """Where reading goes on; it is said if Kafka deleted what stood before."""
        tp = TopicPartition(self._bounds.topic, partition)
        start = first_offset(self._consumer, tp)
        if limit is not None:
            start = min(start, limit)
        if start <= position:
            return position
        self.expired.append((Expired(tp, start), start - position))
        return start

    def _end_early(self, messages: list[Consumed], until_ms: int) -> None:
        """Append times never fall, so that the first late one ends a partition."""
        for message in messages:
            kind, at_ms = message.timestamp()
            if kind == TIMESTAMP_LOG_APPEND_TIME and at_ms >= until_ms:
                self.behind.pop(message.partition() or 0, None)

    def _failed(self, error: KafkaError, message: Consumed) -> Record | None:
        partition = message.partition() or 0
        if error.name() == "_PARTITION_EOF":
            self.behind.pop(partition, None)
        elif kind_of(error) is Kind.RECORD:
            expected = self.positions.get(partition, -1)
            return self._unreadable.given_up(
                self._consumer, error, message, expected, self._topic_ids
            )
        else:
            self._failure = translate(error, f"read {self._bounds.topic}")
        return None
