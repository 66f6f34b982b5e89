"""What only a real Kafka can do to us: classic groups, crashes, gaps, lost offsets."""

import asyncio
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest
from confluent_kafka import Consumer, Producer

from bus.adapters.kafka import Connection, KafkaPublisher, KafkaSource
from bus.adapters.kafka.scan import Bounds, Scan
from bus.errors import BrokerUnavailableError, Heals, PublishError, TopicError
from bus.record import Commit, Expired, Message, Record, TopicPartition
from bus.topics.topic import TopicState
from tests.contract.world import DEADLINE_S, Recorder, Scene
from tests.support.kafka import KafkaUnderTest
from tests.support.pace import patience

pytestmark = pytest.mark.kafka


@dataclass
class Events:
    """Remembers what a client told of."""

    told: list[tuple[str, Mapping[str, object]]] = field(default_factory=list)

    def __call__(self, name: str, fields: Mapping[str, object]) -> None:
        """Take an event, from any thread."""
        self.told.append((name, fields))

    def of(self, name: str) -> list[Mapping[str, object]]:
        """The events of that name."""
        return [fields for told, fields in self.told if told == name]


async def test_the_classic_protocol_shares_and_misses_nothing(
    scene: Scene, connection: Connection
) -> None:
    """Two members of a classic group: drained, committed, handed on; a pause holds."""
    topic = await scene.topic(partitions=4)
    for partition in range(4):
        await scene.write(topic, b"a%d" % partition, partition=partition)
    first_source = KafkaSource(connection, scene.name, protocol="classic")
    first, second = Recorder(), Recorder()
    await first_source.start([topic], first)
    await first.until_values(4)
    second_source = KafkaSource(connection, scene.name, protocol="classic")
    await second_source.start([topic], second)
    await second.until_owned(2)
    await first.until_owned(2)
    assert {commit.offset for commit in second.positions.values()} == {1}
    paused = next(iter(second.owned))
    second_source.pause([paused])
    await second_source.commit({})
    for partition in range(4):
        await scene.write(topic, b"b%d" % partition, partition=partition)
    await second.until_values(1)
    await first.until_values(6)
    second_source.resume([paused])
    await second.until_values(2)
    values = sorted(v or b"" for v in first.values() + second.values())
    assert values == [b"a0", b"a1", b"a2", b"a3", b"b0", b"b1", b"b2", b"b3"]
    await first_source.stop()
    await second.until_owned(4)
    await second_source.stop()


async def test_a_commit_beyond_the_end_begins_anew(
    scene: Scene, connection: Connection
) -> None:
    """The listener hears that the group stands nowhere before old records come."""
    topic = await scene.topic()
    await scene.write(topic, b"0")
    tp = TopicPartition(topic, 0)
    source, recorder = await scene.join([topic])
    await recorder.until_values(1)
    recorder.got.clear()
    await source.commit({tp: Commit(50)})
    await source.stop()
    events, late = Events(), Recorder()
    later = KafkaSource(connection, scene.name, on_event=events)
    await later.start([topic], late)
    await late.until_values(1)
    assert late.values() == [b"0"]
    assert late.missed == [tp]
    assert late.positions == {tp: Commit(-1)}
    assert late.early == []
    assert len(events.of("kafka.position_reset")) == 1
    await later.stop()


@pytest.mark.parametrize("left", [2, 0])
async def test_a_follower_that_retention_passed_says_so(
    scene: Scene, connection: Connection, left: int
) -> None:
    """It goes on from where it was; what is gone is told, though nothing is left."""
    topic = await scene.topic()
    await scene.write(topic, *[b"x"] * 5)
    await scene.world.expire(topic, 5 - left)
    scan = Scan(
        lambda: connection.open(Consumer, connection.reader(), None),
        Bounds(topic, start={0: 1}),
    )
    found: list[Record] = []
    async with asyncio.timeout(DEADLINE_S):
        while not scan.expired or len(found) < left:
            found += await asyncio.to_thread(scan.next)
    assert scan.expired == [(Expired(TopicPartition(topic, 0), 5 - left), 4 - left)]
    assert [r.offset for r in found] == list(range(5 - left, 5))
    assert scan.positions == {0: 5}
    scan.close()


async def test_transaction_markers_leave_gaps_that_do_not_hurt(
    scene: Scene, kafka: KafkaUnderTest
) -> None:
    """A read ends though the last offset holds no record; aborted ones are not seen."""
    topic = await scene.topic()
    producer = Producer(
        {"bootstrap.servers": kafka.bootstrap_servers, "transactional.id": scene.name}
    )
    producer.init_transactions(DEADLINE_S)
    for value, commit in ((b"1", True), (b"2", False), (b"3", True)):
        producer.begin_transaction()
        producer.produce(topic, value)
        producer.flush(DEADLINE_S)
        if commit:
            producer.commit_transaction(DEADLINE_S)
        else:
            producer.abort_transaction(DEADLINE_S)
    records = await scene.read(topic)
    assert [(r.offset, r.value) for r in records] == [(0, b"1"), (4, b"3")]
    assert await scene.read(topic, start={0: 5}) == []
    _, recorder = await scene.join([topic])
    await recorder.until_values(2)
    assert recorder.values() == [b"1", b"3"]


