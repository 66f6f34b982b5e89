"""Answered 2xx means kept: in Kafka, or on disk where nobody would send it again."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from bus.adapters.memory.broker import Fault
from bus.adapters.memory.clock import settle
from bus.record import Message
from bus.topics.partitioning import partition_of
from processors.sources import steps
from tests.support.door import ORDER, Knocker, opened, until
from tests.support.sources import added
from tests.support.worlds import Worlds

NAMES = [b'{"id": 7, "n": %d}' % number for number in range(5)]


async def quiet(knock: Knocker, name: str = "own") -> None:
    """A source whose sender never tries again; anybody may send."""
    await added(knock.world, id=name, channel="generic-json", unverified="park")


async def test_who_tries_again_is_told_to(knock: Knocker) -> None:
    """503 while Kafka takes nothing; then it goes on."""
    knock.worlds.broker.faults = lambda _: Fault.REFUSE
    for _ in range(2):
        got = await knock.shopify()
        assert got.status == 503
    assert knock.spool.bytes == 0
    notes = [name for name, _ in knock.observer.notes]
    assert notes.count("intake_away") == 1
    knock.worlds.broker.faults = lambda _: None
    await knock.worlds.clock.advance(2)
    assert (await knock.shopify()).status == 200
    assert len(knock.kept()) == 1
    assert ("intake_back", {"source": "shop-eu", "away_s": 2.0}) in knock.observer.notes


async def test_who_does_not_is_kept_on_disk(knock: Knocker) -> None:
    """And brought to Kafka in order, before anything newer."""
    await quiet(knock)
    knock.worlds.broker.faults = lambda _: Fault.REFUSE
    for body in NAMES[:3]:
        assert (await knock("/in/own", body)).status == 202
    knock.worlds.broker.faults = lambda _: None
    await knock.worlds.clock.advance(5)
    assert (await knock("/in/own", NAMES[3])).status == 202
    assert knock.kept("own") == []  # behind what is on disk
    task = asyncio.create_task(knock.draining.run())
    await until(lambda: not knock.spool.holds("own"))
    assert (await knock("/in/own", NAMES[4])).status == 202
    assert [raw.submission.body for raw in knock.kept("own")] == NAMES
    task.cancel()
    assert knock.spool.bytes == 0


async def test_what_fails_on_the_way_back_is_tried_on(knock: Knocker) -> None:
    """From where it stood; what was written before is not forgotten."""
    await quiet(knock)
    knock.worlds.broker.faults = lambda _: Fault.REFUSE
    for body in NAMES:
        await knock("/in/own", body)

    def fails(message: Message) -> Fault | None:
        return Fault.REFUSE if message.value == NAMES[2] else None

    knock.worlds.broker.faults = fails
    task = asyncio.create_task(knock.draining.run())
    await until(lambda: len(knock.kept("own")) >= 2)
    knock.worlds.broker.faults = lambda _: None

    async def sent() -> bool:
        await knock.worlds.clock.advance(1)
        return not knock.spool.holds("own")

    await until(sent)
    task.cancel()
    bodies = [raw.submission.body for raw in knock.kept("own")]
    assert bodies[:2] == NAMES[:2]
    assert bodies[-3:] == NAMES[2:]


async def test_one_sources_outage_is_its_own(knock: Knocker) -> None:
    """Another's topic takes what it sends."""
    await quiet(knock)
    await quiet(knock, "other")

    def fails(message: Message) -> Fault | None:
        return Fault.REFUSE if message.topic.endswith(".own") else None

    knock.worlds.broker.faults = fails
    assert (await knock("/in/own", ORDER)).status == 202
    assert (await knock("/in/other", ORDER)).status == 202
    assert len(knock.kept("other")) == 1
    assert knock.spool.sources() == ["own"]


