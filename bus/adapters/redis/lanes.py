"""The connection to a server: addresses that were admitted, commands in a row.

Answers come in the order of what was asked, so one connection carries many at a time.
"""

import asyncio
import math
from collections import deque
from collections.abc import Sequence
from contextlib import suppress

from redis.asyncio.connection import Connection
from redis.exceptions import RedisError, ResponseError
from typing_extensions import override

from bus.adapters.lanes import Kept
from bus.adapters.meters import Meter
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
    """redis-py's connection, to addresses that were judged; it asks no name."""

    def __init__(
        self, way: Way, database: int, login: Login | None, meter: Meter | None
    ) -> None:
        super().__init__(
            host=way.host,
            port=way.port,
            db=database,
            username=None if login is None else login.username,
            password=None if login is None else login.password,
            protocol=2,
            driver_info=None,
            socket_timeout=_OPEN_S,
        )
        self._way = way
        self._meter = meter

    @override
    async def _connect(self) -> None:
        self._reader, self._writer = await self._way.dial(self._meter)


class Line:
    """An open connection, and what waits for its answer on it."""

    def __init__(self, connection: Connection, meter: Meter) -> None:
        self.meter = meter
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
            self.meter.asked()
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
            await drop(self._connection)
            for waiting in self._waiting:
                if not waiting.done():
                    waiting.set_result(self.meter.judged(outcome))

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
        self.meter.answered()
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

    async def opening(meter: Meter) -> Line | Outcome:
        way = await way_to(endpoint, tls, places, trust)
        if isinstance(way, Unreachable):
            return way
        return Line(await dial(way, endpoint.database, login, meter), meter)

    return Kept(opening, outcome_of)


async def dial(
    way: Way, database: int, login: Login | None, meter: Meter | None = None
) -> Connection:
    """Connect and sign in; with a meter it is counted what comes.

    Raises:
        RedisError: the server does not let us in.
        OSError: nobody is reached.
    """
    connection = _Admitted(way, database, login, meter)
    await connection._connect()  # noqa: SLF001 - without its retries
    try:
        await connection.on_connect()
    except BaseException:
        await drop(connection)
        raise
    # With it redis-py writes by asyncio.wait_for, which in Python 3.11 loses a
    # cancellation that comes as it ends; who writes has a timeout of its own.
    connection.socket_timeout = None
    return connection


async def drop(connection: Connection) -> None:
    """Close a connection, whatever state it is in."""
    with suppress(RedisError, OSError):
        await connection.disconnect(nowait=True)
