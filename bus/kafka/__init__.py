"""Kafka through librdkafka: the ports of `bus.ports` on a real cluster."""

from bus.kafka.admin import KafkaGroups, KafkaTopics
from bus.kafka.config import Connection, OnEvent
from bus.kafka.producer import KafkaPublisher
from bus.kafka.reader import KafkaLogReader
from bus.kafka.source import KafkaSource
from bus.kafka.split import SplitSource

__all__ = [
    "Connection",
    "KafkaGroups",
    "KafkaLogReader",
    "KafkaPublisher",
    "KafkaSource",
    "KafkaTopics",
    "OnEvent",
    "SplitSource",
]
