"""The connection to a server: addresses that were admitted, commands in a row.

Answers come in the order of what was asked, so one connection carries many at a time.
"""

import asyncio
import math
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress

from redis.asyncio.connection import Connection
from redis.exceptions import RedisError, ResponseError
from typing_extensions import override

from bus.adapters.lanes import Kept
from bus.adapters.redis.codes import unreachable
from bus.adapters.redis.errors import outcome_of
from bus.adapters.ways import Way, way_to
from bus.delivery.delivery import Outcome, Unreachable
from bus.delivery.streams import RedisEndpoint
from bus.delivery.subscription import Login, Tls
from bus.ports import NoAnswerKind
from bus.sending import Places, Trust

_OPEN_S = 10.0


class _Admitted(Connection):
    """redis-py's connection, to an address that was judged; it asks no name."""

    def __init__(
        self, way: Way, address: str, database: int, login: Login | None
    ) -> None:
        super().__init__(
            host=address,
            port=way.port,
            db=database,
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
        name = self._way.host
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


def kept(
    endpoint: RedisEndpoint,
    tls: Tls | None,
    login: Login | None,
    places: Places,
    trust: Trust,
) -> Kept[Line]:
    """The way to one endpoint."""

    async def opening() -> Line | Outcome:
        way = await way_to(endpoint, tls, places, trust)
        if isinstance(way, Unreachable):
            return way
        return Line(await _dial(way, endpoint.database, login))

    return Kept(opening, outcome_of)


async def _dial(way: Way, database: int, login: Login | None) -> Connection:
    failure: Exception = ConnectionRefusedError()
    for address in way.addresses:
        connection = _Admitted(way, address, database, login)
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


async def _drop(connection: Connection) -> None:
    with suppress(RedisError, OSError):
        await connection.disconnect(nowait=True)
