"""The projector on a real Kafka: rows in the log are records in Kafka, each once."""

import asyncio
import random
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
from processors.redrive.letters import Wanted, read_letters
from tests.support.bus import CLOCK, Bus, Worker, running_bus, wait_until
from tests.support.kafka import KafkaUnderTest
from tests.support.logged import Logged, opened_log
from tests.support.orders import many_events
from tests.support.postgres import PostgresUnderTest

TIERS = {"short": "300ms", "middle": "600ms", "long": "900ms"}
EVENTS, ACKED = 150, 5
MANY, KILLS = 20_000, 200


@cache
def numbered(count: int) -> Sequence[Event]:
    """So many events, made once."""
    return many_events(count)


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


def of_round(round_: int, count: int) -> Sequence[Event]:
    """The events that happen in one round."""
    events = numbered(3 * EVENTS if count == EVENTS else MANY)[
        round_ * count : (round_ + 1) * count
    ]
    assert len(events) == count
    return events


async def happen(bus: Bus, round_: int, count: int = EVENTS) -> None:
    """Events, acknowledgements, and what nobody can decode."""
    events = of_round(round_, count)
    await bus.produce(events)
    topology = bus.world.topology
    garbage = Message(f"{bus.name}.oms.order", b"k", b"garbage")
    await bus.publisher.publish(garbage)
    for event in events[:ACKED]:
        key = ack_key("erp", event.webhook_id)
        await acknowledge(
            bus.publisher, key, at="2026-01-01", by="t", topic=topology.acks
        )


async def delivered(bus: Bus, rounds: int, count: int = EVENTS) -> None:
    """Wait until the events of all rounds were attempted to their end.

    Each was accepted, or is a dead letter after its last attempt, as one in 600 is of
    a partner that fails one in five. Acked ones may not be attempted at all.
    """
    owed = {
        event.webhook_id
        for round_ in range(rounds)
        for event in of_round(round_, count)[ACKED:]
    }

    async def ended() -> bool:
        if not (missing := owed - set(bus.accepted("/erp"))):
            return True
        await CLOCK.sleep(0.5)
        letters = read_letters(bus.world, "erp", Wanted())
        dead = {letter.event_id async for batch in letters for letter in batch}
        return missing <= dead

    await wait_until(ended, 90, "all events are attempted to their end")


async def at_rest(logged: Logged) -> int:
    """Wait until nothing more comes and all is in the log; compare; how many rows."""
    seen = -1
    while (now := len(await logged.records())) != seen:
        seen = now
        await CLOCK.sleep(1)
    await logged.until_caught_up(90)
    return await logged.check()


async def project(bus: Bus, url: str) -> Worker:
    """Start a projector."""
    return await bus.run("projector", log_url=url, drain_s=1)


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
            assert await at_rest(logged) > 6 * EVENTS


@pytest.mark.kafka
@pytest.mark.postgres
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
            assert await at_rest(logged) > 6 * EVENTS
        assert second.process.returncode is None
        assert second.lines("log_away")
        assert second.lines("log_back")
        assert second.lines("bug") == []


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


# ------------------------------------------------ the long run


class Mischief:
    """Two projectors; one is killed, or the database, again and again."""

    def __init__(
        self, bus: Bus, url: str, server: PostgresUnderTest, seed: int
    ) -> None:
        self.kills = self.restarts = self.moves = 0
        self._bus = bus
        self._url = url
        self._server = server
        self._random = random.Random(seed)  # noqa: S311 - a seed makes it repeatable
        self._projectors: list[Worker] = []

    async def run(self, kills: int) -> None:
        """Go on until so many projectors were killed; leave one."""
        while self.kills < kills:
            await self._start()
            await self._let_live()
            if self._random.random() < 0.15:
                await self._restart_database()
            if self._random.random() < 0.3:
                await self._move()
            await self._kill()
        await self._start()

    async def _let_live(self) -> None:
        """Most have begun to read when one of them is killed, some have not."""
        if self._random.random() < 0.8:
            await asyncio.gather(*(one.ready(120) for one in self._projectors))
            await CLOCK.sleep(self._random.uniform(0, 1.5))
        else:
            await CLOCK.sleep(self._random.uniform(0, 3))

    async def _start(self) -> None:
        while len(self._projectors) < 2:
            self._projectors.append(await project(self._bus, self._url))

    async def _kill(self) -> None:
        at = self._random.randrange(len(self._projectors))
        await self._projectors.pop(at).kill()
        self.kills += 1

    async def _move(self) -> None:
        """Let one go in good order, so that its partitions move."""
        at = self._random.randrange(len(self._projectors))
        await self._projectors.pop(at).stop()
        self.moves += 1
        await self._start()

    async def _restart_database(self) -> None:
        await asyncio.to_thread(self._server.kill)
        await CLOCK.sleep(self._random.uniform(0, 1))
        await asyncio.to_thread(self._server.start)
        self.restarts += 1


@pytest.mark.kafka
@pytest.mark.postgres
@pytest.mark.long
@pytest.mark.timeout(3600)
async def test_two_hundred_kills(
    kafka: KafkaUnderTest, tmp_path: Path, postgres: PostgresUnderTest
) -> None:
    """At random moments, with databases restarted and partitions moved between."""
    url = postgres.database()
    async with delivering(kafka, tmp_path, "log-long") as bus:
        mischief = Mischief(bus, url, postgres, seed=9)
        running = asyncio.create_task(mischief.run(KILLS))
        rounds = 0
        while not running.done() and rounds < MANY // 20:
            await happen(bus, rounds, 20)
            rounds += 1
            await CLOCK.sleep(1)
        await running
        await delivered(bus, rounds, 20)
        async with opened_log(bus, url) as logged:
            rows = await at_rest(logged)
        print(f"{mischief.kills} kills, {mischief.restarts} restarts of the database,")  # noqa: T201
        print(f"{mischief.moves} moves: {rows} rows are {rows} records")  # noqa: T201
        assert mischief.kills == KILLS
