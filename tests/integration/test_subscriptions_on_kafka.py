"""Subscriptions on a real Kafka: followers, secrets on disk, removal."""

import asyncio
import os
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bus.adapters.http.guard import Guard
from bus.adapters.kafka import (
    Connection,
    KafkaGroups,
    KafkaLogReader,
    KafkaPublisher,
    KafkaTopics,
)
from bus.delivery.subscription import State, Subscription
from bus.errors import InvalidSubscriptionError
from bus.record import Message, Record
from bus.topics.topology import Topology
from processors.access.trail import TopicAudit, Trail
from processors.clock import SystemClock
from processors.subscriptions.checks import Checks
from processors.subscriptions.document import draft
from processors.subscriptions.onboarding import add, rotate
from processors.subscriptions.removal import remove
from processors.subscriptions.table import SubscriptionTable
from processors.subscriptions.world import World
from processors.subscriptions.writer import SubscriptionWriter
from tests.support.kafka import KafkaUnderTest
from tests.support.pace import patience
from tests.support.worlds import (
    EVENT_TYPES,
    KEYS,
    TOPICS_FILE,
    NoSchemas,
    RecordingSender,
)

pytestmark = pytest.mark.kafka


def topology() -> Topology:
    """The declared topics, under names of this test's own."""
    text = TOPICS_FILE.read_text()
    prefix = f"t{uuid.uuid4().hex[:8]}."
    for name in ("bus.", "oms.", "_schemas"):
        text = text.replace(f" {name}", f" {prefix}{name}")
    return Topology.parse(text.replace("[bus.]", f"[{prefix}bus.]"), replication=1)


@asynccontextmanager
async def open_world(kafka: KafkaUnderTest, topics_: Topology) -> AsyncIterator[World]:
    """A process's world."""
    connection = Connection({"bootstrap.servers": kafka.bootstrap_servers})
    clock, topics = SystemClock(), KafkaTopics(connection)
    reader, publisher = KafkaLogReader(connection), KafkaPublisher(connection)
    names = {topics_.subscriptions, topics_.audit}
    mine = [t for t in topics_.fixed() if t.name in names]
    await topics.create(mine)
    table = SubscriptionTable(reader, KEYS, clock, topic=topics_.subscriptions)
    trail = Trail(TopicAudit(publisher, clock, topics_.audit), "cli:ada", "desk-7")
    try:
        async with table:
            yield World(
                publisher=publisher,
                reader=reader,
                topics=topics,
                groups=KafkaGroups(connection),
                schemas=NoSchemas(),
                sender=RecordingSender(),
                topology=topics_,
                table=table,
                writer=SubscriptionWriter(
                    publisher, table, KEYS, clock, os.urandom, trail
                ),
                trail=trail,
                checks=Checks(
                    topology=topics_,
                    event_types=EVENT_TYPES,
                    check_url=Guard().check_url,
                    check_tls=lambda _: None,
                ),
                clock=clock,
                random_bytes=os.urandom,
                group_prefix=f"{uuid.uuid4().hex[:8]}.",
            )
    finally:
        await publisher.close()


async def records(world: World, topic: str) -> list[Record]:
    """All records of a topic."""
    return [record async for batch in world.reader.read(topic) for record in batch]


def fields(**more: object) -> dict[str, object]:
    """A subscription as it is written."""
    headers = {"Authorization": "Bearer hush-hush"}
    least = {"id": "acme", "url": "https://acme.example", "types": "*"}
    return {**least, "headers": headers, **more}


async def test_a_change_is_seen_within_a_second(kafka: KafkaUnderTest) -> None:
    """Every follower has it, secrets opened; the topic's bytes hold none."""
    topics = topology()
    async with open_world(kafka, topics) as one, open_world(kafka, topics) as two:
        await two.table.ready()
        changed = asyncio.Event()
        two.table.on_change(lambda _old, _new: changed.set())
        taken = await add(one, draft(fields(), Path()))
        await asyncio.wait_for(changed.wait(), timeout=patience(1))
        changed.clear()
        for operate in (one.writer.pause, one.writer.resume):
            written = await operate("acme")
            await asyncio.wait_for(changed.wait(), timeout=patience(1))
            changed.clear()
            assert two.table.get("acme") == written
        found = two.table.get("acme")
        assert found is not None
        assert found.headers == {"Authorization": "Bearer hush-hush"}
        assert found.secrets[0].value == taken.secret
        raw = b"".join(r.value or b"" for r in await records(one, topics.subscriptions))
        assert b"hush" not in raw
        assert (taken.secret or "").encode() not in raw


async def test_two_processes_at_once(kafka: KafkaUnderTest) -> None:
    """Both changes stand; of two that add the same id one is refused."""
    topics = topology()
    async with open_world(kafka, topics) as one, open_world(kafka, topics) as two:
        await add(one, draft(fields(), Path()))
        with pytest.raises(InvalidSubscriptionError, match="exists already"):
            await two.writer.add(draft(fields(), Path()).subscription)
        rotated = await rotate(two, "acme", 3600)
        paused = await one.writer.pause("acme", "why")
        assert paused.secrets == rotated.subscription.secrets
        assert paused.state is State.PAUSED


async def test_no_change_of_many_is_lost(kafka: KafkaUnderTest) -> None:
    """Two processes count up the same field, twenty times each, at once."""
    topics = topology()

    def more(old: Subscription) -> Subscription:
        return old.model_copy(update={"concurrency": old.concurrency + 1})

    async with open_world(kafka, topics) as one, open_world(kafka, topics) as two:
        before = (await add(one, draft(fields(), Path()))).subscription.concurrency
        await asyncio.gather(
            *(w.writer.update("acme", more) for w in (one, two) for _ in range(20))
        )
        async with open_world(kafka, topics) as three:
            await three.table.ready()
            acme = three.table.get("acme")
            assert acme is not None
            assert acme.concurrency == before + 40
            assert three.table.unsettled() == []


async def test_a_removal_dead_letters_what_waits(kafka: KafkaUnderTest) -> None:
    """No processor runs: this one moves it, deletes the topics, keeps the letters."""
    topics = topology()
    async with open_world(kafka, topics) as world:
        await add(world, draft(fields(), Path()))
        tier = topics.retry_topic("acme", "5s")
        for key in (b"o1", b"o2", b"o3"):
            _ = await world.publisher.publish(Message(tier, key, b"body"))
        removed = await remove(world, "acme")
        assert (removed.pending, removed.moved, removed.dlq_kept) == (3, 3, True)
        letters = await records(world, topics.dlq_topic("acme"))
        assert sorted(r.key or b"" for r in letters) == [b"o1", b"o2", b"o3"]
        assert {dict(r.headers)["bus-reason"] for r in letters} == {b"removed"}
        assert world.table.all() == []
        left = await world.topics.names()
        assert [name for name in left if tier.rpartition(".")[0] in name] == []
