"""The intake part of `bus demo`: what it works with, and how it is told."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from rich.console import Console

from bus.access.audit import Change
from processors.demo.intake import Intake, IntakeWorlds, Received
from processors.demo.live import intake_table
from processors.settings import Settings
from processors.subscriptions.world import World
from processors.wiring.collecting import open_files
from processors.wiring.intake_sources import open_sources
from processors.wiring.parked import open_parked
from processors.wiring.stack import intake_url


@asynccontextmanager
async def taking_in(
    settings: Settings, world: World
) -> AsyncIterator["asyncio.Task[Received]"]:
    """Run it beside all else; given up where the block ends before it."""
    async with AsyncExitStack() as stack:
        worlds = IntakeWorlds(
            sources=await stack.enter_async_context(open_sources(settings)),
            files=await stack.enter_async_context(open_files(settings)),
            parked=await stack.enter_async_context(open_parked(settings, _missed)),
            reader=world.reader,
            clock=world.clock,
            door=intake_url(settings),
        )
        running = asyncio.create_task(Intake(worlds).run(), name="intake")
        try:
            yield running
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)


def _missed(_change: Change, _why: str) -> None:
    """The demo's audit goes with the demo."""


def tell_intake(received: Received, out: Console) -> None:
    """A row a source, then what was held and what became of it."""
    summary = received.summary()
    repeats = f"{summary['repeats']} repeat" + ("" if summary["repeats"] == 1 else "s")
    out.print()
    out.print(intake_table(received))
    out.print(
        f"{summary['submissions']} submissions of three channels, {summary['fetched']} "
        f"documents fetched, {repeats}: {summary['events']} events "
        f"on oms.intake, {summary['missing']} missing, {summary['duplicates']} twice.",
    )
    for held in received.held:
        out.print(f"Parked. {held}.")
