"""Batches that cannot be read: corrupt, or too large once they are decompressed.

librdkafka says so and asks for the same batch again, for ever, and the partition stands
still. Here the record it stands at is given up after a few tries; a record that says
why takes its place, so that it can be put aside, and the next one is asked for.
"""

import time
from collections.abc import Mapping

from confluent_kafka import Consumer, KafkaError, KafkaException
from confluent_kafka import TopicPartition as KafkaPartition

from bus.adapters.kafka.errors import Kind, kind_of
from bus.adapters.kafka.records import Consumed
from bus.record import Record, TopicPartition

_TRIES = 3
"""A damage on the way here is gone at the next; librdkafka waits half a second."""


class Unreadable:
    """Counts, by partition, how often what comes next could not be read."""

    def __init__(self) -> None:
        self._tries: dict[TopicPartition, tuple[int, int]] = {}

    def given_up(
        self,
        consumer: Consumer,
        error: KafkaError,
        message: Consumed,
        expected: int,
        topic_ids: Mapping[tuple[str, int], str],
    ) -> Record | None:
        """Return what takes a record's place, with `consumer` behind it; None: wait.

        `expected` is the offset that comes next, -1 if that is not known. Of a batch
        the error tells only where it begins.
        """
        topic, partition = message.topic(), message.partition()
        begin = message.offset()
        if kind_of(error) is not Kind.RECORD or topic is None or partition is None:
            return None
        tp = TopicPartition(topic, partition)
        at = max(begin if begin is not None else -1, expected)
        stood_at, tries = self._tries.get(tp, (at, 0))
        tries = tries + 1 if stood_at == at else 1
        self._tries[tp] = (at, tries)
        if at < 0 or tries < _TRIES:
            return None
        try:
            consumer.seek(KafkaPartition(topic, partition, at + 1))
        except KafkaException:  # not fetching now: the next error finds it so again
            return None
        del self._tries[tp]
        why = f"its batch cannot be read: {error.str()}"
        now_ms = int(time.time() * 1000)  # noqa: TID251 - a stamp in the broker's place
        topic_id = topic_ids.get((topic, partition), "")
        return Record(
            topic, partition, at, now_ms, None, None, topic_id=topic_id, unreadable=why
        )
