"""The projector on a real Kafka: rows in the log are records in Kafka, each once."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path

import psutil
import pytest

from bus.event import Event
from bus.record import Message
from processors.delivery.acks import ack_key, acknowledge
from processors.receiver import Behaviour
from tests.support.bus import Bus, Worker, running_bus
from tests.support.kafka import KafkaUnderTest
from tests.support.logged import attempted, opened_log
from tests.support.orders import many_events
from tests.support.postgres import PostgresUnderTest

TIERS = {"short": "300ms", "middle": "600ms", "long": "900ms"}
EVENTS, ACKED = 150, 5


@cache
def numbered() -> Sequence[Event]:
    """The events of all rounds, made once."""
    return many_events(3 * EVENTS)


@asynccontextmanager
async def delivering(
    kafka: KafkaUnderTest, folder: Path, name: str
) -> AsyncIterator[Bus]:
    """A bus whose partner fails one request in five."""
    async with running_bus(kafka, folder, name, tiers=TIERS) as bus:
        bus.receiver.behave("/erp", Behaviour(fail_share=0.2))
        await bus.subscribe("erp", retry=list(TIERS))
        worker = await bus.run()
        await worker.ready()
        yield bus


def of_round(round_: int) -> Sequence[Event]:
    """The events that happen in one round."""
    return numbered()[round_ * EVENTS : (round_ + 1) * EVENTS]


async def happen(bus: Bus, round_: int) -> None:
    """Events, acknowledgements, and what nobody can decode."""
    events = of_round(round_)
    await bus.produce(events)
    topology = bus.world.topology
    garbage = Message(f"{bus.name}.oms.order", b"k", b"garbage")
    await bus.publisher.publish(garbage)
    for event in events[:ACKED]:
        key = ack_key("erp", event.webhook_id)
        await acknowledge(
            bus.publisher, key, at="2026-01-01", by="t", topic=topology.acks
        )


async def delivered(bus: Bus, rounds: int) -> None:
    """Wait until the events of all rounds were attempted to their end.

    Acked ones may not be attempted at all.
    """
    owed = {
        event.webhook_id
        for round_ in range(rounds)
        for event in of_round(round_)[ACKED:]
    }

    await attempted(bus, "erp", owed)


async def project(bus: Bus, url: str, **settings: str) -> Worker:
    """Start a projector."""
    return await bus.run("projector", log_url=url, drain_s=1, **settings)  # type: ignore[arg-type]  # as its settings are


async def rival(bus: Bus, url: str) -> Worker:
    """Start one of another group, which owns all partitions, too.

    As one does that its group has taken for dead, and that knows nothing of it.
    """
    return await project(bus, url, group_prefix=f"{bus.name}-rival.")


def both_owned(one: Worker, other: Worker) -> None:
    """Fail unless two had the same partitions, and neither broke by it."""
    assert one.topics() & other.topics()
    assert [line for w in (one, other) for line in w.lines("bug")] == []


@pytest.mark.kafka
async def test_sqlite_and_projectors_that_are_killed(
    kafka: KafkaUnderTest, tmp_path: Path
) -> None:
    """Killed where it stands, three times, while all that can happen happens."""
    url = f"sqlite:///{tmp_path}/log.sqlite3"
    async with delivering(kafka, tmp_path, "log-sqlite") as bus:
        for round_ in range(3):
            projector = await project(bus, url)
            await happen(bus, round_)
            await projector.ready()
            await projector.kill()
        await project(bus, url)
        await delivered(bus, 3)
        async with opened_log(bus, url) as logged:
            assert await logged.at_rest() > 6 * EVENTS


@pytest.mark.kafka
@pytest.mark.postgres
@pytest.mark.long
async def test_postgres_that_is_killed_and_hangs(
    kafka: KafkaUnderTest, tmp_path: Path, postgres: PostgresUnderTest
) -> None:
    """Two projectors, one killed; the database killed, restarted, hung."""
    url = postgres.database()
    async with delivering(kafka, tmp_path, "log-postgres") as bus:
        first, second = await project(bus, url), await project(bus, url)
        await asyncio.gather(first.ready(), second.ready())
        await happen(bus, 0)
        postgres.kill()
        await happen(bus, 1)
        await delivered(bus, 2)  # nobody waits for the database
        postgres.start()
        await first.kill()
        async with opened_log(bus, url) as logged:
            await logged.until_caught_up(90)
            postgres.hang()
            try:
                await happen(bus, 2)
                await delivered(bus, 3)
            finally:
                postgres.thaw()
            assert await logged.at_rest() > 6 * EVENTS
        assert second.process.returncode is None
        assert second.lines("log_away")
        assert second.lines("log_back")
        assert second.lines("bug") == []


@pytest.mark.kafka
@pytest.mark.long
async def test_two_owners_of_every_partition(
    kafka: KafkaUnderTest, tmp_path: Path
) -> None:
    """Each record comes to the log twice, and stands there once."""
    url = f"sqlite:///{tmp_path}/log.sqlite3"
    await owned_twice(kafka, tmp_path, "log-owners", url)


@pytest.mark.kafka
@pytest.mark.postgres
@pytest.mark.long
async def test_two_owners_of_every_partition_in_postgres(
    kafka: KafkaUnderTest, tmp_path: Path, postgres: PostgresUnderTest
) -> None:
    """The same in PostgreSQL, where both may write at the same time."""
    await owned_twice(kafka, tmp_path, "log-owners-postgres", postgres.database())


async def owned_twice(kafka: KafkaUnderTest, folder: Path, name: str, url: str) -> None:
    """Have two projectors of two groups write one log; compare it with Kafka."""
    async with delivering(kafka, folder, name) as bus:
        one, other = await project(bus, url), await rival(bus, url)
        await happen(bus, 0)
        await delivered(bus, 1)
        async with opened_log(bus, url) as logged:
            assert await logged.at_rest() > 2 * EVENTS
        both_owned(one, other)


@pytest.mark.kafka
async def test_run_all_keeps_projector_and_watch_beside_it(
    kafka: KafkaUnderTest, tmp_path: Path
) -> None:
    """Where a log is configured: in processes of their own, which end with it."""
    url = f"sqlite:///{tmp_path}/log.sqlite3"
    async with running_bus(kafka, tmp_path, "log-beside") as bus:
        worker = await bus.run(attached=False, log_url=url)
        async with opened_log(bus, url) as logged:
            await logged.until_caught_up(60)
        children = psutil.Process(worker.process.pid).children(recursive=True)
        for role in ("projector", "watch"):
            assert [c for c in children if role in c.cmdline()]
        assert await worker.stop() == 0
        assert not [c for c in children if c.is_running()]
