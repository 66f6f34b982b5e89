"""How a consumer is used; what it does with Kafka is under `tests/integration`."""

import logging

import pytest

from bus.adapters.memory import (
    MemoryBroker,
    MemoryClock,
    MemoryLogReader,
    MemoryPublisher,
    MemoryTopics,
)
from bus.adapters.registry.connection import RegistryConnection
from bus.client.consumer import Consumer
from bus.client.rejections import Rejections
from bus.client.reporting import log_event
from bus.delivery.small import read_elsewhere
from bus.errors import ConfigurationError, Heals, PublishError
from bus.record import Record
from bus.topics.topic import TopicState


def consumer(registry: str | RegistryConnection = "http://127.0.0.1:9") -> Consumer:
    """A consumer of a Kafka that is not there."""
    return Consumer("127.0.0.1:9", registry, group="crm", topics=["oms.order"])


async def test_a_consumer_is_entered_first() -> None:
    """Outside of `async with` it says how it is used; `stop` does no harm."""
    outside = consumer()
    outside.stop()
    with pytest.raises(RuntimeError, match="async with"):
        await anext(outside)


def test_credentials_do_not_belong_in_the_url() -> None:
    """They go into a `RegistryConnection`, which never shows them."""
    with pytest.raises(ConfigurationError, match="credentials"):
        consumer("http://alice:s3cret@127.0.0.1:9")
    connection = RegistryConnection("http://127.0.0.1:9", auth="alice:s3cret")
    assert "s3cret" not in repr(connection)
    consumer(connection)


def test_settings_of_the_bus_itself_are_refused() -> None:
    """Offsets are not committed behind the ledger's back."""
    with pytest.raises(ConfigurationError, match=r"enable\.auto\.commit"):
        Consumer(
            "127.0.0.1:9",
            "http://127.0.0.1:9",
            group="crm",
            topics=["oms.order"],
            kafka={"enable.auto.commit": "true"},
        )


@pytest.mark.parametrize(("sources", "replication"), [((2, 3), 2), ((1,), 1), ((), 3)])
async def test_the_dead_letter_topic_is_as_safe_as_its_sources(
    sources: tuple[int, ...], replication: int
) -> None:
    """As many replicas as the least of them; without any, what the cluster has."""
    broker = MemoryBroker(MemoryClock())
    topics = MemoryTopics(broker)
    names = [f"oms.t{number}" for number in range(len(sources))]
    await topics.create(
        [TopicState(n, 1, r) for n, r in zip(names, sources, strict=True)]
    )
    rejections = Rejections("crm.dlq", MemoryPublisher(broker))
    await rejections.make_topic(topics, names)
    made = (await topics.describe(["crm.dlq"]))["crm.dlq"]
    assert (made.partitions, made.replication) == (1, replication)


async def test_a_rejection_says_why_and_where_from_once() -> None:
    """Rejected again further on, it carries the newest reason and place only."""
    broker = MemoryBroker(MemoryClock())
    rejections = Rejections("crm.dlq", MemoryPublisher(broker))
    await rejections.make_topic(MemoryTopics(broker), [])
    old = (("ce_id", b"e-1"), ("bus-reason", b"old"), ("bus-origin", b"t/0/1"))
    await rejections.write(Record("u", 2, 7, 0, b"k", b"v", old), "new\nand long")
    batches = [batch async for batch in MemoryLogReader(broker).read("crm.dlq")]
    ((record,),) = batches
    assert record.headers == (
        ("ce_id", b"e-1"),
        ("bus-reason", b"new and long"),
        ("bus-origin", b"u/2/7"),
    )


async def test_a_rejection_too_large_for_the_topic_leaves_a_small_one() -> None:
    """The group goes on; the record stands where the small one says."""
    broker = MemoryBroker(MemoryClock())
    rejections = Rejections("crm.dlq", MemoryPublisher(broker))
    broker.create(TopicState("crm.dlq", 1, 1, {"max.message.bytes": "1000"}))
    big = Record("u", 2, 7, 0, b"k", b"v" * 5_000, (("ce_id", b"e-1"),))
    await rejections.write(big, "no event")
    batches = [batch async for batch in MemoryLogReader(broker).read("crm.dlq")]
    ((record,),) = batches
    elsewhere = read_elsewhere(record)
    assert elsewhere is not None
    assert (elsewhere.place, elsewhere.is_body(big)) == ("u/2/7", True)
    assert record.headers[0] == ("ce_id", b"e-1")
    assert record.headers[1:3] == (
        ("bus-reason", b"no event"),
        ("bus-origin", b"u/2/7"),
    )


async def test_a_rejection_that_may_still_be_written_is_not_settled() -> None:
    """An outage, or a topic that somebody can make: the error says so."""
    broker = MemoryBroker(MemoryClock())
    rejections = Rejections("crm.dlq", MemoryPublisher(broker))
    with pytest.raises(PublishError) as caught:
        await rejections.write(Record("u", 2, 7, 0, b"k", b"v"), "no event")
    assert caught.value.heals is Heals.HAND


def test_troubles_become_log_lines(caplog: pytest.LogCaptureFixture) -> None:
    """Librdkafka's lines keep their level; the adapters' own are warnings."""
    with caplog.at_level(logging.DEBUG, "orderbus"):
        log_event("kafka.log", {"level": logging.ERROR, "line": "100 % down"})
        log_event("kafka.source", {"why": "no answer"})
        log_event("kafka.partitions_lost", {"partitions": 3})
    assert [(r.levelname, r.getMessage()) for r in caplog.records] == [
        ("ERROR", "100 % down"),
        ("WARNING", "kafka.source: no answer"),
        ("WARNING", "kafka.partitions_lost: {'partitions': 3}"),
    ]
