"""Removing subscriptions: with processors, without, interrupted."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from bus.adapters.memory.clock import settle
from bus.adapters.memory.source import MemorySource
from bus.delivery.delivery import Reason
from bus.delivery.headers import read_state
from bus.delivery.small import read_elsewhere
from bus.delivery.subscription import State
from bus.errors import InvalidSubscriptionError, SubscriptionNotFoundError
from bus.record import Commit, Expired, Message, Record, TopicPartition
from processors.subscriptions.document import draft
from processors.subscriptions.onboarding import add
from processors.subscriptions.pending import pending
from processors.subscriptions.removal import Removed, remove
from processors.subscriptions.world import World
from tests.support.worlds import Worlds

STATE = (
    ("ce_id", b"e1"),
    ("ce_type", b"order.created"),
    ("bus-subscription", b"acme"),
    ("bus-origin", b"oms.order/3/77"),
    ("bus-origin-ms", b"1700000000000"),
    ("bus-attempts", b"2"),
    ("bus-replay", b"1"),
    ("bus-tier", b"5s"),
    ("bus-at-ms", b"1700000000000"),
)


class Processor:
    """A member of a group that says it is done with a record when told."""

    def __init__(self, worlds: Worlds, group: str) -> None:
        self._source = MemorySource(worlds.broker, group)
        self._seen: list[Record] = []

    async def start(self, topics: Collection[str]) -> None:
        """Join the group."""
        await self._source.start(topics, self)
        await settle()

    async def stop(self) -> None:
        """Leave it."""
        await self._source.stop()

    async def finish(self) -> None:
        """Commit everything seen."""
        done = {r.topic_partition: Commit(r.offset + 1) for r in self._seen}
        await self._source.commit(done)

    async def assigned(self, positions: Mapping[TopicPartition, Commit]) -> None:
        """Take partitions."""

    async def revoked(
        self, partitions: Collection[TopicPartition]
    ) -> Mapping[TopicPartition, Commit]:
        """Give them back, with nothing to commit."""
        self._seen = [r for r in self._seen if r.topic_partition not in partitions]
        return {}

    def lost(self, partitions: Collection[TopicPartition]) -> None:
        """Nothing to forget."""

    def expired(self, gone: Expired) -> None:
        """Nothing expires here."""
        raise AssertionError(gone)

    def has_room(self) -> bool:
        """There is always room."""
        return True

    def records(self, batch: Sequence[Record]) -> None:
        """Remember."""
        self._seen.extend(batch)


async def subscribe(world: World, **fields: object) -> None:
    """Add a subscription."""
    least = {"id": "acme", "url": "https://acme.example", "types": "*"}
    await add(world, draft(least | fields, Path()))


def wait_in(worlds: Worlds, topic: str, *keys: str) -> None:
    """Put deliveries where they wait."""
    for key in keys:
        worlds.broker.append(Message(topic, key.encode(), b"body", STATE))


def topics_of(worlds: Worlds) -> list[str]:
    """The subscription's topics that are there."""
    return [name for name in worlds.broker.topics if ".acme" in name]


async def test_without_processors_pending_ones_are_moved(worlds: Worlds) -> None:
    """All that waits is in the dead-letter topic, untouched but for the reason."""
    progress: list[tuple[int, int]] = []
    async with worlds.open() as world:
        await subscribe(world)
        wait_in(worlds, "bus.retry.acme.1s", "o1", "o2", "o3")
        wait_in(worlds, "bus.retry.acme.30s", "o4")
        done = {TopicPartition("bus.retry.acme.1s", 0): Commit(1)}
        worlds.broker.commit("bus.retry", done)
        assert await pending(world, "acme") == {
            "bus.retry.acme.1s": 2,
            "bus.retry.acme.30s": 1,
        }
        removed = await remove(
            world, "acme", progress=lambda *counts: progress.append(counts)
        )
        assert removed == Removed(
            pending=3,
            moved=3,
            deleted_topics=[
                "bus.retry.acme.1s",
                "bus.retry.acme.30s",
                "bus.retry.acme.5s",
            ],
            dlq_kept=True,
        )
        assert world.table.get("acme") is None
    assert topics_of(worlds) == ["bus.dlq.acme"]
    letters = worlds.records("bus.dlq.acme")
    assert sorted(r.key or b"" for r in letters) == [b"o2", b"o3", b"o4"]
    state = read_state(letters[0])
    assert state.reason is Reason.REMOVED
    assert (state.attempts, state.replay, state.tier) == (2, 1, "5s")
    assert (state.origin.topic, state.origin.offset) == ("oms.order", 77)
    assert letters[0].value == b"body"
    assert dict(letters[0].headers)["ce_id"] == b"e1"
    assert progress[0] == (0, 3)
    assert progress[-1] == (3, 3)


async def test_an_ordered_one_without_processors(worlds: Worlds) -> None:
    """The ordered topic's deliveries are moved and the topic goes."""
    async with worlds.open() as world:
        await subscribe(world, ordering="key")
        wait_in(worlds, "bus.ordered.acme", "o1", "o2", "o3")
        removed = await remove(world, "acme")
        assert (removed.pending, removed.moved) == (3, 3)
    assert topics_of(worlds) == ["bus.dlq.acme"]


async def test_a_record_without_state_is_moved_as_it_is(worlds: Worlds) -> None:
    """What is no hop of ours is kept, too."""
    async with worlds.open() as world:
        await subscribe(world)
        worlds.broker.append(Message("bus.retry.acme.1s", b"k", b"v", (("x", b"y"),)))
        await remove(world, "acme")
    (letter,) = worlds.records("bus.dlq.acme")
    assert letter.headers == (("x", b"y"), ("bus-reason", b"removed"))


