"""The table over `bus.subscriptions`."""

import asyncio
from dataclasses import replace

import pytest

from bus.adapters.memory.clock import settle
from bus.adapters.memory.reader import MemoryLogReader
from bus.delivery.subscription import Subscription
from bus.errors import (
    BrokerUnavailableError,
    TopicError,
)
from bus.record import Message, Written
from processors.subscriptions.keys import Keys
from processors.subscriptions.table import SubscriptionTable
from tests.support.subscriptions import TOPIC, make, put, stored
from tests.support.worlds import KEYS, Worlds


async def test_what_was_written_is_read_by_another_process(worlds: Worlds) -> None:
    """A follower has the subscription, secrets opened, as soon as it is written."""
    async with worlds.open() as one, worlds.open() as two:
        await two.table.ready()
        written = await one.writer.add(make())
        await settle()
        assert two.table.get("acme") == written
        assert [s.id for s in two.table.all()] == ["acme"]
        assert written.headers == make().headers
        assert written.secrets == make().secrets
        assert written.tls == make().tls


async def test_the_topic_holds_no_secret(worlds: Worlds) -> None:
    """Secrets, header values and the client key are sealed in the topic's bytes."""
    async with worlds.open() as world:
        await world.writer.add(make())
    (record,) = worlds.records(TOPIC)
    assert record.key == b"acme"
    assert record.value is not None
    assert b"hush" not in record.value
    assert b"aHVzaGh1c2ho" not in record.value
    assert record.value.count(b"sealed:v1:") == 3


async def test_loading_makes_one_change_a_subscription(worlds: Worlds) -> None:
    """On loading only the newest record counts, and removed ones do not appear."""
    for description in ("one", "two"):
        put(worlds, "acme", stored(make(description=description)))
    put(worlds, "gone", stored(make("gone")))
    put(worlds, "gone", None)
    changes: list[tuple[Subscription | None, Subscription | None]] = []
    async with worlds.open() as world:
        world.table.on_change(lambda old, new: changes.append((old, new)))
        await world.table.ready()
        assert changes == [(None, make(description="two"))]
        put(worlds, "acme", stored(make(description="two")))
        put(worlds, "acme", None)
        await settle()
        assert changes[1:] == [(make(description="two"), None)]
        assert world.table.get("acme") is None


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("acme", b"{", "not JSON"),
        ("acme", b"[]", "not a JSON object"),
        ("acme", b"{}", "id: is required; url: is required"),
        ("acme", stored(make("other")), "differs from the record's key"),
        ("acme", stored(make(), Keys((b"x" * 32,))), "sealed under another key"),
        (
            "acme",
            stored(make()).replace(b'"id":"s1"', b'"id":"s2"'),
            "the sealed text or its context changed",
        ),
        ("acme", stored(make(filter="[")), "filter: "),
        ("acme", stored(make(accept="image/png")), "accept: "),
    ],
)
async def test_a_bad_record_leaves_the_good_version(
    worlds: Worlds, name: str, value: bytes, why: str
) -> None:
    """It is reported without secrets; the earlier version and all others stay."""
    put(worlds, name, stored(make()))
    async with worlds.open() as world:
        await world.table.ready()
        put(worlds, name, value)
        put(worlds, "later", stored(make("later")))
        await settle()
        assert world.table.get("acme") == make()
        assert world.table.get("later") == make("later")
        assert why in world.table.unreadable[name]
        ((reported, text),) = worlds.problems
        assert reported == name
        assert why in text
        assert "hush" not in text
        put(worlds, name, stored(make(description="good again")))
        await settle()
        assert world.table.unreadable == {}


async def test_a_bad_record_found_on_loading_leaves_the_good_version(
    worlds: Worlds,
) -> None:
    """What the topic still holds of an earlier good version is used."""
    put(worlds, "acme", stored(make()))
    put(worlds, "acme", b"{")
    put(worlds, "acme", b"[")
    put(worlds, "never", b"{")
    put(worlds, "back", None)
    put(worlds, "back", b"{")
    async with worlds.open() as world:
        await world.table.ready()
        assert world.table.all() == [make()]
        assert set(world.table.unreadable) == {"acme", "never", "back"}
        assert "not JSON" in world.table.unreadable["acme"]


async def test_a_record_without_key_harms_nobody(worlds: Worlds) -> None:
    """Somebody's stray record, from before the topic was compacted, is reported."""
    topic = worlds.broker.topics[TOPIC]
    worlds.broker.change(replace(topic, config={"cleanup.policy": "delete"}))
    worlds.broker.append(Message(TOPIC, None, b"{}"))
    worlds.broker.append(Message(TOPIC, b"\xff", b"{}"))
    put(worlds, "acme", stored(make()))
    async with worlds.open() as world:
        await world.table.ready()
        assert world.table.all() == [make()]
        assert len(worlds.problems) == 2


async def test_a_field_of_a_newer_version_is_left_out(worlds: Worlds) -> None:
    """An older process still sees what a newer one wrote."""
    put(worlds, "acme", stored(make()).replace(b"{", b'{"colour":"red",', 1))
    async with worlds.open() as world:
        await world.table.ready()
        assert world.table.get("acme") == make()


async def test_a_rotated_key_opens_the_old_records(worlds: Worlds) -> None:
    """The first key seals, all of them open."""
    put(worlds, "acme", stored(make()))
    worlds.keys = Keys((b"n" * 32, *KEYS.all))
    async with worlds.open() as world:
        await world.writer.pause("acme")
    worlds.keys = Keys((b"n" * 32,))
    async with worlds.open() as world:
        await world.table.ready()
        acme = world.table.get("acme")
        assert acme is not None
        assert acme.secrets == make().secrets


async def test_an_outage_is_waited_out(worlds: Worlds) -> None:
    """When the broker is back the table goes on where it was."""
    async with worlds.open() as world:
        await world.table.ready()
        worlds.broker.down()
        worlds.broker.up()
        put(worlds, "acme", stored(make()))
        await settle()
        assert world.table.get("acme") == make()


async def test_a_missing_topic_is_said(worlds: Worlds) -> None:
    """Who waits for the table hears what ended it."""
    worlds.broker.delete(TOPIC)
    with pytest.raises(TopicError, match="no such topic"):
        async with worlds.open() as world:
            await world.table.ready()
    with pytest.raises(TopicError, match="no such topic"):
        async with worlds.open():
            await settle()


async def test_nobody_waits_for_ever(worlds: Worlds) -> None:
    """After its end, and before its first run, the table says that it is not fed."""
    table = SubscriptionTable(MemoryLogReader(worlds.broker), KEYS, worlds.clock)
    async with table:
        await table.ready()
    with pytest.raises(BrokerUnavailableError, match="no longer followed"):
        await table.applied(Written(TOPIC, 0, 7))
    running = asyncio.create_task(table.run())
    await settle()
    running.cancel()
    await asyncio.wait([running])
    await SubscriptionTable(
        MemoryLogReader(worlds.broker), KEYS, worlds.clock
    ).__aexit__(None, None, None)


async def test_a_listener_that_fails_stops_nobody(worlds: Worlds) -> None:
    """It is reported by the kind of its error; the others still hear of the change."""
    heard: list[Subscription | None] = []

    def fail(_old: object, _new: object) -> None:
        raise ValueError("hush")

    async with worlds.open() as world:
        world.table.on_change(fail)
        world.table.on_change(lambda _old, new: heard.append(new))
        await world.writer.add(make())
        assert len(heard) == 1
        assert worlds.problems == [("acme", "a listener failed: ValueError")]
        assert world.table.trouble() is None
