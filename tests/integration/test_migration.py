"""An old sender's orders move to the bus through all phases, both killed at random."""

import asyncio
import sys
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from uuid import uuid4

import pytest

from bus.access.roles import Role
from bus.event import Event
from bus.migration.ledger import Migration
from bus.samples.lifecycles import sample
from processors.access.writer import Wish
from processors.migrations.steps import Planned, back, plan, step
from processors.migrations.world import MigrationsWorld, open_migrations
from processors.receiver import Behaviour
from processors.wiring.access import open_keys
from tests.support.bus import CLOCK, ROOT, Bus, running_bus, wait_until
from tests.support.kafka import KafkaUnderTest
from tests.support.old_shop import opened
from tests.support.site import Served, Site

EACH = 2  # events of an order
AT_ONCE, MOST_WAITING = 20, 200
OVERLAP_S, SLACK_S = 5.0, 5.0
TIERS = {"short": "300ms", "long": "900ms"}


@dataclass
class Moving:
    """The OMS, the old sender, the bus; and what is owed to the partner."""

    site: Site
    on: MigrationsWorld
    table: Path
    chance: Random
    served: Served
    made_us: dict[str, int] = field(default_factory=dict)
    order_of: dict[str, str] = field(default_factory=dict)
    kills: Counter[str] = field(default_factory=Counter)
    old: asyncio.subprocess.Process | None = None

    @property
    def bus(self) -> Bus:
        """The bus."""
        return self.site.bus

    # --- the OMS

    async def happen(self, orders: Sequence[str]) -> None:
        """Each order has an event: in the old sender's table, and on Kafka."""
        for start in range(0, len(orders), AT_ONCE):
            await wait_until(lambda: self.waiting() < MOST_WAITING, 60, "it keeps up")
            events = [_event(order) for order in orders[start : start + AT_ONCE]]
            now_us = int(CLOCK.now() * 1e6)
            with closing(opened(self.table)) as table, table:
                table.executemany(
                    "INSERT INTO outgoing (event_id, order_id, made_us, total)"
                    " VALUES (?, ?, ?, 19.95)",
                    [(one.id, one.subject, now_us) for one in events],
                )
            for one in events:
                self.made_us[one.webhook_id] = now_us
                self.order_of[one.webhook_id] = one.subject
            await self.bus.produce(events)

    def waiting(self) -> int:
        """How many the old sender has yet to look at."""
        with closing(opened(self.table)) as table:
            query = "SELECT count(*) FROM outgoing WHERE done_us IS NULL"
            (count,) = table.execute(query).fetchone()
        return int(count)

    # --- killing

    async def start_old(self) -> None:
        """Start the old sender."""
        owner = f"{self.served.url}/v1/migrations/acme/owner"
        self.old = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.support.old_shop", str(self.table)),
            *(owner, self.site.token, self.bus.receiver.url("/old")),
            cwd=ROOT,
        )

    async def kill_somebody(self) -> None:
        """SIGKILL one of them, and start it again."""
        whom = self.chance.choice(["old sender", "worker", "worker", "gateway"])
        self.kills[whom] += 1
        if whom == "old sender":
            await self.end_old()
            await self.start_old()
        elif whom == "worker":
            await self.bus.workers[-1].kill()
            await (await self.bus.run()).ready()
        else:
            port = int(self.served.url.rpartition(":")[2])
            await self.served.worker.kill()
            self.bus.workers.remove(self.served.worker)
            self.served = await self.site.gateway(api_port=port)
            self.bus.workers.insert(0, self.bus.workers.pop())

    async def end_old(self) -> None:
        """Kill the old sender."""
        if self.old is not None:
            self.old.kill()
            await self.old.wait()

    # --- what came of it

    def sides(self) -> dict[str, Counter[str]]:
        """How often each event was accepted, by who had sent it."""
        found: dict[str, Counter[str]] = {}
        for one in self.bus.receiver.received:
            if one.status == 200:
                found.setdefault(one.webhook_id, Counter())[one.path] += 1
        return found

    def unanswered(self) -> set[str]:
        """Events of which the old sender was told nothing."""
        with closing(opened(self.table)) as table:
            query = "SELECT event_id FROM outgoing WHERE asked = 'nothing'"
            return {id_ for (id_,) in table.execute(query)}

    def near_a_step(self, event_id: str, migration: Migration) -> bool:
        """Whether an event was made while both sides may send."""
        made_s = self.made_us[event_id] / 1e6
        near = (abs(made_s - one.at_ms / 1000) for one in migration.epochs)
        return min(near) <= OVERLAP_S + SLACK_S


