"""Keys on a real Kafka: two processes that change the same ones, and the audit."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from bus.access.digests import ServerKeys
from bus.access.roles import Role
from bus.adapters.kafka import Connection, KafkaLogReader, KafkaPublisher, KafkaTopics
from bus.errors import NotAuthenticatedError
from bus.topics.topology import Topology
from bus.versions import READ_TO
from processors.access.authenticating import authenticate
from processors.access.history import Wanted, read_history
from processors.access.table import KeyTable
from processors.access.trail import TopicAudit, Trail
from processors.access.uses import Uses
from processors.access.world import KeysWorld
from processors.access.writer import KeyWriter, Wish
from processors.clock import SystemClock
from tests.support.bus import wait_until
from tests.support.kafka import KafkaUnderTest
from tests.support.topics_file import named_topics

pytestmark = pytest.mark.kafka
SERVER = ServerKeys.of([b"s" * 32])


@asynccontextmanager
async def process(
    kafka: KafkaUnderTest, topology: Topology, actor: str
) -> AsyncIterator[tuple[KeysWorld, KafkaLogReader]]:
    """What one process has to do with keys."""
    connection = Connection({"bootstrap.servers": kafka.bootstrap_servers})
    clock, reader = SystemClock(), KafkaLogReader(connection)
    publisher = KafkaPublisher(connection, linger_ms=0)
    mine = {topology.keys, topology.audit}
    await KafkaTopics(connection).create(
        [topic for topic in topology.fixed() if topic.name in mine]
    )
    table = KeyTable(reader, clock, topic=topology.keys)
    trail = Trail(TopicAudit(publisher, clock, topology.audit), actor, "desk-7")
    writer = KeyWriter(publisher, table, SERVER, clock, os.urandom, trail)
    world = KeysWorld(
        table=table, writer=writer, server_keys=SERVER, trail=trail, clock=clock
    )
    try:
        async with table:
            await table.ready()
            yield world, reader
    finally:
        await publisher.close()


async def test_two_processes_change_the_same_keys(kafka: KafkaUnderTest) -> None:
    """Uses, rotations and a revocation at once: all stand, none undoes another."""
    topology = Topology.parse(named_topics(f"k{os.urandom(4).hex()}"), replication=1)
    async with (
        process(kafka, topology, "cli:ada") as (one, reader),
        process(kafka, topology, "k2") as (two, _),
    ):
        made = [
            await one.writer.create(Wish(Role.PARTNER, "acme", f"number {n}"))
            for n in range(5)
        ]
        uses = Uses(two.table, two.writer, SERVER, two.clock)
        for key in made:
            uses.note(key.key.id, key.token)
        await wait_until(lambda: len(two.table.all()) == len(made), 10, "known")
        await two.writer.used(made[-1].key.id, made[-1].token)
        await asyncio.gather(
            uses.write(),
            *(one.writer.rotate(key.key.id, 3600) for key in made),
            *(two.writer.revoke(key.key.id) for key in made[:4]),
            return_exceptions=True,
        )
        async with process(kafka, topology, "cli:eve") as (three, _):
            for world in (one, two, three):
                for key in made[:4]:
                    with pytest.raises(NotAuthenticatedError):
                        authenticate(world.table, SERVER, key.token, world.clock.now())
            kept = [three.table.get(key.key.id) for key in made]
            assert all(key is not None and key.revoked_at for key in kept[:4])
            assert (last := kept[4]) is not None
            assert last.rotated is not None
            assert last.last_used is not None
            assert three.table.unsettled() == []
        told = await read_history(reader, topology.audit, Wanted(entity="key"))
        revoked = {a.change.entity_id for a in told if a.change.action == "revoke"}
        assert revoked == {key.key.id for key in made[:4]}
        assert {a.change.actor for a in told} == {"cli:ada", "k2"}
        newest = [r async for batch in reader.read(topology.keys) for r in batch][-1]
        assert newest.topic_id
        assert dict(newest.headers)[READ_TO].startswith(f"{newest.topic_id}/".encode())
