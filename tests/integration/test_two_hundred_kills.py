"""Projectors and gateways killed at 200 random moments, on a real Kafka.

Between that the database is killed and restarted, and partitions move. Events are
published through the gateways that die, each request again until it is answered.
"""

import asyncio
import random
from asyncio import FIRST_COMPLETED
from collections.abc import Awaitable, Callable, Iterator, Sequence
from itertools import count, islice
from pathlib import Path

import pytest

from bus.event import Event
from bus.log.rows import EventRow
from bus.record import Message
from bus.samples.lifecycles import lifecycle
from processors.receiver import Behaviour
from tests.support.bus import CLOCK, Worker
from tests.support.kafka import KafkaUnderTest
from tests.support.logged import Logged, attempted, opened_log
from tests.support.orders import STARTED
from tests.support.postgres import PostgresUnderTest
from tests.support.publishing import SOURCE, Oms
from tests.support.site import Served, Site, open_site

KILLS, SEED = 200, 9
BATCH, ACKED = 20, 5
Start = Callable[[], Awaitable[Worker]]


class Pair:
    """Two processes of one role, replaced as they go."""

    def __init__(self, role: str, start: Start) -> None:
        self.role = role
        self.there: list[Worker] = []
        self.kills = self.stops = 0
        self._start = start

    async def fill(self) -> None:
        """Start what is missing; nobody waits until it is ready."""
        while len(self.there) < 2:
            self.there.append(await self._start())

    async def ready(self) -> None:
        """Wait until both are."""
        await asyncio.gather(*(one.ready(120) for one in self.there))

    async def kill(self, draws: random.Random) -> None:
        """SIGKILL one."""
        await self._one(draws).kill()
        self.kills += 1

    async def stop(self, draws: random.Random) -> None:
        """Let one go in good order; a projector's partitions move."""
        await self._one(draws).stop()
        self.stops += 1

    def _one(self, draws: random.Random) -> Worker:
        return self.there.pop(draws.randrange(len(self.there)))


class Mischief:
    """What happens to projectors, gateways and the database, drawn from a seed."""

    def __init__(
        self, site: Site, url: str, server: PostgresUnderTest, seed: int
    ) -> None:
        self._seed = seed
        self._site = site
        self._server = server
        self._open: dict[int, Served] = {}
        self.projectors = Pair(
            "projector", lambda: site.bus.run("projector", log_url=url, drain_s=1)
        )
        self.gateways = Pair("gateway", lambda: site.begin_gateway(log_url=url))
        self.restarts = 0

    def serving(self) -> list[Served]:
        """The gateways that have said that they serve."""
        found = []
        for worker in self.gateways.there:
            pid = worker.process.pid
            if pid not in self._open and worker.lines("api_serves"):
                self._open[pid] = self._site.served(worker)
            if pid in self._open:
                found.append(self._open[pid])
        return found

    async def run(self, kills: int) -> None:
        """Go on until so many were killed, half of them gateways; leave two of each."""
        await asyncio.gather(
            self._haunt(self.projectors, kills - kills // 2),
            self._haunt(self.gateways, kills // 2),
        )

    async def _haunt(self, pair: Pair, kills: int) -> None:
        draws = random.Random(f"{self._seed} {pair.role}")  # noqa: S311 - repeatable
        await pair.fill()
        while pair.kills < kills:
            await self._let_live(pair, draws)
            if pair is self.projectors and draws.random() < 0.3:
                await self._restart_database(draws)
            if draws.random() < 0.3:
                await pair.stop(draws)
                await pair.fill()
            await pair.kill(draws)
            await pair.fill()

    async def _let_live(self, pair: Pair, draws: random.Random) -> None:
        """Most have begun to work when one of them is killed, some have not."""
        if draws.random() < 0.8:
            await pair.ready()
            await CLOCK.sleep(draws.uniform(0, 1.5))
        else:
            await CLOCK.sleep(draws.uniform(0, 3))

    async def _restart_database(self, draws: random.Random) -> None:
        await asyncio.to_thread(self._server.kill)
        await CLOCK.sleep(draws.uniform(0, 1))
        await asyncio.to_thread(self._server.start)
        self.restarts += 1


def events() -> Iterator[Event]:
    """One order after the other, without an end."""
    for seed in count():
        yield from lifecycle(seed, STARTED, 0)


async def happen(site: Site, oms: Oms, some: Sequence[Event]) -> set[str]:
    """Events, one by itself, acks, and what nobody can decode; who has to get there."""
    key = some[0].webhook_id
    ids = [
        *await oms.publish(f"single-{key}", some[:1]),
        *await oms.publish(f"batch-{key}", some[1:]),
    ]
    await site.bus.publisher.publish(Message("oms.order", b"k", b"garbage"))
    await oms.acknowledge("erp", ids[:ACKED])
    return set(ids[ACKED:])


async def again(logged: Logged, oms: Oms) -> int:
    """Compare what was answered with what is there; how much is there twice."""
    rows = [row for row in await logged.rows() if isinstance(row, EventRow)]
    return oms.check({row.at: row.event_id for row in rows if row.source == SOURCE})


@pytest.mark.kafka
@pytest.mark.postgres
@pytest.mark.long
@pytest.mark.timeout(5400)
async def test_two_hundred_kills(
    kafka: KafkaUnderTest, tmp_path: Path, postgres: PostgresUnderTest
) -> None:
    """Rows are records, each once; what was acknowledged is there, under one id."""
    url, owed = postgres.database(), set[str]()
    async with open_site(kafka, tmp_path, "two-hundred") as site:
        site.bus.receiver.behave("/erp", Behaviour(fail_share=0.2))
        await site.bus.subscribe("erp", retry=["1s", "5s"])
        await (await site.bus.run()).ready()
        mischief = Mischief(site, url, postgres, SEED)
        oms = Oms(mischief.serving, SEED)
        running = asyncio.create_task(mischief.run(KILLS))
        source = events()
        while not running.done():
            some = list(islice(source, BATCH))
            happening = asyncio.create_task(happen(site, oms, some))
            await asyncio.wait((running, happening), return_when=FIRST_COMPLETED)
            if running.done():
                await running  # one that ended by itself leaves nobody to publish to
            owed |= await happening
            await CLOCK.sleep(1)
        await running
        await attempted(site.bus, "erp", owed)
        async with opened_log(site.bus, url) as logged:
            rows = await logged.at_rest()
            twice = await again(logged, oms)
    figures = {
        "projectors killed": mischief.projectors.kills,
        "gateways killed": mischief.gateways.kills,
        "databases restarted": mischief.restarts,
        "moves": mischief.projectors.stops,
        "rows that are records": rows,
        "events acknowledged and there under one id": len(oms.told),
        "records written again": twice,
        "requests without an answer": oms.unanswered,
        "answered as before": oms.repeated,
    }
    print(figures)  # noqa: T201 - for the docs
    assert mischief.projectors.kills + mischief.gateways.kills == KILLS
