"""Deliveries while orders move: each event by one side, from an offset on."""

from random import Random

import pytest

from bus.migration.ledger import Epoch, Migration, first_epoch
from bus.migration.moves import Moves
from bus.migration.owners import side_of
from bus.migration.phases import Phase
from bus.migration.sent import Side
from bus.ports import Answer, NoAnswer, NoAnswerKind, Reply
from bus.record import TopicPartition
from processors.delivery.engine import Engine
from tests.support.engine import MemoryBus, url
from tests.support.examples import seeds

ORDERS = [f"SO-{number}" for number in range(60)]
GOOD: list[Reply] = [Answer(200)] * 6
ANSWERS = [*GOOD, Answer(500), Answer(429), NoAnswer(NoAnswerKind.TIMEOUT)]


def share(bus: MemoryBus, engine: Engine, made: Migration, percent: int) -> Migration:
    """A step from the ends of the topic on, which this process has heard of."""
    partitions = sorted(bus.broker.partitions(["oms.order"]))
    ends = tuple(bus.broker.log(tp).end for tp in partitions)
    epoch = Epoch(
        number=made.now.number + 1,
        phase=Phase.CANARY,
        share=percent,
        at_ms=int(bus.clock.now() * 1000),
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


def ordered_sides() -> tuple[MemoryBus, Migration, str]:
    """Both sides in order; and an order that is the new side's at 50 %."""
    bus = MemoryBus()
    for name in ("old", "new"):
        bus.subscribe(name, ordering="key")
    made = Migration(id="new", old="old", epochs=(first_epoch(0, "ada"),))
    return bus, made, next(x for x in ORDERS if side_of(made, x, 50) is Side.NEW)


def heard(bus: MemoryBus) -> list[tuple[str, str]]:
    """What was posted to either side, in the order of posting: side and id."""
    return [
        (name, dict(post.headers)["webhook-id"])
        for post in bus.sender.posts()
        for name in ("old", "new")
        if post.url == url(name)
    ]


async def test_what_the_old_side_owes_comes_first() -> None:
    """A step changes an order's sender only when what it still owes is settled.

    Else the partner sees two events of an order swapped.
    """
    bus, made, order = ordered_sides()
    bus.sender.then(url("old"), Answer(500))
    async with bus.running() as engine:
        engine.subscribers.moves = Moves([made])
        first = await bus.produce(order, 1)
        await bus.clock.advance(0.1)  # refused once
        share(bus, engine, made, 50)
        second = await bus.produce(order, 2)
        await bus.clock.advance(0.1)
        assert heard(bus) == [("old", first.webhook_id)]
        await bus.clock.advance(30)
    sends = [("old", first), ("old", first), ("new", second)]
    assert heard(bus) == [(name, event.webhook_id) for name, event in sends]


async def test_and_so_it_is_on_the_way_back() -> None:
    """What the new side owes of an order is settled before the old one goes on."""
    bus, made, order = ordered_sides()
    bus.sender.then(url("new"), Answer(500))
    async with bus.running() as engine:
        made = share(bus, engine, made, 50)
        first = await bus.produce(order, 1)
        await bus.clock.advance(0.1)
        share(bus, engine, made, 0)
        second = await bus.produce(order, 2)
        await bus.clock.advance(30)
    sends = [("new", first), ("new", first), ("old", second)]
    assert heard(bus) == [(name, event.webhook_id) for name, event in sends]


async def test_other_orders_do_not_wait() -> None:
    """Only the order that is owed something is held; those that stay, too, go on."""
    bus, made, order = ordered_sides()
    others = [x for x in ORDERS if x != order]
    bus.sender.then(url("old"), Answer(500))
    async with bus.running() as engine:
        engine.subscribers.moves = Moves([made])
        held = await bus.produce(order, 1)
        await bus.clock.advance(0.1)
        share(bus, engine, made, 50)
        behind = await bus.produce(order, 2)
        for other in others:
            await bus.produce(other, 3)
        await bus.clock.advance(0.5)
    ids = [id_ for _, id_ in heard(bus)][: len(others) + 1]
    assert len(set(ids)) == len(others) + 1
    assert ids[0] == held.webhook_id
    assert behind.webhook_id not in ids


async def test_an_old_sender_outside_has_its_overlap() -> None:
    """Orders that move wait until it can owe nothing; those that stay moved do not."""
    bus = MemoryBus()
    bus.subscribe("new", ordering="key")
    made = Migration(id="new", overlap_s=60, epochs=(first_epoch(0, "ada"),))
    order = next(x for x in ORDERS if side_of(made, x, 50) is Side.NEW)
    async with bus.running() as engine:
        made = share(bus, engine, made, 50)
        await bus.produce(order, 1)
        await bus.clock.advance(59)
        assert not bus.ids("new")
        await bus.clock.advance(2)
        assert len(bus.ids("new")) == 1
        share(bus, engine, made, 100)
        await bus.produce(order, 2)
        await bus.clock.advance(1)
        assert len(bus.ids("new")) == 2


@pytest.mark.parametrize("seed", seeds(12))
async def test_no_order_is_swapped_whatever_happens(seed: int) -> None:
    """Steps up and back, refusals, processes that end and take up again."""
    bus, made, _ = ordered_sides()
    chance = Random(seed)  # noqa: S311 - chance, not secrecy
    for name in ("old", "new"):
        bus.sender.then(url(name), *(chance.choice(ANSWERS) for _ in range(80)))
    sent: dict[str, list[str]] = {}
    for _ in range(6):
        async with bus.running() as engine:
            made = share(bus, engine, made, chance.choice([0, 25, 50, 100]))
            for order in chance.choices(ORDERS[:8], k=12):
                ids = sent.setdefault(order, [])
                event = await bus.produce(order, len(ids))
                ids.append(event.webhook_id)
                await bus.clock.advance(chance.choice([0, 0, 0.2, 4]))
    async with bus.running() as engine:
        engine.subscribers.moves = Moves([made])
        await bus.clock.advance(3_000)
    said = list(dict.fromkeys(id_ for _, id_ in heard(bus)))
    assert sorted(said) == sorted(x for ids in sent.values() for x in ids)
    for ids in sent.values():
        assert [one for one in said if one in ids] == ids
