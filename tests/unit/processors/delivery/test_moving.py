"""Deliveries while orders move: each event by one side, from an offset on."""

from bus.migration.ledger import Epoch, Migration, first_epoch, side_of
from bus.migration.moves import Moves
from bus.migration.phases import Phase
from bus.migration.sent import Side
from bus.record import TopicPartition
from processors.delivery.engine import Engine
from tests.support.engine import MemoryBus

ORDERS = [f"SO-{number}" for number in range(60)]


def share(bus: MemoryBus, engine: Engine, made: Migration, percent: int) -> Migration:
    """A step from the ends of the topic on, which this process has heard of."""
    partitions = sorted(bus.broker.partitions(["oms.order"]))
    ends = tuple(bus.broker.log(tp).end for tp in partitions)
    epoch = Epoch(
        number=made.now.number + 1,
        phase=Phase.CANARY,
        share=percent,
        at_ms=0,
        starts={"oms.order": ends},
    )
    stepped = made.with_epoch(epoch)
    engine.subscribers.moves = Moves([stepped])
    return stepped


async def test_each_event_is_sent_by_its_owner_alone() -> None:
    """Through three shares and back; with one id, whoever sends."""
    bus = MemoryBus()
    for name in ("old", "new", "beside"):
        bus.subscribe(name)
    made = Migration(id="new", old="old", epochs=(first_epoch(0, "ada"),))
    expected: dict[str, set[str]] = {"old": set(), "new": set()}
    everything: set[str] = set()
    async with bus.running() as engine:
        engine.subscribers.moves = Moves([made])
        for number, percent in enumerate((0, 25, 50, 100, 0)):
            if number:
                made = share(bus, engine, made, percent)
            for order in ORDERS:
                event = await bus.produce(order, number)
                side = side_of(made, order, percent)
                expected[side].add(event.webhook_id)
                everything.add(event.webhook_id)
            await bus.clock.advance(1)
    assert {name: set(bus.ids(name)) for name in expected} == expected
    assert len(bus.ids("old")) + len(bus.ids("new")) == len(everything)
    assert set(bus.ids("beside")) == everything
    assert all(expected.values())


async def test_nothing_is_settled_that_nobody_sent() -> None:
    """Records whose only taker is not the owner are done, and commits go on."""
    bus = MemoryBus()
    bus.subscribe("new")
    made = Migration(id="new", epochs=(first_epoch(0, "ada"),))
    async with bus.running() as engine:
        engine.subscribers.moves = Moves([made])
        for order in ORDERS:
            await bus.produce(order)
        await bus.clock.advance(3)
        committed = [
            bus.committed("fanout", TopicPartition("oms.order", number))
            for number in range(6)
        ]
    assert not bus.ids("new")
    assert sum(max(one, 0) for one in committed) == len(ORDERS)
    assert side_of(made, ORDERS[0], 0) is Side.OLD
