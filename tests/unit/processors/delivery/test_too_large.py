"""What a topic never takes, or does not take now: where it ends, what waits."""

import pytest

from bus.adapters.memory import MemoryPublisher
from bus.adapters.memory.broker import Fault
from bus.client.schemas import default_folder
from bus.contracts.codec import parse_schema
from bus.delivery.delivery import Reason
from bus.delivery.small import read_elsewhere
from bus.ports import Answer
from bus.record import Message
from bus.topics.topic import TopicState
from processors.delivery.attempt_log import AttemptLog, read_attempt
from processors.telemetry import names
from tests.support.engine import MemoryBus, url
from tests.support.reports import ATTEMPT

FAILED = Answer(500)
SOURCE = "oms.order"


def limit(bus: MemoryBus, most: int, *topics: str) -> None:
    """Have topics take records up to so many bytes."""
    for topic in topics:
        state = bus.broker.topics[topic]
        config = {"max.message.bytes": str(most)}
        bus.broker.change(TopicState(topic, state.partitions, 1, config))


def owned(bus: MemoryBus) -> list[str]:
    """All topics of subscriptions."""
    return [topic for topic in bus.broker.topics if bus.topology.owner(topic)]


def settled(bus: MemoryBus) -> bool:
    """Whether fanout has committed all there is."""
    return all(
        bus.committed("fanout", tp) == bus.broker.log(tp).end
        for tp in bus.broker.partitions([SOURCE])
        if bus.broker.log(tp).end
    )


@pytest.mark.parametrize("ordering", ["none", "key"])
async def test_leaves_a_small_dead_letter(ordering: str) -> None:
    """No loop: the commit moves, the letter says where the record stands."""
    bus = MemoryBus()
    bus.subscribe("erp", ordering=ordering)
    limit(bus, 10, *owned(bus))
    bus.sender.always(url("erp"), FAILED)
    limit(bus, 5_000, bus.topology.dlq_topic("erp"))
    async with bus.running():
        event = await bus.produce(padding=10_000)
        await bus.clock.advance(5)
        (letter,) = bus.records(bus.topology.dlq_topic("erp"))
        (record,) = bus.records(SOURCE)
        assert settled(bus)
    (state,) = bus.dead_letters("erp")
    assert state.reason is Reason.UNWRITABLE
    elsewhere = read_elsewhere(letter)
    assert elsewhere is not None
    assert elsewhere[:3] == record[:3]
    assert elsewhere.is_body(record)
    assert dict(letter.headers)["ce_id"].decode() == event.id
    assert [n for n, _ in bus.observer.notes if n == names.SMALL_LETTER]
    assert bus.attempts[-1].route == "dead_letter:unwritable"


async def test_an_order_goes_on_behind_it() -> None:
    """`ordering: key`: the large one is given up, the next of its order arrives."""
    bus = MemoryBus()
    bus.subscribe("erp", ordering="key")
    topic = bus.topology.ordered_topic("erp")
    limit(bus, 10, topic)
    async with bus.running():
        await bus.produce("SO-1", 1)
        await bus.clock.advance(1)
        limit(bus, 10_000_000, topic)
        small = await bus.produce("SO-1", 2)
        await bus.clock.advance(1)
        assert bus.ids("erp") == [small.id]
    assert [letter.reason for letter in bus.dead_letters("erp")] == [Reason.UNWRITABLE]


async def test_its_reason_stays_that_of_its_end() -> None:
    """A delivery that was refused says so, small or not."""
    bus = MemoryBus()
    bus.subscribe("erp")
    limit(bus, 5_000, bus.topology.dlq_topic("erp"))
    bus.sender.always(url("erp"), Answer(404))
    async with bus.running():
        await bus.produce(padding=10_000)
        await bus.clock.advance(1)
    (state,) = bus.dead_letters("erp")
    assert state.reason is Reason.REFUSED
    (letter,) = bus.records(bus.topology.dlq_topic("erp"))
    assert read_elsewhere(letter)


