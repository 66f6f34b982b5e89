"""All phases up, each with a step back, while orders come; then it is counted."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from bus.migration.phases import ladder
from processors.migrations.steps import back, step
from tests.moving.company import NEW, OLD, OVERLAP_S, Company, open_company
from tests.support.bus import CLOCK, wait_until
from tests.support.kafka import KafkaUnderTest

_LASTS_S = 1.5 * OVERLAP_S
_SETTLES_S = 300.0
_WHY = "the test's"


@dataclass(frozen=True)
class Moved:
    """What came of it, counted at the partner."""

    orders: int
    events: int
    nobodys: int
    strange: int
    by_old: int
    by_new: int
    by_both: int
    again: int
    steps: int
    back: int
    kills: str
    took_s: float

    def text(self) -> str:
        """As lines."""
        return (
            f"orders                 {self.orders:,} ({self.events:,} events)\n"
            f"sent by nobody         {self.nobodys:,}\n"
            f"of no known id         {self.strange:,}\n"
            f"by the old side alone  {self.by_old:,}\n"
            f"by the bus alone       {self.by_new:,}\n"
            f"by both, with one id   {self.by_both:,}\n"
            f"again by the same side {self.again:,}\n"
            f"steps                  {self.steps}, {self.back} of them back\n"
            f"killed                 {self.kills}\n"
            f"took                   {self.took_s:.0f} s"
        )

    def check(self) -> None:
        """Assert that each event was sent by one owner, or by both with one id."""
        assert self.nobodys == 0, self.text()
        assert self.strange == 0, self.text()
        assert self.by_old + self.by_new + self.by_both == self.events
        assert min(self.by_old, self.by_new) > 0, "either side had some for itself"


async def move(
    kafka: KafkaUnderTest,
    folder: Path,
    orders: int,
    seed: int,
    say: Callable[[str], None],
) -> Moved:
    """Move so many orders."""
    began = CLOCK.monotonic()
    async with open_company(kafka, folder, seed) as company:
        killing = asyncio.create_task(company.kill_some())
        try:
            await _climb(company, orders, say)
        finally:
            killing.cancel()
            with suppress(asyncio.CancelledError):
                await killing
        await wait_until(lambda: not company.missing(), _SETTLES_S, "all were sent")
        await wait_until(lambda: not company.waiting(), _SETTLES_S, "no row waits")
        company.look()
        return _counted(company, CLOCK.monotonic() - began)


async def _climb(company: Company, orders: int, say: Callable[[str], None]) -> None:
    """A rung up, back, and up again, until the old side is retired."""
    rungs = ladder((25,))[1:]
    each, left = orders // (3 * len(rungs) + 1), orders
    await company.take_orders(each, _LASTS_S)
    left -= each
    for number, rung in enumerate(rungs):
        for turn in (step, back, step):
            if turn is step:
                await step(company.on, "acme", force=True, why=_WHY)
            else:
                await back(company.on, "acme", why="a rehearsal")
            last = number == len(rungs) - 1 and each * 2 > left
            count = left if last else each
            now = company.on.table.get("acme")
            assert now is not None
            say(
                f"  {now.now.phase} {now.now.share} %: {count} orders,"
                f" {company.missing()} events to come"
            )
            await company.take_orders(count, _LASTS_S)
            left -= count
        assert now is not None
        assert now.now.rung == rung


def _counted(company: Company, took_s: float) -> Moved:
    sides = {id_: frozenset(had) for id_, had in company.by.items()}
    made = company.made_at.keys()
    migration = company.on.table.get("acme")
    assert migration is not None
    only = [had for id_, had in sides.items() if id_ in made]
    return Moved(
        orders=company.orders,
        events=len(made),
        nobodys=len(made - sides.keys()),
        strange=len(sides.keys() - made),
        by_old=only.count(frozenset({OLD})),
        by_new=only.count(frozenset({NEW})),
        by_both=only.count(frozenset({OLD, NEW})),
        again=sum(n - 1 for had in company.by.values() for n in had.values()),
        steps=len(migration.epochs) - 1,
        back=sum(one.back for one in migration.epochs),
        kills=", ".join(f"{name} {n} times" for name, n in company.kills.items()),
        took_s=took_s,
    )