def _event(order: str) -> Event:
    event = sample("order.updated", hash(order), datetime.now(UTC))
    data = {**event.data, "order_id": order}
    return replace(event, id=str(uuid4()), subject=order, data=data)


@asynccontextmanager
async def moving(
    kafka: KafkaUnderTest, folder: Path, seed: int
) -> AsyncIterator[Moving]:
    """Both senders, and a partner that fails one request of the bus in twenty."""
    async with running_bus(kafka, folder, f"moving{seed}", tiers=TIERS) as bus:
        async with open_keys(bus.settings) as keys:
            await keys.table.ready()
            key = await keys.writer.create(Wish(Role.OPERATOR, "", "the old sender"))
        site = Site(bus, key.token)
        bus.receiver.behave("/acme", Behaviour(fail_share=0.05))
        async with open_migrations(bus.world) as on:
            await plan(on, "acme", Planned(overlap_s=OVERLAP_S, shares=(25, 50)))
            await bus.subscribe(
                "acme", types=["order.*"], ordering="key", retry=list(TIERS)
            )
            served = await site.gateway()
            chance = Random(seed)  # noqa: S311 - chance, not secrecy
            made = Moving(site, on, folder / "shop.sqlite3", chance, served)
            await made.start_old()
            await (await bus.run()).ready()
            try:
                yield made
            finally:
                await made.end_old()


async def through_all_phases(made: Moving, orders: int) -> Migration:
    """Up every rung, back from each and up again; somebody dies in each stretch."""
    names = [f"SO-{number}" for number in range(orders)]
    stretches = 3 * 6 + 1
    events = [name for name in names for _ in range(EACH)]
    size = -(-len(events) // stretches)
    parts = [events[n : n + size] for n in range(0, len(events), size)]

    async def stretch() -> None:
        part = parts.pop(0) if parts else []
        half = len(part) // 2
        await made.happen(part[:half])
        await asyncio.gather(made.kill_somebody(), made.happen(part[half:]))

    await stretch()
    migration = made.on.table.get("acme")
    for _ in range(6):
        await step(made.on, "acme", force=True, why="the test's")
        await stretch()
        await back(made.on, "acme", why="a rehearsal")
        await stretch()
        migration = await step(made.on, "acme", force=True, why="the test's")
        await stretch()
    for part in parts:
        await made.happen(part)
    assert migration is not None
    assert (migration.now.phase, migration.now.share) == ("retired", 100)
    return migration


async def moved_whole(
    kafka: KafkaUnderTest, folder: Path, orders: int, seed: int
) -> None:
    """Every event is sent by one owner, or by both with one id, and none by nobody."""
    async with moving(kafka, folder, seed) as made:
        began = CLOCK.monotonic()
        migration = await through_all_phases(made, orders)
        owed = set(made.made_us)
        await wait_until(lambda: not made.waiting(), 300, "the old sender is through")
        await wait_until(
            lambda: owed <= made.sides().keys(),
            300,
            f"{len(owed - made.sides().keys())} events are sent",
        )
        sides, unanswered = made.sides(), made.unanswered()
        assert sides.keys() == owed
        both = {id_ for id_, by in sides.items() if len(by) == 2}
        odd = [id_ for id_ in both - unanswered if not made.near_a_step(id_, migration)]
        assert not odd
        alone = Counter(path for by in sides.values() if len(by) == 1 for path in by)
        again = sum(n - 1 for by in sides.values() for n in by.values())
        print(  # noqa: T201 - the figures of the long run
            f"\n{orders:,} orders, {len(owed):,} events in"
            f" {CLOCK.monotonic() - began:.0f} s, {len(migration.epochs)} epochs;"
            f" killed {dict(made.kills)}; by the old sender alone {alone['/old']:,},"
            f" by the bus alone {alone['/acme']:,}, by both with one id {len(both):,}"
            f" ({len(both & unanswered):,} unanswered); {again} again from one side"
        )
        assert alone["/old"]
        assert alone["/acme"]
        assert made.kills.total() == 19


@pytest.mark.kafka
async def test_an_old_sender_moves_whole(kafka: KafkaUnderTest, tmp_path: Path) -> None:
    """500 orders through all phases, a step back at each, 19 SIGKILLs."""
    await moved_whole(kafka, tmp_path, 500, seed=1)


@pytest.mark.kafka
@pytest.mark.long
async def test_twenty_thousand_orders_move_whole(
    kafka: KafkaUnderTest, tmp_path: Path
) -> None:
    """The same at length."""
    await moved_whole(kafka, tmp_path, 20_000, seed=2)
