"""When the records at some offsets were written: one record a partition is read."""

from collections.abc import Callable, Iterator, Mapping

from confluent_kafka import Consumer, KafkaException, Message
from confluent_kafka import TopicPartition as KafkaPartition

from bus.adapters.kafka.errors import Kind, kind_of, translate
from bus.record import TopicPartition

_POLL_S = 0.2
_IDLE = 15  # empty polls in a row: 3 s without any answer
_AT_ONCE = 500


def times_at(
    open_client: Callable[[], Consumer], starts: Mapping[TopicPartition, int]
) -> dict[TopicPartition, int]:
    """Timestamps of the first records from these offsets on; those that are there.

    A partition that is not answered for in time is left out.

    Raises:
        BrokerUnavailableError: the broker says that it cannot.
    """
    found: dict[TopicPartition, int] = {}
    consumer = open_client()
    try:
        for some in _portions(starts):
            _read(consumer, some, found)
    except KafkaException as error:
        raise translate(error.args[0], "read first records") from None
    finally:
        consumer.close()
    return found


def _read(
    consumer: Consumer,
    starts: Mapping[TopicPartition, int],
    found: dict[TopicPartition, int],
) -> None:
    consumer.assign([KafkaPartition(*tp, offset) for tp, offset in starts.items()])
    missing, idle = set(starts), 0
    while missing and idle < _IDLE:
        message = consumer.poll(_POLL_S)
        idle = 0 if message else idle + 1
        place = _place(message) if message else None
        if message is None or place not in missing:
            continue
        missing.discard(place)
        consumer.pause([KafkaPartition(*place)])
        error = message.error()
        if error is None:
            found[place] = message.timestamp()[1]
        elif error.name() != "_PARTITION_EOF" and kind_of(error) is not Kind.RECORD:
            raise KafkaException(error)


def _place(message: Message) -> TopicPartition:
    partition = message.partition()
    return TopicPartition(message.topic() or "", -1 if partition is None else partition)


def _portions(
    starts: Mapping[TopicPartition, int],
) -> Iterator[Mapping[TopicPartition, int]]:
    items = sorted(starts.items())
    for start in range(0, len(items), _AT_ONCE):
        yield dict(items[start : start + _AT_ONCE])
