"""A list of a source's API, read on from where it was read to.

What a page brings is in Kafka before it is noted that it was read: a crash costs that
a page is read again, and convert knows what it has had.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from bus.intake.channels.definition import Channel
from bus.intake.fetching.template import read_template
from bus.intake.pulling.declared import ListPull
from bus.intake.pulling.reading import (
    Page,
    UnusableError,
    farther,
    first_position,
    page_of,
    url_of,
    with_overlap,
)
from bus.intake.sources import Fetch, Source
from bus.ports import Clock
from bus.sending import Ask
from bus.times import moment_of
from processors.convert.asking import MOST_BYTES, Asking
from processors.convert.patience import patiently
from processors.pulling.cursors import Cursors
from processors.pulling.keeping import Keeping

_MOST_PAGES = 10_000
_MOST_SEEN = 20_000


@dataclass(frozen=True, slots=True)
class Pulling:
    """What lists are read with."""

    asking: Asking
    cursors: Cursors
    keeping: Keeping
    clock: Clock


class ListReader:
    """Reads one list; knows by their bytes the items that it has had lately."""

    def __init__(
        self, source: Source, channel: Channel, pull: ListPull, fetch: Fetch
    ) -> None:
        self._source = source
        self._channel = channel
        self._pull = pull
        self._fetch = fetch
        defaults = {name: one.default for name, one in channel.settings.items()}
        self._settings: Mapping[str, str] = {**defaults, **source.settings}
        self._seen: OrderedDict[bytes, None] = OrderedDict()

    async def look(self, tools: Pulling) -> int:
        """Read to its end; how many items were new.

        Raises:
            UnusableError, UnparsableError, MissingError, FailedError: it cannot be
                read, for the reason it says.
            OrderbusError: Kafka cannot be used.
        """
        cursor = await tools.cursors.of(self._source.id, self._pull)
        if cursor is None:
            now = moment_of(tools.clock.now() * 1000)
            cursor = first_position(self._pull, now)
        position: str | None = with_overlap(self._pull, cursor)
        link, count = "", 0
        for _ in range(_MOST_PAGES):
            asked = link or url_of(self._pull, self._settings, position or "")
            page = await self._page(tools, asked, position or "")
            count += await self._keep(tools, page)
            cursor = farther(self._pull, cursor, page.reached)
            link, position = page.link, page.follows
            if not link:  # the pages of a Link need not be sorted
                await tools.cursors.reached(self._source.id, self._pull, cursor)
            if not link and position is None:
                return count
        raise UnusableError(f"there are more than {_MOST_PAGES:,} pages")

    async def _page(self, tools: Pulling, url: str, position: str) -> Page:
        credentials = await tools.asking.credentials(self._source.id, self._fetch)
        headers = [
            (name, read_template(text).header(self._settings, credentials))
            for name, text in self._pull.headers.items()
        ]
        ask = Ask(url, headers, self._fetch.timeout_s, MOST_BYTES)
        limits = self._pull.rate_headers
        got = await patiently(
            tools.asking, tools.clock, (self._source, self._fetch), limits, ask
        )
        now = moment_of(tools.clock.now() * 1000)
        asked = (url, position)
        return page_of(self._pull, asked, got.body, got.headers.get("link", ""), now)

    async def _keep(self, tools: Pulling, page: Page) -> int:
        """Write the items that are new; how many. All are there when it returns."""
        new = {sha256(item).digest(): item for item in page.items}
        fresh = {key: item for key, item in new.items() if key not in self._seen}
        keep = tools.keeping.keep
        await asyncio.gather(
            *(
                keep(
                    self._source,
                    self._channel,
                    item,
                    self._pull.sent_as,
                    documents=self._pull.documents,
                )
                for item in fresh.values()
            )
        )
        for key in new:
            self._seen[key] = None
            self._seen.move_to_end(key)
        while len(self._seen) > _MOST_SEEN:
            self._seen.popitem(last=False)
        return len(fresh)
