"""A span of time, delivered once more to one subscription alone."""

import asyncio
from dataclasses import replace

import pytest

from bus.adapters.memory.broker import Fault
from bus.delivery.effort import Efforts
from bus.delivery.headers import read_state
from bus.delivery.subscription import Subscription
from bus.errors import PublishError
from bus.record import Message, Record
from bus.samples.lifecycles import lifecycle
from processors.redrive.backfill import Found, Span, count, deliver
from tests.support.facts import NOON
from tests.support.past import Past
from tests.support.worlds import Worlds

TIER = "bus.retry.acme.1s"


def span(past: Past) -> Span:
    """All there is."""
    return Span(since_ms=0, until_ms=past.now_ms + 1)


async def send(past: Past, subscription: Subscription, wanted: Span) -> Found:
    """Deliver it."""
    return await deliver(past.world, subscription, wanted, lambda _: None)


def ids(records: list[Record]) -> list[str]:
    """The events' ids."""
    return [dict(r.headers)["ce_id"].decode() for r in records]


async def test_only_what_the_subscription_wants(past: Past) -> None:
    """Types and filter apply; each match is one hop with replay 1 and a fresh age."""
    acme = await past.subscribe(types=["order.*"], filter="status != 'created'")
    await past.subscribe("beta", types=["*"])
    life = await past.order()
    wanted = [
        event
        for event, _ in life
        if event.type.startswith("order.") and event.type != "order.created"
    ]
    found = await send(past, acme, span(past))
    assert (found.read, found.wanted) == (len(life), len(wanted))
    sent = await past.records(TIER)
    assert ids(sent) == [event.id for event in wanted]
    states = [read_state(r) for r in sent]
    assert {(s.attempts, s.replay, s.tier) for s in states} == {(0, 1, "1s")}
    assert {s.origin.timestamp_ms for s in states} == {past.now_ms}
    times = {record.offset: record.timestamp_ms for _, record in life}
    assert all(s.origin.own_ms == times[s.origin.offset] for s in states)
    assert await past.records("bus.retry.beta.1s") == []


async def test_counting_writes_nothing(past: Past, worlds: Worlds) -> None:
    """A dry run says the same numbers."""
    acme = await past.subscribe()
    await past.order()
    counted = await count(past.world, acme, span(past))
    assert worlds.records(TIER) == []
    assert await send(past, acme, span(past)) == counted


async def test_bounds_narrow(past: Past, worlds: Worlds) -> None:
    """By time (the end is exclusive), by type, by order."""
    acme = await past.subscribe(types=["*"])
    first = await past.order(1)
    await worlds.clock.advance(60)
    middle = past.now_ms
    second = await past.order(2)
    everything = span(past)
    for wanted, events in (
        (everything, [*first, *second]),
        (replace(span(past), since_ms=middle), second),
        (replace(span(past), until_ms=middle), first),
        (replace(span(past), order=second[0][0].subject), second),
        (replace(span(past), types=["order.created"]), [first[0], second[0]]),
        (replace(span(past), types=["order.created"], until_ms=middle), [first[0]]),
    ):
        found = await count(past.world, acme, wanted)
        assert found.wanted == len(events), wanted


async def test_an_order_keeps_its_order(past: Past, worlds: Worlds) -> None:
    """Also over several source topics, in the ordered topic."""
    acme = await past.subscribe(types=["*"], ordering="key")
    lives = {seed: await past.order(seed) for seed in (1, 2, 3)}
    await worlds.clock.advance(1)
    later = await past.order(4)
    await send(past, acme, span(past))
    sent = await past.records("bus.ordered.acme")
    for life in (*lives.values(), later):
        key = life[0][1].key
        by_topic: dict[str, list[str]] = {}
        for record in sent:
            if record.key == key:
                topic = read_state(record).origin.topic
                by_topic.setdefault(topic, []).extend(ids([record]))
        expected: dict[str, list[str]] = {}
        for event, record in life:
            expected.setdefault(record.topic, []).append(event.id)
        assert by_topic == expected


async def test_an_order_is_merged_by_time(past: Past, worlds: Worlds) -> None:
    """Events of one order in several topics come as they were produced."""
    acme = await past.subscribe(types=["*"])
    events = lifecycle(1, NOON, 0)
    for event in events:
        await past.produce(event)
        await worlds.clock.advance(1)
    await send(past, acme, replace(span(past), order=events[0].subject))
    assert len({event.type.partition(".")[0] for event in events}) > 1
    assert ids(await past.records(TIER)) == [event.id for event in events]


async def test_what_cannot_be_decoded_or_filtered_is_counted(past: Past) -> None:
    """Neither stops the rest."""
    acme = await past.subscribe(filter="data.totals > `1` && length(status) > `1`")
    broken = acme.model_copy(update={"filter": "abs(status) > `1`"})
    await past.order()
    await past.world.publisher.publish(Message("oms.order", b"k", b"{}"))
    found = await count(past.world, broken, span(past))
    assert found.undecodable == 1
    assert found.failed_filters > 0
    assert found.wanted == 0


async def test_a_dear_filter_waits_for_its_owner_s_steps(
    past: Past, worlds: Worlds
) -> None:
    """Spans read at once take no more of the thread than the owner's share of it."""
    dear = " | ".join(["`[1]`", *["[@,@][]"] * 9])
    acme = await past.subscribe(filter=dear, owner="acme")
    life = await past.order()
    efforts = Efforts(1_000, worlds.clock.monotonic)
    world = replace(past.world, efforts=efforts)
    efforts.spend("acme", 6_200)
    one = replace(span(past), types=["order.created"])
    counting = asyncio.create_task(count(world, acme, one))
    await worlds.clock.advance(4.9)
    assert not counting.done()
    await worlds.clock.advance(0.2)
    found = await counting
    assert (found.read, found.wanted) == (len(life), 1)


async def test_a_failed_write_is_an_error(past: Past, worlds: Worlds) -> None:
    """Nothing is passed over in silence."""
    acme = await past.subscribe()
    await past.order()
    worlds.broker.faults = lambda m: Fault.REFUSE if m.topic == TIER else None
    with pytest.raises(PublishError):
        await send(past, acme, span(past))


async def test_it_is_told_how_far_it_is(past: Past) -> None:
    """Of a week of events, somebody wants to know."""
    acme = await past.subscribe()
    await past.order()
    heard: list[int] = []
    found = await count(
        past.world, acme, span(past), hear=lambda so_far: heard.append(so_far.wanted)
    )
    assert heard == list(range(1, found.wanted + 1))
    assert found.complete


async def test_one_event_alone(past: Past) -> None:
    """By its webhook-id; others of the same time stay where they are."""
    acme = await past.subscribe()
    life = await past.order()
    event, _ = life[1]
    one = replace(span(past), event=event.webhook_id)
    found = await send(past, acme, one)
    assert (found.read, found.wanted) == (len(life), 1)
    assert ids(await past.records(TIER)) == [event.id]
