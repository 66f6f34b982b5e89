"""Filters that are asked for people: in plans, releases, timelines and on pages.

Partners write them, and whoever serves people serves all of them on one thread. What
costs no more than usual is asked in place; the rest on another thread, one at a time,
so that nobody waits for it but who wants to know. It is paid from the owners' accounts.
"""

import asyncio
from collections.abc import Callable, Iterable

from bus.delivery.effort import STEPS_A_SECOND, Tab, payer_of
from bus.delivery.expressions import MAX_STEPS
from bus.delivery.matching import Match, Matcher
from bus.delivery.subscription import Subscription
from bus.event import Event
from processors.delivery.content import Content
from processors.subscriptions.world import World


class Filters:
    """Those of some subscriptions, compiled once."""

    def __init__(self, world: World, subscriptions: Iterable[Subscription]) -> None:
        self._world = world
        self._by_id = {one.id: one for one in subscriptions}
        self._usual = Matcher(self._by_id.values(), Tab({}))

    async def match(self, event: Event) -> Match:
        """Who wants it, as far as the owners' accounts go; the rest is undecided."""
        efforts = self._world.efforts
        left = efforts.left if efforts else lambda _: STEPS_A_SECOND
        return await self._match(event, left)

    async def decided(self, event: Event) -> Match:
        """Who wants it, each asked to its end; waits while owners have nothing left.

        Only what comes to no end is undecided.
        """
        return await self._match(event, lambda _: MAX_STEPS, patient=True)

    async def _match(
        self, event: Event, left: Callable[[str], int], *, patient: bool = False
    ) -> Match:
        content = Content(event)
        found = self._usual.match(event, content.doc)
        if not found.undecided:
            return found
        those = [self._by_id[name] for name in found.undecided]
        if patient:
            await self._chance(those)
        dear = await self._aside(event, content, those, left)
        return Match(
            (*found.subscriptions, *dear.subscriptions),
            (*found.failed_filters, *dear.failed_filters),
            dear.undecided,
        )

    async def _aside(
        self,
        event: Event,
        content: Content,
        those: Iterable[Subscription],
        left: Callable[[str], int],
    ) -> Match:
        async with self._world.aside:
            tab = Tab({payer: left(payer) for payer in map(payer_of, those)})
            try:
                return await asyncio.to_thread(
                    lambda: Matcher(those, tab).match(event, content.doc)
                )
            finally:
                if self._world.efforts is not None:
                    tab.settle(self._world.efforts)

    async def _chance(self, those: Iterable[Subscription]) -> None:
        """Wait until all who pay have something left."""
        efforts, clock = self._world.efforts, self._world.clock
        while efforts is not None:
            chance = max(efforts.next_chance(payer_of(one)) for one in those)
            if (wait_s := chance - clock.monotonic()) <= 0:
                return
            await clock.sleep(wait_s)
