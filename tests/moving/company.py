"""The company: its OMS, its old sender, the bus's processes, and who kills them."""

import asyncio
import os
import socket
import sys
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import TypeAlias

from bus.access.roles import Role
from bus.event import Event
from processors.access.writer import Wish
from processors.migrations.steps import Planned, plan
from processors.migrations.world import MigrationsWorld, open_migrations
from processors.wiring.access import open_keys
from tests.moving.old import opened
from tests.support.bus import CLOCK, ROOT, Bus, running_bus, wait_until
from tests.support.kafka import KafkaUnderTest
from tests.support.orders import order_event

TIERS = {"short": "300ms", "long": "900ms"}
NEW, OLD = "/acme", "/old"
OVERLAP_S = 6.0
_AT_ONCE = 25
_BEHIND = 1_500
_QUICK = {"breaker_open_s": 0.5, "breaker_open_max_s": 2, "trace_ratio": 0}
Killed: TypeAlias = Callable[[], Awaitable[None]]


@dataclass
class Company:
    """What is moved, and what came of it at the partner."""

    bus: Bus
    on: MigrationsWorld
    table: Path
    api_port: int
    key: str
    chance: Random
    made_at: dict[str, float] = field(default_factory=dict)
    by: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    kills: Counter[str] = field(default_factory=Counter)
    running: dict[str, asyncio.subprocess.Process] = field(default_factory=dict)
    orders: int = 0

    # ------------------------------------------------ processes

    async def start(self, name: str) -> None:
        """Start one of the three, and do not wait."""
        if name == "old":
            self.running[name] = await self._old()
            return
        role = "all" if name == "worker" else "gateway"
        more = {} if name == "worker" else {"api_port": self.api_port}
        worker = await self.bus.run(role, **_QUICK, **more)  # type: ignore[arg-type]
        self.running[name] = worker.process

    async def _old(self) -> asyncio.subprocess.Process:
        owner = f"http://127.0.0.1:{self.api_port}/v1/migrations/acme/owner"
        with (self.table.parent / "old.log").open("ab") as log:
            return await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "tests.moving.old", str(self.table)),
                *(self.bus.receiver.url(OLD), owner),
                cwd=ROOT,
                env={"OLD_KEY": self.key, "PATH": os.environ["PATH"]},
                stdout=log,
                stderr=log,
            )

    async def kill(self, name: str) -> None:
        """SIGKILL one, and start another in its place."""
        process = self.running[name]
        process.kill()
        await process.wait()
        self.kills[name] += 1
        await self.start(name)

    async def kill_some(self) -> None:
        """For ever, the gateway less often: without it the old one sends all."""
        names = ["worker", "worker", "old", "old", "old", "gateway"]
        while True:
            await CLOCK.sleep(self.chance.uniform(4, 12))
            await self.kill(self.chance.choice(names))

    async def end(self) -> None:
        """End the old sender; the bus ends its own."""
        process = self.running["old"]
        if process.returncode is None:
            process.kill()
            await process.wait()

    # ------------------------------------------------ orders

    async def take_orders(self, orders: int, at_least_s: float) -> None:
        """So many orders of two events each, spread over the time at least."""
        began, first = CLOCK.monotonic(), self.orders
        while (taken := self.orders - first) < orders:
            due_s = at_least_s * taken / orders
            await CLOCK.sleep(max(0.0, began + due_s - CLOCK.monotonic()))
            count = min(_AT_ONCE, orders - taken)
            names = [f"SO-{self.orders + number:06}" for number in range(count)]
            self.orders += count
            for number, type_ in enumerate(("order.created", "order.updated")):
                events = [order_event(name, number, type_) for name in names]
                self._into_the_table(events)
                await self.bus.produce(events)
            await wait_until(lambda: self.missing() < _BEHIND, 300, "not far behind")
        await CLOCK.sleep(max(0.0, began + at_least_s - CLOCK.monotonic()))

    def _into_the_table(self, events: list[Event]) -> None:
        rows = []
        for event in events:
            made_at = CLOCK.now()
            self.made_at[event.webhook_id] = made_at
            rows.append((event.webhook_id, event.subject, event.type, 19.9, made_at))
        with closing(opened(str(self.table))) as base:
            base.execute("BEGIN")
            base.executemany(
                "INSERT INTO deliveries (id, order_number, name, amount, made_at)"
                " VALUES (?, ?, ?, ?, ?)",
                rows,
            )
            base.execute("COMMIT")

    # ------------------------------------------------ what came of it

    def look(self) -> None:
        """What the partner has had since."""
        for one in self.bus.receiver.received:
            if 200 <= one.status <= 299:
                self.by[one.webhook_id][one.path] += 1
        self.bus.receiver.forget()

    def missing(self) -> int:
        """How many events nobody has sent yet."""
        self.look()
        return len(self.made_at.keys() - self.by.keys())

    def waiting(self) -> int:
        """How many rows the old sender has yet to look at."""
        with closing(opened(str(self.table))) as base:
            (count,) = base.execute(
                "SELECT count(*) FROM deliveries WHERE done IS NULL"
            ).fetchone()
        return int(count)


@asynccontextmanager
async def open_company(
    kafka: KafkaUnderTest, folder: Path, seed: int
) -> AsyncIterator[Company]:
    """All of it runs; the migration is planned, and all orders are the old side's."""
    async with running_bus(kafka, folder, "company", tiers=TIERS) as bus:
        async with open_keys(bus.settings) as keys:
            await keys.table.ready()
            made = await keys.writer.create(Wish(Role.PRODUCER, "", "old sender"))
        with closing(socket.create_server(("127.0.0.1", 0))) as taken:
            port = int(taken.getsockname()[1])
        async with open_migrations(bus.world) as on:
            await plan(on, "acme", Planned(overlap_s=OVERLAP_S, shares=(25,)))
            await bus.subscribe("acme", ordering="key", retry=list(TIERS))
            chance = Random(seed)  # noqa: S311 - chance, not secrecy
            table = folder / "old.db"
            opened(str(table)).close()
            company = Company(bus, on, table, port, made.token, chance)
            for name in ("worker", "gateway", "old"):
                await company.start(name)
            for worker in bus.workers:
                await worker.ready(120)
            try:
                yield company
            finally:
                await company.end()
