"""Deliveries through the whole engine, in memory, on a clock that is moved."""

import pytest

from bus.adapters.memory import Fault, MemoryBroker, settle
from bus.adapters.memory.sender import HANG, After
from bus.delivery.delivery import Delivery, Origin, Reason, Retry
from bus.delivery.subscription import State
from bus.ports import Answer, Change, NoAnswer, NoAnswerKind, PartitionChange
from bus.record import Commit, Message, TopicPartition
from processors.delivery.content import Content
from processors.delivery.engine import EnginePolicy
from processors.delivery.handling import LoopPolicy
from processors.delivery.partition import Partition, Tally
from processors.delivery.ticket import Ticket
from tests.support.engine import MemoryBus, url
from tests.support.turns import turn

FAILED = Answer(500)
_HOURS_S = 7_200.0


@pytest.fixture
def bus() -> MemoryBus:
    """A fresh bus."""
    return MemoryBus()


async def test_walk_is_on_time(bus: MemoryBus) -> None:
    """Attempts are made 0, 1, 6 and 36 s after the event, then it is a dead letter."""
    bus.subscribe("erp")
    bus.sender.always(url("erp"), FAILED)
    async with bus.running():
        began = bus.clock.now()
        await bus.produce()
        await bus.clock.advance(60)
        at = [round(sent.started - began, 3) for sent in bus.sender.sent]
        assert at == [0.0, 1.0, 6.0, 36.0]
        (letter,) = bus.dead_letters("erp")
        assert (letter.reason, letter.attempts) == (Reason.EXHAUSTED, 4)


async def test_long_outage_dead_letters_nothing(bus: MemoryBus) -> None:
    """Hours of outage use few attempts; recovered, each event arrives once."""
    bus.subscribe("erp")
    down = NoAnswer(NoAnswerKind.CONNECT, "refused")
    bus.sender.always(url("erp"), down)
    async with bus.running():
        events = [await bus.produce(f"SO-{number}") for number in range(50)]
        await bus.clock.advance(_HOURS_S)
        tried = len(bus.sender.sent)
        assert tried < 50 + _HOURS_S / 60 + 20
        bus.sender.always(url("erp"), Answer(200))
        await bus.clock.advance(120)
        assert sorted(bus.ids("erp")[tried:]) == sorted(event.id for event in events)
        assert not bus.dead_letters("erp")


async def test_held_for_ever_is_dead_lettered_in_time(bus: MemoryBus) -> None:
    """What an outage holds is given up at max_age, long before Kafka expires it."""
    bus.subscribe("erp", max_age_s=3_600)
    bus.sender.always(url("erp"), FAILED)
    async with bus.running():
        for number in range(10):
            await bus.produce(f"SO-{number}")
        await bus.clock.advance(3_590)
        assert not bus.dead_letters("erp")
        await bus.clock.advance(20)
        letters = bus.dead_letters("erp")
        assert [letter.reason for letter in letters] == [Reason.TOO_OLD] * 10


async def test_slow_partner_spills(bus: MemoryBus) -> None:
    """What waits a second for its turn moves to the first tier, no attempt used."""
    bus.subscribe("slow", concurrency=1, retry=["1s", "5s"])
    bus.subscribe("quick")
    bus.sender.always(url("slow"), After(3, Answer(200)))
    async with bus.running():
        events = [await bus.produce(f"SO-{number}") for number in range(4)]
        await settle()
        assert len(bus.ids("quick")) == 4
        await bus.clock.advance(1.2)
        assert [hop.attempts for hop in bus.hops("slow", "1s")] == [0, 0, 0]
        await bus.clock.advance(30)
        assert sorted(bus.ids("slow")) == sorted(event.id for event in events)


async def test_full_intake_relieves_itself_of_the_deep(bus: MemoryBus) -> None:
    """With the intake full, those with long queues give back, the others go on."""
    bus.subscribe("dead", concurrency=1)
    for name in ("one", "two", "three"):
        bus.subscribe(name)
    bus.sender.always(url("dead"), HANG)
    policy = EnginePolicy(LoopPolicy(intake_limit=256))
    async with bus.running(policy):
        for number in range(2_000):
            await bus.produce(f"SO-{number}")
        await bus.clock.advance(0.9)
        assert len(bus.ids("one")) > 1_000
        assert len(bus.hops("dead", "1s")) > 1_000


