"""A hub on a broker in memory, and listeners that write down what they hear."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bus.adapters.memory import MemoryGroups, MemoryLogReader, settle
from bus.log.rows import AttemptRow
from processors.delivery.decoding import Decoder
from processors.live.hub import Live, LiveParts, LivePolicy
from processors.live.listening import Ending, Listening
from processors.live.positions import Kind, read, write
from processors.live.reading import Reading
from processors.live.signals import Beat, Gap, Heard, Reason, Signal
from processors.live.wanted import Wanted
from tests.support.projecting import ProjectedBus
from tests.support.worlds import Worlds


def beginning(worlds: Worlds) -> str:
    """The id of one who has heard nothing of all there is."""
    topics = {*worlds.topology.sources, worlds.topology.attempts}
    return write(frozenset(Kind), dict.fromkeys(worlds.broker.partitions(topics), 0))


class Heeding:
    """What one listener has heard. While `reads` is not set it takes nothing."""

    def __init__(self) -> None:
        self.signals: list[Signal] = []
        self.reads = asyncio.Event()
        self.reads.set()
        self.reason: Reason | None = None
        self.task: asyncio.Task[None] | None = None

    @property
    def id(self) -> str:
        """The last one that it was told."""
        return self.signals[-1].id

    @property
    def gaps(self) -> list[Gap]:
        """What it missed."""
        return [one for one in self.signals if isinstance(one, Gap)]

    @property
    def beats(self) -> int:
        """How often it heard that all is well."""
        return sum(isinstance(one, Beat) for one in self.signals)

    @property
    def orders(self) -> list[str]:
        """The orders of what it heard, `!` before those of attempts."""
        return [
            f"{'!' * isinstance(one.row, AttemptRow)}{one.row.order_id}"
            for one in self.signals
            if isinstance(one, Heard)
        ]

    async def tell(self, signal: Signal) -> None:
        """Hear it."""
        await self.reads.wait()
        self.signals.append(signal)


class LiveBus(ProjectedBus):
    """A broker with events and attempts, and hubs over it."""

    def hub(self, policy: LivePolicy | None = None) -> Live:
        """A hub as a gateway has one."""
        decoder = Decoder(self.schemas, self.clock, self.observer)
        parts = LiveParts(
            reader=MemoryLogReader(self.broker),
            groups=MemoryGroups(self.broker),
            group="bus.fanout",
            clock=self.clock,
            observer=self.observer,
            topology=self.topology,
            item=Reading(decoder, self.clock, self.topology.attempts).item,
        )
        return Live(parts, policy)

    @asynccontextmanager
    async def listening(
        self,
        hub: Live,
        wanted: Wanted | None = None,
        since: str = "",
        ending: Ending = lambda: None,
        *,
        whose: str = "",
        stuck: bool = False,
    ) -> AsyncIterator[Heeding]:
        """Somebody listens, from an id on if there is one; `stuck`: takes nothing."""
        heard = Heeding()
        if stuck:
            heard.reads.clear()
        stand = read(since) if since else None
        begun = asyncio.Event()

        async def hear() -> None:
            wants = wanted or Wanted()
            async with Listening(hub, wants, stand, ending, whose) as listening:
                begun.set()
                heard.reason = await listening.hear(heard.tell)

        heard.task = asyncio.create_task(hear())
        try:
            async with asyncio.timeout(10):
                waiting = asyncio.create_task(begun.wait())
                await asyncio.wait(
                    {waiting, heard.task}, return_when=asyncio.FIRST_COMPLETED
                )
                waiting.cancel()
            await settle()
            yield heard
        finally:
            heard.task.cancel()
            await asyncio.gather(heard.task, return_exceptions=True)
