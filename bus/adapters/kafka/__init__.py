"""Kafka through librdkafka: the ports of `bus.ports` on a real cluster.

One thread owns each client. Nothing here knows what a record means.
"""

from bus.adapters.kafka.admin import KafkaGroups, KafkaTopics
from bus.adapters.kafka.config import Connection, OnEvent
from bus.adapters.kafka.describing import Describing
from bus.adapters.kafka.producer import KafkaPublisher
from bus.adapters.kafka.reader import KafkaLogReader
from bus.adapters.kafka.source import KafkaSource
from bus.adapters.kafka.split import SplitSource

__all__ = [
    "Connection",
    "Describing",
    "KafkaGroups",
    "KafkaLogReader",
    "KafkaPublisher",
    "KafkaSource",
    "KafkaTopics",
    "OnEvent",
    "SplitSource",
]