async def test_what_waits_at_a_revoke_is_left_to_the_next_owner(
    bus: MemoryBus,
) -> None:
    """What was decided on is under way, and the drain waits for it; no more begins."""
    bus.subscribe("erp", concurrency=1)
    event = await bus.produce()
    (record,) = bus.records("oms.order")
    async with bus.running() as engine:
        await settle()
        subscriber = engine.subscribers.get("erp")
        assert subscriber is not None
        partition = Partition(
            record.topic_partition, Commit(0), Tally(9, lambda _: None)
        )
        partition.begin(record.offset, ("erp",))
        origin = Origin(*record[:3], record.timestamp_ms)
        delivery = Delivery("erp", event, record, origin)
        before = len(bus.sender.sent)
        for _ in range(2):
            ticket = Ticket(delivery, Content(event), partition, Nobody(), 0.0)
            subscriber.offer(ticket)
        await turn()
        assert (subscriber.in_flight, partition.in_flight) == (1, 1)
        partition.close()
        await settle()
        assert (subscriber.in_flight, partition.in_flight) == (0, 0)
        assert len(bus.sender.sent) == before + 1
        assert not subscriber.depth


class Nobody:
    """A home that is asked for nothing."""

    first = True

    def held(self, ticket: Ticket, why: str) -> None:
        """Nothing."""

    async def retry(self, ticket: Ticket, route: Retry, detail: str) -> None:
        """Nothing."""

    def done(self, ticket: Ticket) -> None:
        """Nothing."""


async def test_hop_that_cannot_be_written_stops_the_partition(bus: MemoryBus) -> None:
    """A refused hop is never skipped: nothing is committed until it is written."""
    bus.subscribe("erp")
    bus.sender.always(url("erp"), FAILED)
    async with bus.running():
        bus.broker.faults = lambda message: (
            Fault.REFUSE if message.topic.startswith("bus.retry") else None
        )
        await bus.produce()
        (tp,) = (r.topic_partition for r in bus.records("oms.order"))
        await bus.clock.advance(0.9)
        assert bus.committed("fanout", tp) <= 0
        assert PartitionChange.STOPPED in {
            change for _, change, _, _ in bus.observer.partition_changes
        }
        bus.broker.faults = MemoryBroker(bus.clock).faults
        await bus.clock.advance(6)
        assert bus.committed("fanout", tp) == 1
        assert len(bus.hops("erp", "1s")) == 1


async def test_lost_acknowledgement_repeats_the_hop(bus: MemoryBus) -> None:
    """A hop written but not acknowledged is written again: twice, but not never."""
    bus.subscribe("erp")
    bus.sender.then(url("erp"), FAILED)
    faults = iter([Fault.LOSE_ACK])
    bus.broker.faults = lambda message: (
        next(faults, None) if message.topic.startswith("bus.retry") else None
    )
    async with bus.running():
        event = await bus.produce()
        await bus.clock.advance(10)
        assert bus.ids("erp") == [event.id] * 3
        assert len(bus.hops("erp", "1s")) == 2


async def test_acknowledged_delivery_is_settled_without_a_call(bus: MemoryBus) -> None:
    """Once the consumer says it has processed an event, no attempt follows."""
    bus.subscribe("erp")
    bus.sender.always(url("erp"), FAILED)
    async with bus.running():
        event = await bus.produce()
        await settle()
        bus.acked.add(("erp", event.id))
        await bus.clock.advance(60)
        assert len(bus.sender.sent) == 1
        assert not bus.dead_letters("erp")
        assert [a.outcome for a in bus.attempts] == ["failed", "accepted"]


async def test_first_attempt_has_a_budget(bus: MemoryBus) -> None:
    """A long timeout counts in the tiers; the first attempt has five seconds."""
    bus.subscribe("slow", timeout_s=60)
    bus.sender.always(url("slow"), After(20, Answer(200)))
    async with bus.running():
        await bus.produce()
        await bus.clock.advance(60)
        took = [sent.ended - sent.started for sent in bus.sender.sent]
        assert took == pytest.approx([5, 20])


