"""The connections of a sink, each kept as long as somebody uses it.

What the adapters share: none of them imports another one.
"""

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeAlias, TypeVar

from bus.delivery.delivery import Outcome, Unreachable
from bus.delivery.subscription import Tls
from bus.ports import NoAnswer, NoAnswerKind
from bus.sending import Places, Trust

_IDLE_S = 600.0
_OPEN_S = 10.0
_MOST_TIMEOUTS = 3
Streams: TypeAlias = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Closing(Protocol):
    """Something that is closed in the end."""

    async def close(self) -> None:
        """Close it; whoever waits on it hears that it is."""
        ...


Key = TypeVar("Key", bound=Hashable)
Lane = TypeVar("Lane", bound=Closing)


class Lanes(Generic[Key, Lane]):
    """Lanes by what tells them apart; those nobody has used for long are closed."""

    def __init__(self, idle_s: float = _IDLE_S) -> None:
        self._idle_s = idle_s
        self._lanes: dict[Key, Lane] = {}
        self._used: dict[Key, float] = {}
        self._closing: set[asyncio.Task[None]] = set()

    def of(self, key: Key, make: Callable[[], Lane]) -> Lane:
        """The lane of a key, made where there is none."""
        now = asyncio.get_running_loop().time()
        lane = self._lanes.get(key)
        if lane is None:
            self._retire(now)
            lane = self._lanes[key] = make()
        self._used[key] = now
        return lane

    async def close(self) -> None:
        """Close them all."""
        lanes = list(self._lanes.values())
        self._lanes.clear()
        self._used.clear()
        await asyncio.gather(*(lane.close() for lane in lanes), *self._closing)

    def _retire(self, now: float) -> None:
        """Close what nobody has used for long."""
        for key in [k for k, used in self._used.items() if now - used > self._idle_s]:
            del self._used[key]
            task = asyncio.create_task(self._lanes.pop(key).close())
            self._closing.add(task)
            task.add_done_callback(self._closing.discard)


class Where(Protocol):
    """What an endpoint says of its server."""

    @property
    def host(self) -> str:
        """Its name or address."""
        ...

    @property
    def port(self) -> int:
        """Its port."""
        ...

    @property
    def plain(self) -> bool:
        """Whether it is talked to without TLS."""
        ...


@dataclass(frozen=True, slots=True)
class Way:
    """How a server is connected to. `context` is None without TLS."""

    host: str
    port: int
    addresses: Sequence[str]
    context: ssl.SSLContext | None

    async def dial(self) -> Streams:
        """Connect to the addresses that were judged, one after the other.

        Raises:
            OSError: none of them can be connected to.
        """
        failure: OSError = ConnectionRefusedError()
        for address in self.addresses:
            try:
                return await asyncio.open_connection(
                    address,
                    self.port,
                    ssl=self.context,
                    server_hostname=self.host if self.context else None,
                )
            except OSError as error:
                failure = error
        raise failure


async def way_to(
    where: Where, tls: Tls | None, places: Places, trust: Trust
) -> Way | Unreachable:
    """How an endpoint is connected to, its name resolved and its addresses judged."""
    found = await places.admitted(where.host, where.port, plain=where.plain)
    if isinstance(found, NoAnswer):
        return Unreachable(found.kind, found.detail)
    context = None if where.plain else trust.context(tls)
    if isinstance(context, NoAnswer):
        return Unreachable(context.kind, context.detail)
    return Way(where.host, where.port, found, context)


class Opened(Closing, Protocol):
    """An open connection."""

    @property
    def is_open(self) -> bool:
        """Whether it can be used."""
        ...


Line = TypeVar("Line", bound=Opened)


class Kept(Generic[Line]):
    """A connection that is opened once for all who wait, and again when it has ended.

    Args:
        opening: Opens it, or says why not.
        judge: What an error means that opening it raises.
    """

    def __init__(
        self,
        opening: Callable[[], Awaitable[Line | Outcome]],
        judge: Callable[[BaseException], Outcome],
    ) -> None:
        self._open = opening
        self._judge = judge
        self._kept: Line | None = None
        self._task: asyncio.Task[Line | Outcome] | None = None
        self._timeouts = 0

    async def line(self) -> Line | Outcome:
        """The open connection; or why there is none."""
        kept = self._kept
        if kept is not None and kept.is_open and self._timeouts < _MOST_TIMEOUTS:
            return kept
        if self._task is None:
            self._task = asyncio.create_task(self._opened())
        task = self._task
        await asyncio.wait([task])
        return self._judge(EOFError()) if task.cancelled() else task.result()

    def heard(self, outcome: Outcome) -> None:
        """Take note of what came of a message.

        A machine that vanished says nothing, not even that it knows of no connection:
        after so many in a row there is a new one.
        """
        silent = isinstance(outcome, Unreachable) and (
            outcome.kind == NoAnswerKind.TIMEOUT
        )
        self._timeouts = self._timeouts + 1 if silent else 0

    async def close(self) -> None:
        """Close it; whoever waits hears that it is."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
        kept, self._kept = self._kept, None
        if kept is not None:
            await kept.close()

    async def _opened(self) -> Line | Outcome:
        before, self._kept = self._kept, None
        self._timeouts = 0
        try:
            if before is not None:
                await before.close()
            async with asyncio.timeout(_OPEN_S):
                found = await self._open()
        except Exception as error:  # noqa: BLE001 - whatever a stranger makes a library say
            return self._judge(error)
        finally:
            self._task = None
        if not isinstance(found, Outcome):
            self._kept = found
        return found
