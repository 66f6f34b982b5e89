"""The connection to a server: addresses that were admitted, commands in a row.

Answers come in the order of what was asked, so one connection carries many at a time.
"""

import asyncio
import math
import ssl
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from redis.asyncio.connection import Connection
from redis.exceptions import RedisError, ResponseError
from typing_extensions import override

from bus.adapters.redis.codes import unreachable
from bus.adapters.redis.errors import outcome_of
from bus.delivery.delivery import Outcome, Unreachable
from bus.delivery.streams import RedisEndpoint
from bus.delivery.subscription import Login, Tls
from bus.ports import NoAnswer, NoAnswerKind
from bus.sending import Places, Trust

_OPEN_S = 10.0
_MOST_TIMEOUTS = 3


@dataclass(frozen=True, slots=True)
class Way:
    """How a server is connected to. `context` is None without TLS."""

    endpoint: RedisEndpoint
    addresses: Sequence[str]
    context: ssl.SSLContext | None
    login: Login | None


class _Admitted(Connection):
    """redis-py's connection, to an address that was judged; it asks no name."""

    def __init__(self, way: Way, address: str) -> None:
        login = way.login
        super().__init__(
            host=address,
            port=way.endpoint.port,
            db=way.endpoint.database,
            username=None if login is None else login.username,
            password=None if login is None else login.password,
            protocol=2,
            driver_info=None,
            socket_timeout=_OPEN_S,
        )
        self._way = way

    @override
    def _connection_arguments(self) -> Mapping[str, object]:
        plain: dict[str, object] = {"host": self.host, "port": self.port}
        if self._way.context is None:
            return plain
        name = self._way.endpoint.host
        return {**plain, "ssl": self._way.context, "server_hostname": name}


class Line:
    """An open connection, and what waits for its answer on it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._waiting: deque[asyncio.Future[Outcome | bytes]] = deque()
        self._writing = asyncio.Lock()
        self._reading = asyncio.create_task(self._read())

    @property
    def is_open(self) -> bool:
        """Whether more can be asked."""
        return not self._reading.done()

    async def ask(self, command: Sequence[bytes]) -> Outcome | bytes:
        """Ask, and return what was answered; or what became of the connection."""
        answer: asyncio.Future[Outcome | bytes]
        answer = asyncio.get_running_loop().create_future()
        async with self._writing:
            if not self.is_open:
                return unreachable(NoAnswerKind.RESET)
            self._waiting.append(answer)
            await self._connection.send_command(*command, check_health=False)
        return await answer

    async def close(self) -> None:
        """Close it; whoever waits hears that it is."""
        self._reading.cancel()
        await asyncio.wait([self._reading])

    async def _read(self) -> None:
        outcome: Outcome = unreachable(NoAnswerKind.RESET)
        try:
            while True:
                self._answered(await self._next())
        except (RedisError, OSError) as error:
            outcome = outcome_of(error)
        except Exception:  # noqa: BLE001 - whatever a stranger makes a library say
            outcome = unreachable(NoAnswerKind.PROTOCOL)
        finally:
            await _drop(self._connection)
            for waiting in self._waiting:
                if not waiting.done():
                    waiting.set_result(outcome)

    async def _next(self) -> Outcome | bytes:
        try:
            said = await self._connection.read_response(
                disable_decoding=True, timeout=math.inf, disconnect_on_error=False
            )
        except ResponseError as error:
            return outcome_of(error)
        return said if isinstance(said, bytes) else unreachable(NoAnswerKind.PROTOCOL)

    def _answered(self, said: Outcome | bytes) -> None:
        """The next answer; what nobody waits for any more is passed over."""
        waiting = self._waiting.popleft()
        if not waiting.done():
            waiting.set_result(said)


@dataclass
class Lane:
    """The way to one endpoint."""

    endpoint: RedisEndpoint
    tls: Tls | None
    login: Login | None
    places: Places
    trust: Trust
    _line: Line | None = None
    _opening: "asyncio.Task[Line | Outcome] | None" = None
    _timeouts: int = field(default=0)

    async def line(self) -> Line | Outcome:
        """The open connection; or why there is none. Who waits together opens one."""
        line = self._line
        if line is not None and line.is_open and self._timeouts < _MOST_TIMEOUTS:
            return line
        if self._opening is None:
            self._opening = asyncio.create_task(self._open())
            self._opening.add_done_callback(self._opened)
        return await asyncio.shield(self._opening)

    def heard(self, outcome: Outcome) -> None:
        """Take note of what came of it: silence may be a dead connection."""
        silent = isinstance(outcome, Unreachable) and (
            outcome.kind == NoAnswerKind.TIMEOUT
        )
        self._timeouts = self._timeouts + 1 if silent else 0

    async def close(self) -> None:
        """Close the connection; whoever waits for an answer gets none."""
        if self._opening is not None:
            self._opening.cancel()
            await asyncio.wait([self._opening])
        line, self._line = self._line, None
        if line is not None:
            await line.close()

    def _opened(self, task: "asyncio.Task[Line | Outcome]") -> None:
        self._opening = None
        if not task.cancelled():
            _ = task.exception()  # whoever waited has it

    async def _open(self) -> Line | Outcome:
        before, self._line = self._line, None
        if before is not None:
            await before.close()
        self._timeouts = 0
        try:
            async with asyncio.timeout(_OPEN_S):
                way = await self._way()
                if not isinstance(way, Way):
                    return way
                self._line = Line(await _dial(way))
                return self._line
        except Exception as error:  # noqa: BLE001 - whatever a stranger makes a library say
            return _not_opened(error)

    async def _way(self) -> Way | Outcome:
        where = self.endpoint
        found = await self.places.admitted(where.host, where.port, plain=where.plain)
        if isinstance(found, NoAnswer):
            return Unreachable(found.kind, found.detail)
        context = None if where.plain else self.trust.context(self.tls)
        if isinstance(context, NoAnswer):
            return Unreachable(context.kind, context.detail)
        return Way(where, found, context, self.login)


async def _dial(way: Way) -> Connection:
    failure: Exception = ConnectionRefusedError()
    for address in way.addresses:
        connection = _Admitted(way, address)
        try:
            await connection._connect()  # type: ignore[no-untyped-call]  # noqa: SLF001 - without its retries
        except OSError as error:
            failure = error
            continue
        try:
            await connection.on_connect()
        except BaseException:
            await _drop(connection)
            raise
        return connection
    raise failure


def _not_opened(error: Exception) -> Outcome:
    if isinstance(error, OSError | RedisError | TimeoutError):
        return outcome_of(error)
    return unreachable(NoAnswerKind.PROTOCOL)


async def _drop(connection: Connection) -> None:
    with suppress(RedisError, OSError):
        await connection.disconnect(nowait=True)