@pytest.mark.parametrize("purge", [True, False])
async def test_an_empty_or_purged_dead_letter_topic_goes(
    worlds: Worlds, *, purge: bool
) -> None:
    """Dead letters are kept unless there are none or nobody wants them."""
    async with worlds.open() as world:
        await subscribe(world)
        if purge:
            wait_in(worlds, "bus.dlq.acme", "o1")
        removed = await remove(world, "acme", purge=purge)
        assert not removed.dlq_kept
    assert topics_of(worlds) == []


async def test_running_processors_do_the_dead_lettering(worlds: Worlds) -> None:
    """They are told by the state; the topics go only when nothing is left."""
    retry, fanout = Processor(worlds, "bus.retry"), Processor(worlds, "bus.fanout")
    async with worlds.open() as world:
        await subscribe(world)
        wait_in(worlds, "bus.retry.acme.5s", "o1", "o2")
        await retry.start(["bus.retry.acme.1s", "bus.retry.acme.5s"])
        await fanout.start(["oms.order"])
        removing = asyncio.create_task(remove(world, "acme"))
        await worlds.clock.advance(3)
        acme = world.table.get("acme")
        assert acme is not None
        assert acme.state is State.REMOVING
        await retry.finish()
        await worlds.clock.advance(5)
        # What fanout had in flight may still hop; that is waited for and dealt with.
        wait_in(worlds, "bus.retry.acme.1s", "o3")
        await worlds.clock.advance(5)
        assert world.table.get("acme") is not None
        await retry.finish()
        await worlds.clock.advance(6)
        assert world.table.get("acme") is not None
        await worlds.clock.advance(5)
        removed = await removing
        assert (removed.pending, removed.moved) == (2, 0)
        assert topics_of(worlds) == []
        await retry.stop()
        await fanout.stop()


async def test_processors_that_end_meanwhile_are_stood_in_for(worlds: Worlds) -> None:
    """If the last processor stops, this process moves what is left."""
    retry = Processor(worlds, "bus.retry")
    async with worlds.open() as world:
        await subscribe(world)
        wait_in(worlds, "bus.retry.acme.5s", "o1", "o2")
        await retry.start(["bus.retry.acme.5s"])
        removing = asyncio.create_task(remove(world, "acme"))
        await worlds.clock.advance(2)
        await retry.stop()
        await worlds.clock.advance(2)
        assert (await removing).moved == 2
    assert len(worlds.records("bus.dlq.acme")) == 2


async def test_an_interrupted_removal_goes_on(worlds: Worlds) -> None:
    """Asked for again, it ends what it began."""
    retry = Processor(worlds, "bus.retry")
    async with worlds.open() as world:
        await subscribe(world)
        wait_in(worlds, "bus.retry.acme.5s", "o1")
        await retry.start(["bus.retry.acme.5s"])
        removing = asyncio.create_task(remove(world, "acme"))
        await worlds.clock.advance(2)
        removing.cancel()
        await retry.stop()
    async with worlds.open() as world:
        assert (await remove(world, "acme")).moved == 1
        assert world.table.all() == []


async def test_none_is_not_removed(worlds: Worlds) -> None:
    """An unknown id is said to be unknown."""
    async with worlds.open() as world:
        with pytest.raises(SubscriptionNotFoundError, match="no subscription acme"):
            await remove(world, "acme")


async def test_an_unreadable_one_goes_only_while_nothing_runs(worlds: Worlds) -> None:
    """Processors that cannot read its state would go on retrying."""
    retry = Processor(worlds, "bus.retry")
    async with worlds.open() as world:
        await subscribe(world)
        wait_in(worlds, "bus.retry.acme.5s", "o1")
        worlds.broker.append(Message("bus.subscriptions", b"acme", b"{"))
        await retry.start(["bus.retry.acme.5s"])
        with pytest.raises(InvalidSubscriptionError, match="cannot be read"):
            await remove(world, "acme")
        await retry.stop()
        assert (await remove(world, "acme")).moved == 1
        assert world.table.unreadable == {}
        assert world.table.all() == []


async def test_one_without_topics_goes_as_well(worlds: Worlds) -> None:
    """Somebody deleted the topics by hand; the record goes all the same."""
    async with worlds.open() as world:
        await subscribe(world)
        for topic in topics_of(worlds):
            worlds.broker.delete(topic)
        removed = await remove(world, "acme")
        assert removed == Removed(0, 0, [], dlq_kept=False)


async def test_what_the_dead_letter_topic_never_takes_leaves_a_small_one(
    worlds: Worlds,
) -> None:
    """It says where the event stands in its source topic: its own goes now."""
    async with worlds.open() as world:
        await subscribe(world)
        wait_in(worlds, "bus.retry.acme.1s", "o1", "o2")
        big = Message("bus.retry.acme.1s", b"o3", b"b" * 10_000, STATE)
        worlds.broker.append(big)
        dlq = worlds.broker.topics["bus.dlq.acme"]
        worlds.broker.change(replace(dlq, config={"max.message.bytes": "5000"}))
        removed = await remove(world, "acme")
        assert (removed.pending, removed.moved) == (3, 3)
    letters = worlds.records("bus.dlq.acme")
    assert [len(letter.value or b"") for letter in letters] == [4, 4, 0]
    elsewhere = read_elsewhere(letters[2])
    assert elsewhere is not None
    assert (elsewhere.place, elsewhere.size) == ("oms.order/3/77", 10_000)
    assert read_state(letters[2]).reason is Reason.REMOVED
