"""Public keys that senders keep at addresses of their own: had once, then known.

Which addresses may be asked, the channel says; here they are bounded: in number, in
bytes, in time, and in how many new ones are asked for in a minute, since anybody can
name some.
"""

import asyncio
from collections import OrderedDict
from dataclasses import replace
from typing import NamedTuple

from bus.delivery.rate import Bucket
from bus.intake.channels.definition import Channel
from bus.intake.verifying.fetched import FetchedKey
from bus.ports import Clock, Observer
from bus.sending import Ask, Asker, Got
from processors.intake.keeping import Arrived
from processors.telemetry import intake_names as names

_WITHIN_S = 5.0
_MOST_BYTES = 64 * 2**10
_KNOWN = 256
_FOR_S = 6 * 3_600.0
_NONE_FOR_S = 60.0
_NEW_PER_S, _NEW_AT_ONCE = 1.0, 20
_OK = 200
_MAY_PASS = frozenset({408, 429})
_SERVERS = 500


class NoKeyNowError(Exception):
    """The key cannot be had now; later it may."""


async def with_keys(
    keys: "FetchedKeys | None", channel: Channel, arrived: Arrived
) -> Arrived:
    """What arrived, with the key that it names if its channel goes by one.

    Raises:
        NoKeyNowError: it cannot be had now.
    """
    if keys is None or not isinstance(channel.verifier, FetchedKey):
        return arrived
    url = channel.verifier.key_url(arrived.headers)
    return arrived if url is None else replace(arrived, keys=await keys.at(url))


class _Known(NamedTuple):
    keys: tuple[str, ...]
    until: float


class FetchedKeys:
    """Gets keys by address; of several who ask for one at once, one does."""

    def __init__(self, asker: Asker, clock: Clock, observer: Observer) -> None:
        self._asker = asker
        self._clock = clock
        self._observer = observer
        self._known: OrderedDict[str, _Known] = OrderedDict()
        self._asking: dict[str, asyncio.Task[tuple[str, ...]]] = {}
        self._bucket = Bucket(_NEW_PER_S, clock.monotonic(), float(_NEW_AT_ONCE))

    async def at(self, url: str) -> tuple[str, ...]:
        """What stands at an address, as PEM; nothing: there is no key.

        Raises:
            NoKeyNowError: it cannot be had now.
        """
        now = self._clock.monotonic()
        known = self._known.get(url)
        if known is not None and now < known.until:
            self._known.move_to_end(url)
            return known.keys
        asking = self._asking.get(url)
        if asking is None:
            if not self._bucket.take(now):
                raise NoKeyNowError
            asking = asyncio.create_task(self._get(url), name="key")
            self._asking[url] = asking
            asking.add_done_callback(lambda _: self._asking.pop(url, None))
        # Who leaves early takes the answer from nobody else.
        return await asyncio.shield(asking)

    async def _get(self, url: str) -> tuple[str, ...]:
        got = await self._asker.ask(Ask(url, (), _WITHIN_S, _MOST_BYTES))
        if not isinstance(got, Got):
            self._observer.note(names.NO_KEY, url=url, why=got.detail or got.kind.value)
            raise NoKeyNowError
        if got.status in _MAY_PASS or got.status >= _SERVERS:
            self._observer.note(names.NO_KEY, url=url, why=f"answered {got.status}")
            raise NoKeyNowError
        text = got.body.decode("ascii", errors="replace") if got.status == _OK else ""
        keys = (text,) if "-----BEGIN " in text else ()
        lasts_s = _FOR_S if keys else _NONE_FOR_S
        self._known[url] = _Known(keys, self._clock.monotonic() + lasts_s)
        if len(self._known) > _KNOWN:
            self._known.popitem(last=False)
        return keys