async def test_a_partition_waits_behind_an_open_transaction(
    scene: Scene, kafka: KafkaUnderTest
) -> None:
    """What was written after it as well; other partitions go on meanwhile."""
    topic, other = await scene.topic(), await scene.topic()
    producer = Producer(
        {"bootstrap.servers": kafka.bootstrap_servers, "transactional.id": scene.name}
    )
    producer.init_transactions(DEADLINE_S)
    producer.begin_transaction()
    producer.produce(topic, b"within")
    producer.flush(DEADLINE_S)
    await scene.write(topic, b"behind")
    _, recorder = await scene.join([topic, other])
    await scene.write(other, b"elsewhere")
    await recorder.until_values(1)
    assert recorder.values() == [b"elsewhere"]
    assert await scene.read(topic) == []
    producer.commit_transaction(DEADLINE_S)
    await recorder.until_values(3)
    assert recorder.values()[1:] == [b"within", b"behind"]


async def test_a_full_queue_is_waited_out(scene: Scene, kafka: KafkaUnderTest) -> None:
    """More messages than librdkafka holds are all written, in order."""
    small = Connection(
        {
            "bootstrap.servers": kafka.bootstrap_servers,
            "queue.buffering.max.messages": "50",
        }
    )
    events = Events()
    publisher = KafkaPublisher(small, linger_ms=0, on_event=events)
    topic = await scene.topic()
    messages = [Message(topic, b"k", b"%d" % i) for i in range(2000)]
    written = await asyncio.gather(*map(publisher.publish, messages))
    assert [w.offset for w in written] == list(range(2000))
    assert events.of("kafka.publisher")[0]["error"] == "_QUEUE_FULL"
    assert await publisher.close() == 0


async def test_a_record_that_is_too_large_is_never_written(scene: Scene) -> None:
    """Neither one that we refuse, nor one that the topic refuses compressed."""
    small = TopicState(f"{scene.name}.small", 1, 1, {"max.message.bytes": "1000"})
    await scene.world.topics.create([small])
    noise = os.urandom(2_000_000)  # nothing to compress
    usual = await scene.topic()
    for topic, value in (
        (small.name, noise[:5_000]),
        (usual, noise),
        (usual, bytes(100_000_001)),
    ):
        with pytest.raises(PublishError, match="MSG_SIZE_TOO_LARGE") as caught:
            await scene.world.publisher.publish(Message(topic, b"k", value))
        assert caught.value.heals is Heals.NOTHING


async def test_what_is_large_before_compression_only_is_written(scene: Scene) -> None:
    """Whoever wrote it first had it compressed, too."""
    topic, value = await scene.topic(), b"line item; " * 500_000
    await scene.world.publisher.publish(Message(topic, b"k", value))
    (record,) = await scene.read(topic)
    assert record.value == value


async def test_a_time_of_the_producer_s_is_told_from_the_broker_s(
    scene: Scene, connection: Connection
) -> None:
    """A source topic as declared bears the time of arrival, whatever was written."""
    arrival = {"message.timestamp.type": "LogAppendTime"}
    stamped, plain = await scene.topic(config=arrival), await scene.topic()
    foreign = Producer({"bootstrap.servers": connection.bootstrap_servers})
    for topic in (stamped, plain):
        foreign.produce(topic, b"v", timestamp=1_600_000_000)  # in seconds
    assert foreign.flush(20) == 0
    (record,) = await scene.read(stamped)
    assert not record.created
    assert record.timestamp_ms > 1_700_000_000_000
    (record,) = await scene.read(plain)
    assert (record.created, record.timestamp_ms) == (True, 1_600_000_000)


async def test_metadata_that_is_too_large_is_not_committed(scene: Scene) -> None:
    """The commit fails, the member lives."""
    topic = await scene.topic()
    tp = TopicPartition(topic, 0)
    source, recorder = await scene.join([topic])
    await recorder.until_owned(1)
    with pytest.raises(BrokerUnavailableError, match="OFFSET_METADATA_TOO_LARGE"):
        await source.commit({tp: Commit(0, "x" * 5000)})
    await source.commit({tp: Commit(0, "x" * 4000)})


async def test_reading_says_when_a_topic_goes(scene: Scene) -> None:
    """A missing topic is an error of its own, not an endless wait."""
    topic = await scene.topic()
    await scene.world.topics.delete([topic])
    with pytest.raises(TopicError):
        await scene.read(topic)


_MEMBER = """
import asyncio, sys
from bus.adapters.kafka import Connection, KafkaSource
from bus.record import Commit

class Printer:
    async def assigned(self, positions):
        print("assigned", len(positions), flush=True)
    async def revoked(self, partitions):
        return {}
    def lost(self, partitions):
        pass
    def has_room(self):
        return True
    def records(self, batch):
        self.task = asyncio.ensure_future(self.commit(batch[-1]))
    async def commit(self, record):
        await source.commit({record.topic_partition: Commit(record.offset + 1, "mine")})
        print("committed", flush=True)

async def main():
    global source
    source = KafkaSource(Connection({"bootstrap.servers": sys.argv[1]}), sys.argv[2])
    await source.start([sys.argv[3]], Printer())
    await asyncio.Event().wait()

asyncio.run(main())
"""


async def test_a_killed_member_is_replaced_from_its_last_commit(
    scene: Scene, kafka: KafkaUnderTest
) -> None:
    """SIGKILL: after the session timeout another member goes on, with the metadata."""
    topic = await scene.topic()
    await scene.write(topic, b"0")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", _MEMBER, kafka.bootstrap_servers, scene.name, topic),
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout
    async with asyncio.timeout(patience(DEADLINE_S)):
        while await process.stdout.readline() != b"committed\n":
            pass
    process.kill()
    await process.wait()
    await scene.write(topic, b"1")
    _, heir = await scene.join([topic])
    await heir.until_values(1)
    assert heir.values() == [b"1"]
    assert heir.positions == {TopicPartition(topic, 0): Commit(1, "mine")}
