"""What a listener hears: all of it, once, from where it was."""

import asyncio
from contextlib import AsyncExitStack

import pytest

from bus.adapters.memory import settle
from bus.errors import BrokerUnavailableError
from bus.record import Message, TopicPartition
from processors.live.hub import LivePolicy
from processors.live.positions import Kind, write
from processors.live.signals import Reason
from processors.live.wanted import Wanted
from tests.support.streaming import LiveBus


async def orders(bus: LiveBus, *names: str) -> None:
    """An event of each order."""
    for name in names:
        await bus.produce(name)
    await settle()


async def test_hears_what_comes_from_now_on(bus: LiveBus) -> None:
    """Events and attempts, once each; nothing of before."""
    await orders(bus, "SO-old")
    await bus.attempt("SO-old")
    hub = bus.hub()
    async with bus.listening(hub) as heard:
        await orders(bus, "SO-1", "SO-2")
        await bus.attempt("SO-1")
        await settle()
        assert sorted(heard.orders) == ["!SO-1", "SO-1", "SO-2"]
    await hub.close()


async def test_goes_on_where_it_was(bus: LiveBus) -> None:
    """At another gateway, too: no gap, nothing twice."""
    first, second = bus.hub(), bus.hub()
    async with bus.listening(first) as heard:
        await orders(bus, "SO-1")
        before = heard.id
    await orders(bus, "SO-2", "SO-3")
    await bus.attempt("SO-3")
    missed = ["!SO-3", "SO-2", "SO-3"]
    for hub in (first, second):
        async with bus.listening(hub, since=before) as heard:
            await settle()
            assert sorted(heard.orders) == missed
            await orders(bus, "SO-4")
            assert heard.orders[-1] == "SO-4"
            assert heard.gaps == []
        missed = sorted([*missed, "SO-4"])
        await hub.close()


async def test_every_id_is_a_place_to_go_on(bus: LiveBus) -> None:
    """Whichever message was the last one that arrived."""
    hub = bus.hub()
    names = [f"SO-{n}" for n in range(7)]
    async with bus.listening(hub) as heard:
        await orders(bus, *names)
        told, ids = heard.orders, [one.id for one in heard.signals]
    for known, place in enumerate(ids):
        async with bus.listening(hub, since=place) as again:
            await settle()
            assert sorted(told[:known] + again.orders) == sorted(told)
    await hub.close()


async def test_reads_past_what_the_ring_has_lost(bus: LiveBus) -> None:
    """A small ring costs a look into Kafka, and nothing else."""
    hub = bus.hub(LivePolicy(most=3))
    async with bus.listening(hub) as first:
        before = first.id
        for n in range(20):
            await orders(bus, f"SO-{n}")
        async with bus.listening(hub, since=before) as heard:
            await settle()
            assert sorted(heard.orders) == sorted(f"SO-{n}" for n in range(20))
    await hub.close()


async def test_one_tenant_leaves_others_a_place_in_the_past(bus: LiveBus) -> None:
    """However many of it read what was, and take nothing of it."""
    hub = bus.hub(LivePolicy(most=3, past=2))
    async with bus.listening(hub) as first:
        before = first.id
        for n in range(20):
            await orders(bus, f"SO-{n}")
        async with AsyncExitStack() as stack:
            for _ in range(3):
                greedy = bus.listening(hub, since=before, whose="greedy", stuck=True)
                await stack.enter_async_context(greedy)
            async with bus.listening(hub, since=before, whose="modest") as heard:
                await settle()
                assert len(heard.orders) == 20
    await hub.close()


async def test_who_has_read_for_long_lets_others_go_first(bus: LiveBus) -> None:
    """And goes on where it was: everybody hears everything, once."""
    hub = bus.hub(LivePolicy(most=3, past=1, slice_s=0))
    async with bus.listening(hub) as first:
        before = first.id
        for n in range(20):
            await orders(bus, f"SO-{n}")
        async with AsyncExitStack() as stack:
            heard = [
                await stack.enter_async_context(bus.listening(hub, since=before))
                for _ in range(3)
            ]
            while any(len(one.orders) < 20 for one in heard):
                await bus.clock.advance(1)
            for one in heard:
                assert sorted(one.orders) == sorted(f"SO-{n}" for n in range(20))
    await hub.close()


async def test_says_what_kafka_has_deleted(bus: LiveBus) -> None:
    """The gap is named to the offset, and the rest is heard."""
    hub = bus.hub()
    async with bus.listening(hub, Wanted(kinds=frozenset({Kind.ATTEMPTS}))) as heard:
        before = heard.id
    await hub.close()
    for n in range(5):
        await bus.attempt("SO-1", event_id="a" * 32, detail=str(n))
    (tp,) = {r.topic_partition for r in bus.records(bus.topology.attempts)}
    bus.broker.expire(tp, 3)
    hub = bus.hub()
    wanted = Wanted(kinds=frozenset({Kind.ATTEMPTS}))
    async with bus.listening(hub, wanted, since=before) as heard:
        (gap,) = heard.gaps
        assert (gap.at, gap.since, gap.until) == (tp, 0, 3)
        assert len(heard.orders) == 2
    async with bus.listening(hub, wanted, since=heard.id) as heard:
        assert heard.gaps == [], "a gap is told once"
    await hub.close()


