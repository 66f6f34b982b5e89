"""A consumer group's own dead-letter topic."""

from collections.abc import Collection

from bus.delivery.headers import printable
from bus.delivery.small import attributes_of, small
from bus.errors import Heals, PublishError
from bus.ports import Publisher, Topics
from bus.record import Message, Record
from bus.topics.topic import TopicState

_KEPT = {
    "retention.ms": str(14 * 24 * 3600 * 1000),
    "message.timestamp.type": "LogAppendTime",
    "max.message.bytes": str(8 * 1024**2),
}


class Rejections:
    """Writes what a group cannot use to its dead-letter topic.

    A record is written with its own bytes and headers, then why (`bus-reason`) and
    where it stood (`bus-origin`, topic/partition/offset). What the topic never takes,
    as it is too large, leaves a small record there: without the bytes, with their
    place, size and digest.
    """

    def __init__(self, topic: str, publisher: Publisher) -> None:
        self._topic = topic
        self._publisher = publisher

    async def make_topic(self, topics: Topics, sources: Collection[str]) -> None:
        """Make the topic if it is missing, with as many replicas as the sources.

        Raises:
            BrokerUnavailableError, ConfigurationError, TopicError: As `Topics`.
        """
        found = await topics.describe({self._topic, *sources})
        if self._topic in found:
            return
        replicas = [found[name].replication for name in sources if name in found]
        replication = min(replicas, default=min(3, await topics.brokers()))
        await topics.create([TopicState(self._topic, 1, replication, _KEPT)])

    async def write(self, record: Record, why: str) -> None:
        """Write a record; returns when Kafka has acknowledged it.

        Raises:
            PublishError: It did not.
        """
        place = f"{record.topic}/{record.partition}/{record.offset}"
        headers = (
            *(h for h in record.headers if h[0] not in _OURS),
            ("bus-reason", printable(why).encode()),
            ("bus-origin", place.encode()),
        )
        letter = Message(self._topic, record.key, record.value, headers)
        try:
            await self._publisher.publish(letter)
        except PublishError as error:
            if error.heals is not Heals.NOTHING:
                raise
            said = attributes_of(record)
            await self._publisher.publish(small(letter, record, said, str(error)))


_OURS = frozenset({"bus-reason", "bus-origin"})