async def test_order_is_kept_while_one_order_waits(bus: MemoryBus) -> None:
    """`ordering: key`: a failing order's events wait for it, other orders go on."""
    bus.subscribe("wms", ordering="key", retry=["1s"] * 20)
    sick = [await bus.produce("SO-sick", number) for number in range(3)]
    well = [await bus.produce("SO-well", number) for number in range(3)]
    bus.sender.always(
        url("wms"),
        lambda post: FAILED if b"SO-sick" in post.body else Answer(200),
    )
    async with bus.running():
        await bus.clock.advance(4.5)
        ids = bus.ids("wms")
        assert [i for i in ids if i != sick[0].id] == [event.id for event in well]
        bus.sender.always(url("wms"), Answer(200))
        await bus.clock.advance(2)
        assert bus.ids("wms")[-3:] == [event.id for event in sick]


async def test_exhausted_order_blocks_if_asked_to(bus: MemoryBus) -> None:
    """`on_exhausted: block` goes on trying at the last tier's pace, for ever."""
    bus.subscribe("wms", ordering="key", on_exhausted="block", retry=["1s"])
    bus.sender.always(url("wms"), FAILED)
    first, second = await bus.produce("SO-1", 1), await bus.produce("SO-1", 2)
    async with bus.running():
        await bus.clock.advance(600)
        assert set(bus.ids("wms")) == {first.id}
        bus.sender.always(url("wms"), Answer(200))
        await bus.clock.advance(120)
        assert bus.ids("wms")[-2:] == [first.id, second.id]
        assert not bus.dead_letters("wms")


async def test_removing_dead_letters_what_waits(bus: MemoryBus) -> None:
    """A subscription that goes away gets no more calls; what waits is kept aside."""
    known = bus.subscribe("erp", retry=["30s"])
    bus.sender.always(url("erp"), FAILED)
    async with bus.running() as engine:
        await bus.produce()
        await bus.clock.advance(1)
        going = known.model_copy(update={"state": State.REMOVING})
        engine.changed(known, going)
        await settle()
        assert [letter.reason for letter in bus.dead_letters("erp")] == [Reason.REMOVED]
        await bus.produce("SO-2")
        await bus.clock.advance(60)
        assert len(bus.sender.sent) == 1


async def test_fuse_keeps_a_wave_of_refusals_from_the_dead_letters(
    bus: MemoryBus,
) -> None:
    """An endpoint that suddenly refuses everything opens the breaker instead."""
    bus.subscribe("erp", concurrency=1)
    bus.sender.always(url("erp"), Answer(404))
    async with bus.running():
        for number in range(200):
            await bus.produce(f"SO-{number}")
        await bus.clock.advance(30)
        assert len(bus.dead_letters("erp")) < 40
        told = [change for _, change, _ in bus.observer.transitions]
        assert Change.FUSE_BLOWN in told
        assert Change.BREAKER_OPENED not in told
        bus.sender.always(url("erp"), Answer(200))
        await bus.clock.advance(300)
        accepted = sum(1 for sent in bus.sender.sent if sent.reply == Answer(200))
        assert accepted + len(bus.dead_letters("erp")) == 200


async def test_undecodable_tier_record_is_put_aside(bus: MemoryBus) -> None:
    """A tier record without its state is quarantined, and the tier goes on."""
    bus.subscribe("erp")
    bus.sender.then(url("erp"), FAILED)
    async with bus.running():
        event = await bus.produce()
        await settle()
        topic = bus.topology.retry_topic("erp", "1s")
        (hop,) = bus.records(topic)
        bare = bus.broker.append(Message(hop.topic, hop.key, hop.value)).offset
        await bus.clock.advance(5)
        assert bus.ids("erp") == [event.id] * 2
        (aside,) = bus.records(bus.topology.quarantine)
        assert aside.value == hop.value
        assert bus.committed("retry", TopicPartition(topic, 0)) == bare + 1
