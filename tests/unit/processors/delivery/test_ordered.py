"""`ordering: key`: per order id, whatever keys, offsets and topics do."""

import pytest

from bus.adapters.memory import settle
from bus.adapters.memory.sender import After
from bus.delivery.headers import read_state
from bus.delivery.keys import original_key
from bus.ports import Answer
from bus.record import Message
from processors.telemetry import names
from tests.support.engine import MemoryBus, url

KEYS = [None, b"", b"CUST-7", b"\xff\xfe", "order"]


@pytest.fixture
def bus() -> MemoryBus:
    """A bus with an ordered subscription whose endpoint takes its time."""
    bus = MemoryBus()
    bus.subscribe("erp", ordering="key", concurrency=100)
    bus.sender.always(url("erp"), After(0.1, Answer(200)))
    return bus


def drops(bus: MemoryBus) -> list[tuple[str, float, str]]:
    """What was counted as dropped on purpose."""
    return [told for told in bus.observer.measures if told[0] == names.DROPS]


@pytest.mark.parametrize("key", KEYS)
async def test_an_order_is_in_order_whatever_its_key(
    bus: MemoryBus, key: bytes | str | None
) -> None:
    """One lane and one partition an order id; the key itself is not lost."""
    async with bus.running():
        sent = [await bus.produce("SO-1", n, key=key, partition=3) for n in range(40)]
        await bus.clock.advance(10)
    assert bus.ids("erp") == [event.webhook_id for event in sent]
    appended = bus.records(bus.topology.ordered_topic("erp"))
    assert {record.key for record in appended} == {b"SO-1"}
    written = b"SO-1" if isinstance(key, str) else key
    assert {original_key(record) for record in appended} == {written}


async def test_keyless_orders_do_not_wait_for_each_other(bus: MemoryBus) -> None:
    """Null keys of all orders are not one lane."""
    async with bus.running():
        for number in range(20):
            await bus.produce(f"SO-{number}", key=None)
        await bus.clock.advance(0.25)
        assert len(bus.ids("erp")) == 20


async def test_an_order_that_is_retried_holds_itself_only(bus: MemoryBus) -> None:
    """Though all orders have the same foreign key."""
    bus.sender.then(url("erp"), Answer(500))
    async with bus.running():
        first = await bus.produce("SO-1", 0, key=b"CUST-7")
        second = await bus.produce("SO-1", 1, key=b"CUST-7")
        other = await bus.produce("SO-2", 0, key=b"CUST-7")
        await bus.clock.advance(10)
    order = [event.webhook_id for event in (first, other, first, second)]
    assert bus.ids("erp") == order


async def test_a_topic_made_anew_is_delivered_whole(bus: MemoryBus) -> None:
    """Its offsets were other events' before; nothing counts as a repetition."""
    (topic,) = [t for t in bus.broker.topics.values() if t.name == "oms.order"]
    async with bus.running():
        before = [await bus.produce("SO-1", n) for n in range(5)]
        await bus.clock.advance(5)
        bus.broker.delete("oms.order")
        await settle()
        bus.broker.create(topic)
        after = [await bus.produce("SO-1", 10 + n) for n in range(5)]
        await bus.clock.advance(5)
    assert bus.ids("erp") == [event.webhook_id for event in (*before, *after)]
    assert not drops(bus)


async def test_an_append_made_twice_is_dropped_and_counted(bus: MemoryBus) -> None:
    """Nothing is dropped in silence."""
    async with bus.running():
        event = await bus.produce("SO-1")
        await bus.clock.advance(1)
        (append,) = bus.records(bus.topology.ordered_topic("erp"))
        assert read_state(append).origin.topic_id
        bus.broker.append(
            Message(append.topic, append.key, append.value, append.headers)
        )
        await bus.clock.advance(1)
    assert bus.ids("erp") == [event.webhook_id]
    assert drops(bus) == [(names.DROPS, 1, "erp")]
    (told,) = [fields for name, fields in bus.observer.notes if name == names.DROPPED]
    assert (told["event_id"], told["subscription"]) == (event.webhook_id, "erp")
