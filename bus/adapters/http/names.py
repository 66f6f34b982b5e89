"""From host names to addresses, without ever holding up the event loop or others.

`loop.getaddrinfo` runs on the loop's small shared thread pool (four threads under
uvloop), where a few names that never resolve would stall every other one. Here
each look-up has a thread of its own, at most one a name, and answers are kept for
a short time. Names that fail are remembered, too.
"""

import asyncio
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

Lookup: TypeAlias = Callable[[str], list[str]]
"""Name to addresses, blocking. Raises OSError when there are none."""

_MOST_THREADS = 64
_MOST_NAMES = 20_000


class UnresolvableError(Exception):
    """A name has no address now. The text says why."""


@dataclass(frozen=True, slots=True)
class _Known:
    addresses: list[str]
    failure: str
    until: float


def system_lookup(host: str) -> list[str]:
    """Ask the operating system's resolver."""
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in found))


class Names:
    """Resolves host names.

    Args:
        lookup: The blocking look-up underneath.
        ttl_s: How long answers and failures are believed.
    """

    def __init__(self, lookup: Lookup = system_lookup, *, ttl_s: float = 10) -> None:
        self._lookup = lookup
        self._ttl_s = ttl_s
        self._known: dict[str, _Known] = {}
        self._running: dict[str, asyncio.Task[_Known]] = {}
        self._threads = asyncio.Semaphore(_MOST_THREADS)

    async def resolve(self, host: str) -> list[str]:
        """The addresses of a name (a literal address is its own).

        Raises:
            UnresolvableError: it has none, or nobody could say.
        """
        known = self._known.get(host)
        if known is None or known.until <= asyncio.get_running_loop().time():
            known = await self._ask(host)
        if not known.addresses:
            raise UnresolvableError(known.failure)
        return known.addresses

    async def close(self) -> None:
        """Forget everything; look-ups under way are left to their threads."""
        running = list(self._running.values())
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        self._known.clear()

    async def _ask(self, host: str) -> _Known:
        task = self._running.get(host)
        if task is None:
            task = asyncio.create_task(self._look_up(host))
            self._running[host] = task
            task.add_done_callback(lambda _: self._running.pop(host, None))
        # A caller that gives up must not take the answer from the others.
        return await asyncio.shield(task)

    async def _look_up(self, host: str) -> _Known:
        loop = asyncio.get_running_loop()
        async with self._threads:
            found = loop.create_future()
            thread = threading.Thread(
                target=_run, args=(self._lookup, host, loop, found), daemon=True
            )
            try:
                thread.start()
            except RuntimeError:  # the system has none left; the next one asks again
                return _Known([], "no thread is left to look it up in", loop.time())
            answer: list[str] | str = await found
        until = loop.time() + self._ttl_s
        if isinstance(answer, str):
            known = _Known([], answer, until)
        else:
            known = _Known(answer, "no address", until)
        if len(self._known) >= _MOST_NAMES:
            self._known.pop(next(iter(self._known)))
        self._known[host] = known
        return known


def _run(
    lookup: Lookup,
    host: str,
    loop: asyncio.AbstractEventLoop,
    found: "asyncio.Future[list[str] | str]",
) -> None:
    answer: list[str] | str
    try:
        answer = lookup(host)
    except (OSError, UnicodeError) as error:
        answer = getattr(error, "strerror", None) or type(error).__name__
    try:
        loop.call_soon_threadsafe(_settle, found, answer)
    except RuntimeError:
        return  # the loop was closed meanwhile; nobody waits


def _settle(found: "asyncio.Future[list[str] | str]", answer: list[str] | str) -> None:
    if not found.done():
        found.set_result(answer)