async def test_one_partitions_outage_is_its_own(knock: Knocker) -> None:
    """What lives elsewhere is taken, between what is put off."""
    count = knock.worlds.topology.partitions_of_source
    away = 1

    def fails(message: Message) -> Fault | None:
        gone = message.key is not None and partition_of(message.key, count) == away
        return Fault.REFUSE if gone else None

    orders = [b'{"id": %d}' % number for number in range(40)]
    knock.worlds.broker.faults = fails
    answers = {body: (await knock.shopify(body)).status for body in orders}
    taken = [body for body, status in answers.items() if status == 200]
    put_off = [body for body, status in answers.items() if status == 503]
    assert len(taken) > len(put_off) > 0
    assert {raw.submission.body for raw in knock.kept()} == set(taken)
    knock.worlds.broker.faults = lambda _: None
    await knock.worlds.clock.advance(2)
    assert {(await knock.shopify(body)).status for body in put_off} == {200}
    notes = [name for name, _ in knock.observer.notes]
    assert (notes.count("intake_away"), notes.count("intake_back")) == (1, 1)


async def test_a_full_spool_is_said(worlds: Worlds, tmp_path: Path) -> None:
    """503 then, and nothing half kept."""
    async with opened(worlds, tmp_path, spool_bytes=1_000) as knock:
        await quiet(knock)
        worlds.broker.faults = lambda _: Fault.REFUSE
        statuses = [(await knock("/in/own", ORDER)).status for _ in range(5)]
        assert statuses[0] == 202
        assert statuses[-1] == 503
        assert any(name == "spool_fails" for name, _ in knock.observer.notes)


async def test_what_kafka_never_takes_is_too_large(knock: Knocker) -> None:
    """And is not tried for ever."""
    await quiet(knock)
    topic = knock.worlds.topology.raw_topic("own")
    state = knock.worlds.broker.topics[topic]
    small = {**state.config, "max.message.bytes": "2000"}
    knock.worlds.broker.change(replace(state, config=small))
    assert (await knock("/in/own", b"x" * 5_000)).status == 413
    assert (await knock("/in/own", b"x" * 50)).status == 202


async def test_a_missing_topic_stops_its_source_alone(knock: Knocker) -> None:
    """Until somebody makes it."""
    knock.worlds.broker.delete(knock.worlds.topology.raw_topic("shop-eu"))
    assert (await knock.shopify()).status == 503
    await steps.update(knock.world, "shop-eu", {"title": "x"})  # makes it again
    await knock.worlds.clock.advance(2)
    assert (await knock.shopify()).status == 200


async def test_too_fast_is_put_off(knock: Knocker) -> None:
    """Who tries again hears 503; when, says the bucket."""
    await steps.update(knock.world, "shop-eu", {"rate": 1, "burst": 2})
    assert [(await knock.shopify()).status for _ in range(3)] == [200, 200, 503]
    await knock.worlds.clock.advance(1)
    assert (await knock.shopify()).status == 200


async def test_who_does_not_try_again_waits_for_his_turn(knock: Knocker) -> None:
    """Held for a while instead of being put off."""
    await quiet(knock)
    await steps.update(knock.world, "own", {"rate": 1, "burst": 1})
    assert (await knock("/in/own", ORDER)).status == 202
    waiting = asyncio.create_task(knock("/in/own", ORDER))
    await until(lambda: knock.serving.in_flight)
    await settle()
    assert not waiting.done()

    async def answered() -> bool:
        await knock.worlds.clock.advance(1)
        return waiting.done()

    await until(answered)
    assert (await waiting).status == 202


@pytest.mark.parametrize("count", [1, 3])
async def test_a_stop_finishes_what_is_under_way(knock: Knocker, count: int) -> None:
    """Then nobody is let in."""
    sending = [asyncio.create_task(knock.shopify()) for _ in range(count)]
    await until(lambda: knock.serving.in_flight or sending[0].done())
    await knock.door.stop()
    statuses = [one.status for one in await asyncio.gather(*sending)]
    assert statuses == [200] * count
    assert len(knock.kept()) == count
