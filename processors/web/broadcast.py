"""Pages that are live: drawn as they change, once however many look, sent as cells.

A template marks its cells (`live` in `parts.html.j2`); what stands in each is compared
with what stood there before. Who looks at the same page with the same eyes hears the
same; who is slow hears only what is newest.
"""

import asyncio
import re
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

import orjson

from processors.gateway.routes import Asked, Send
from processors.live.hub import Live
from processors.live.signals import Reason

_CELL = re.compile(rb"<!--live ([^\s>]+?)-->(.*?)<!--/live-->", re.DOTALL)
_BEAT = 15
_SHARE = 20
"""What took a tenth of a second is drawn every two: so drawing takes a twentieth.

All pages of a tenant take that together, since every filter is a page of its own.
"""
_STILL_S = 5.0
"""What is made of the same as before is drawn so seldom: only the time has passed."""
Draw = Callable[[Asked], Awaitable[bytes]]
MadeOf = Callable[[Asked], object]


@dataclass(slots=True)
class _Shared:
    """One page as it is for some, and at which change each cell became what it is."""

    draw: Draw
    share: Callable[[str], int]
    made_of: MadeOf | None = None
    listeners: int = 0
    tick: int = -1
    due: float = 0.0
    made: object = None
    still: float = 0.0
    change: int = 0
    cells: dict[str, str] = field(default_factory=dict)
    changed: dict[str, int] = field(default_factory=dict)
    drawing: asyncio.Lock = field(default_factory=asyncio.Lock)
    ready: tuple[int, int, bytes] = (-1, -1, b"")

    async def renew(self, asked: Asked, tick: int) -> None:
        """Draw it anew if it may be another, unless somebody has in this second."""
        if self.tick == tick:
            return
        async with self.drawing:
            began = asked.api.world.clock.monotonic()
            if self.tick == tick or began < self.due:
                return
            self.tick = tick
            made = self.made_of(asked) if self.made_of else None
            if made is not None and made == self.made and began < self.still:
                return
            self.made, self.still = made, began + _STILL_S
            await self._draw(asked, began)

    async def _draw(self, asked: Asked, began: float) -> None:
        """Draw it, and see what became of the cells."""
        found = cells_of(await self.draw(asked))
        took = asked.api.world.clock.monotonic() - began
        self.due = began + self.share(asked.by.tenant) * took
        new = {n: c for n, c in found.items() if self.cells.get(n) != c}
        if new:
            self.change += 1
            self.cells.update(new)
            self.changed |= dict.fromkeys(new, self.change)

    def since(self, seen: int) -> bytes:
        """What became different after this change, as one message; empty: nothing."""
        if seen == self.change:
            return b""
        if self.ready[:2] != (seen, self.change):
            later = {n: c for n, c in self.cells.items() if self.changed[n] > seen}
            told = b"event: cells\ndata: " + orjson.dumps(later) + b"\n\n"
            self.ready = (seen, self.change, told)
        return self.ready[2]


class Broadcasts:
    """All pages that somebody looks at now."""

    def __init__(self) -> None:
        self._shared: dict[str, _Shared] = {}
        self._pages: Counter[str] = Counter()

    def join(
        self, key: str, draw: Draw, tenant: str = "", made_of: MadeOf | None = None
    ) -> _Shared:
        """Look at a page; `key` names it and whose eyes."""
        shared = self._shared.get(key)
        if shared is None:
            shared = self._shared[key] = _Shared(draw, self.share, made_of)
            self._pages[tenant] += bool(tenant)
        shared.listeners += 1
        return shared

    def share(self, tenant: str) -> int:
        """One of so many seconds is for drawing a page of this tenant."""
        return _SHARE * max(1, self._pages[tenant])

    def leave(self, key: str, tenant: str = "") -> None:
        """Look no more."""
        shared = self._shared[key]
        shared.listeners -= 1
        if not shared.listeners:
            del self._shared[key]
            self._pages[tenant] -= bool(tenant)
            self._pages += Counter()  # who has none is forgotten


class LivePage:
    """A stream of what changes on a page."""

    def __init__(
        self,
        asked: Asked,
        key: str,
        broadcasts: Broadcasts,
        draw: Draw,
        made_of: MadeOf | None = None,
    ) -> None:
        self._asked = asked
        self._key = key
        self._broadcasts = broadcasts
        self._shared = broadcasts.join(key, draw, asked.by.tenant, made_of)
        self._give_back: Callable[[], None] = lambda: None

    def hold(self, give_back: Callable[[], None]) -> None:
        """Give its place back once it is over."""
        self._give_back = give_back

    async def run(self, send: Send) -> Reason:
        """Send all cells, then those that change, until there is a reason to end."""
        live, seen, silent = self._asked.api.live, 0, 0
        await send(b"retry: 3000\n\n")
        while (reason := self._ending(live)) is None:
            tick = live.ticks
            await self._shared.renew(self._asked, tick)
            told, seen = self._shared.since(seen), self._shared.change
            silent = 0 if told else silent + 1
            if told or silent % _BEAT == 0:
                await send(told or b": all is well\n\n")
            while live.ticks == tick and not live.closing:
                await live.turn()
        return reason

    def last(self, reason: Reason) -> bytes:
        """Nothing: the browser comes back by itself."""
        del reason
        return b""

    def close(self) -> None:
        """It is over, or never began."""
        self._broadcasts.leave(self._key, self._asked.by.tenant)
        self._give_back()

    def _ending(self, live: Live) -> Reason | None:
        return Reason.DRAINING if live.closing else self._asked.ending()


def cells_of(page: bytes) -> Mapping[str, str]:
    """The cells that a page marks, by their ids."""
    return {name.decode(): cell.decode() for name, cell in _CELL.findall(page)}
