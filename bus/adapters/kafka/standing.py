"""Partitions that stand still though Kafka has more of them.

A client may stop fetching a partition for good: seen with librdkafka 2.16.1 after a
topic was deleted and made anew while a broker went. Nothing tells of it, the others
flow on; only a new client helps.
"""

from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from confluent_kafka import Consumer, KafkaException
from confluent_kafka import TopicPartition as KafkaPartition

from bus.record import TopicPartition

_LONG_S = 30.0


class _Stand(NamedTuple):
    since: float
    expected: int
    end: int


class Standing:
    """Compares what others say of the ends of partitions with what is fetched here.

    Every answer to a fetch tells the end, so that a partition which is fetched has
    heard of any end that others knew before.
    """

    def __init__(self) -> None:
        self._stands: dict[TopicPartition, _Stand] = {}

    def look(
        self,
        consumer: Consumer,
        ends: Mapping[TopicPartition, int],
        flowing: AbstractSet[TopicPartition],
        expected: Callable[[TopicPartition], int],
        now: float,
    ) -> list[TopicPartition]:
        """Find those of `flowing` that have stood for long, in seconds of `now`."""
        found = []
        stands: dict[TopicPartition, _Stand] = {}
        for tp in flowing & ends.keys():
            before, at = self._stands.get(tp), expected(tp)
            if before is None or before.expected != at:
                stands[tp] = _Stand(now, at, ends[tp])
            elif _heard_end(consumer, tp) < before.end:
                stands[tp] = before
                if now - before.since >= _LONG_S:
                    found.append(tp)
        self._stands = stands
        return found

    def forget(self) -> None:
        """What was seen so far counts no more."""
        self._stands.clear()


def _heard_end(consumer: Consumer, tp: TopicPartition) -> int:
    """The end as of the last fetch; below 0 if there was none."""
    try:
        _, end = consumer.get_watermark_offsets(KafkaPartition(*tp), cached=True)
    except KafkaException:
        return -1
    return end