async def test_a_topic_that_was_made_anew_is_heard_whole(bus: LiveBus) -> None:
    """Its offsets are lower than where the listener was: it says so."""
    tp = TopicPartition(bus.topology.attempts, 0)
    ahead = write({Kind.ATTEMPTS}, {tp: 1_000})
    await bus.attempt("SO-1", event_id="a" * 32)
    hub = bus.hub()
    wanted = Wanted(kinds=frozenset({Kind.ATTEMPTS}))
    async with bus.listening(hub, wanted, since=ahead) as heard:
        (gap,) = heard.gaps
        assert (gap.at, gap.since, gap.until) == (tp, 1_000, 0)
        assert heard.orders == ["!SO-1"]
    await hub.close()


async def test_a_kind_that_was_not_heard_begins_now(bus: LiveBus) -> None:
    """Whoever heard attempts and wants events as well has missed none of them."""
    hub = bus.hub()
    async with bus.listening(hub, Wanted(kinds=frozenset({Kind.ATTEMPTS}))) as heard:
        before = heard.id
    await orders(bus, "SO-1")
    await bus.attempt("SO-2")
    async with bus.listening(hub, since=before) as heard:
        await orders(bus, "SO-3")
        assert sorted(heard.orders) == ["!SO-2", "SO-3"]
    await hub.close()


async def test_the_slow_are_sent_away_and_come_back(bus: LiveBus) -> None:
    """The ring goes on without them; where they were is still in Kafka."""
    hub = bus.hub(LivePolicy(most=4))
    async with bus.listening(hub) as heard:
        heard.reads.clear()
        for n in range(9):
            await orders(bus, f"SO-{n}")
        heard.reads.set()
        await settle()
        assert heard.reason is Reason.SLOW
        told, place = heard.orders, heard.id
    async with bus.listening(hub, since=place) as heard:
        await settle()
        assert sorted(told + heard.orders) == [f"SO-{n}" for n in range(9)]
    await hub.close()


async def test_one_who_reads_nothing_costs_others_nothing(bus: LiveBus) -> None:
    """Everybody takes at their own pace."""
    hub = bus.hub()
    async with bus.listening(hub) as stuck, bus.listening(hub) as heard:
        stuck.reads.clear()
        await orders(bus, "SO-1", "SO-2")
        assert len(heard.orders) == 2
        assert stuck.orders == []
    await hub.close()


async def test_a_beat_says_where_it_is(bus: LiveBus) -> None:
    """Also past what was not wanted: whoever comes back need not skip it again."""
    hub = bus.hub(LivePolicy(beat_s=15))
    async with bus.listening(hub, Wanted(orders=frozenset({"SO-9"}))) as heard:
        began = heard.id
        await orders(bus, "SO-1")
        await bus.clock.advance(14)
        assert heard.beats == 1
        await bus.clock.advance(1)
        assert heard.beats == 2
        assert heard.id != began
    await hub.close()


async def test_ends_when_it_may_hear_no_more(bus: LiveBus) -> None:
    """Within a second, and nothing comes after it."""
    hub, reasons = bus.hub(), [None, Reason.KEY]
    async with bus.listening(hub, ending=lambda: reasons[0]) as heard:
        reasons.pop(0)
        await bus.clock.advance(1)
        await orders(bus, "SO-1")
        assert heard.reason is Reason.KEY
        assert heard.orders == []
    await hub.close()


async def test_a_hub_that_ends_sends_all_away(bus: LiveBus) -> None:
    """And takes nobody in."""
    hub = bus.hub()
    async with bus.listening(hub) as heard:
        hub.end()
        await settle()
        assert heard.reason is Reason.DRAINING
    async with bus.listening(hub) as late:
        assert late.task is not None
        with pytest.raises(BrokerUnavailableError):
            await late.task
    await hub.close()


async def test_a_topic_is_read_once_for_all(bus: LiveBus) -> None:
    """And no more when nobody has listened for a while."""
    hub = bus.hub(LivePolicy(linger_s=5))
    wanted = Wanted(kinds=frozenset({Kind.ATTEMPTS}))
    async with bus.listening(hub, wanted), bus.listening(hub, wanted):
        names = {t.get_name() for t in asyncio.all_tasks()}
        assert {n for n in names if "live bus" in n} == {"live bus.attempts"}
    await bus.clock.advance(10)
    names = {t.get_name() for t in asyncio.all_tasks()}
    assert not {n for n in names if "live bus" in n}
    async with bus.listening(hub, wanted) as heard:
        await bus.attempt("SO-1")
        await settle()
        assert heard.orders == ["!SO-1"]
    await hub.close()


async def test_what_nobody_can_decode_is_passed_over(bus: LiveBus) -> None:
    """It is in the quarantine; what comes after it is heard."""
    hub = bus.hub()
    async with bus.listening(hub) as heard:
        bus.broker.append(Message("oms.order", b"SO-0", b"no avro"))
        await orders(bus, "SO-1")
        assert heard.orders == ["SO-1"]
    await hub.close()


async def test_kafka_goes_away_and_comes_back(bus: LiveBus) -> None:
    """Listeners stay, and hear all of it."""
    hub = bus.hub()
    async with bus.listening(hub) as heard:
        bus.broker.down()
        await bus.clock.advance(5)
        bus.broker.up()
        await orders(bus, "SO-1")
        await bus.clock.advance(5)
        assert heard.orders == ["SO-1"]
    await hub.close()