async def test_a_quarantined_record_is_small_too() -> None:
    """What nobody can decode and no topic takes leaves its place, with the reason."""
    bus = MemoryBus()
    limit(bus, 1_000, bus.topology.quarantine)
    async with bus.running():
        bus.broker.append(
            Message(SOURCE, b"k", b"no event" * 1_000, (("ce_id", b"1"),))
        )
        await bus.clock.advance(1)
        assert settled(bus)
    (letter,) = bus.records(bus.topology.quarantine)
    (record,) = bus.records(SOURCE)
    elsewhere = read_elsewhere(letter)
    assert elsewhere is not None
    assert elsewhere.is_body(record)
    found = dict(letter.headers)
    assert found["ce_id"] == b"1"
    assert b"first byte" in found["bus-quarantine-reason"]


async def test_a_missing_topic_is_waited_for_then_given_up() -> None:
    """A minute for somebody to make it; then a whole dead letter, nothing waits."""
    bus = MemoryBus()
    bus.subscribe("erp")
    bus.broker.delete(bus.topology.retry_topic("erp", "1s"))
    bus.sender.always(url("erp"), FAILED)
    async with bus.running() as engine:
        await bus.produce()
        await bus.clock.advance(50)
        assert not bus.dead_letters("erp")
        assert engine.refused() == "bus.retry.erp.1s refuses 1"
        await bus.clock.advance(30)
        (letter,) = bus.dead_letters("erp")
        assert (letter.reason, letter.attempts) == (Reason.UNWRITABLE, 1)
        assert engine.refused() is None
        assert settled(bus)
    (record,) = bus.records(bus.topology.dlq_topic("erp"))
    assert record.value is not None


async def test_a_topic_that_is_made_in_time_takes_it() -> None:
    """Then nobody has noticed but the operator."""
    bus = MemoryBus()
    erp = bus.subscribe("erp")
    bus.broker.delete(bus.topology.retry_topic("erp", "1s"))
    bus.sender.always(url("erp"), FAILED)
    async with bus.running():
        event = await bus.produce()
        await bus.clock.advance(30)
        bus.sender.always(url("erp"), Answer(200))
        for topic in bus.topology.topics_of(erp):
            bus.broker.create(topic)
        await bus.clock.advance(30)
        assert bus.ids("erp")[-1] == event.id
        assert not bus.dead_letters("erp")


async def test_where_even_a_small_letter_is_refused_the_partition_waits() -> None:
    """Never dropped: nothing is committed, and it is said who refuses."""
    bus = MemoryBus()
    bus.subscribe("erp")
    limit(bus, 10, *owned(bus))
    bus.sender.always(url("erp"), FAILED)
    async with bus.running() as engine:
        await bus.produce()
        await bus.clock.advance(600)
        assert engine.refused() == "bus.dlq.erp refuses 1"
        assert not settled(bus)
        limit(bus, 10_000_000, *owned(bus))
        await bus.clock.advance(10)
        assert engine.refused() is None
        assert settled(bus)
        assert len(bus.dead_letters("erp")) == 1


async def test_an_outage_is_no_refusal() -> None:
    """However long it lasts, nothing becomes a dead letter of it."""
    bus = MemoryBus()
    bus.subscribe("erp")
    bus.sender.always(url("erp"), FAILED)
    async with bus.running() as engine:
        bus.broker.faults = lambda m: (
            Fault.REFUSE if bus.topology.owner(m.topic) else None
        )
        await bus.produce()
        await bus.clock.advance(600)
        assert engine.refused() is None
        assert not bus.dead_letters("erp")
        bus.broker.faults = lambda _: None
        await bus.clock.advance(60)
        (letter,) = bus.dead_letters("erp")
        assert letter.reason is Reason.EXHAUSTED


async def test_the_attempt_log_takes_any_text() -> None:
    """An order id of megabytes is cut in the log, not missing from it."""
    bus = MemoryBus()
    publisher = MemoryPublisher(bus.broker)
    text = (default_folder() / "Attempt.avsc").read_text(encoding="utf-8")
    schema = parse_schema(text)
    log = AttemptLog(publisher, bus.topology.attempts, schema)
    await log.open(bus.schemas, bus.clock, bus.observer)
    log.write(ATTEMPT._replace(order_id="9" * 9_000_000))
    assert publisher.failures == 0
    (record,) = bus.records(bus.topology.attempts)
    read = read_attempt(record, schema)
    assert (read.order_id, read.event_id) == ("9" * 1_000, ATTEMPT.event_id)
