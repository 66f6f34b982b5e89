"""Connections to brokers: one for each endpoint, login and way of TLS, and a channel.

Names are resolved and addresses judged by `Places` when a connection is made, and
nothing else is connected to. A broker that closes a channel or connection gets a new
one with the next delivery.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiormq.abc import AbstractChannel
from aiormq.connection import (
    Connection,
    FrameReceiver,
    ReceivedFrame,
    TransportFactory,
    exception_by_code,
)
from aiormq.exceptions import ConnectionClosed
from pamqp.base import Frame
from pamqp.commands import Connection as Methods
from pamqp.frame import FrameTypes
from typing_extensions import override
from yarl import URL

from bus.adapters.amqp.codes import unreachable
from bus.adapters.amqp.errors import outcome_of
from bus.adapters.meters import Meter
from bus.adapters.ways import Streams, Way, way_to
from bus.delivery.delivery import Outcome, Unreachable
from bus.delivery.queues import AmqpEndpoint
from bus.delivery.subscription import Login, Tls
from bus.ports import NoAnswerKind
from bus.sending import Places, Trust

_OPEN_S = 10.0
_CLOSE_S = 3.0
_LEAST_FRAME = 4_096
"""Every broker takes frames of so many bytes (4.2.3, `frame-min-size`)."""
_HEARTBEAT_S = 10
_MOST_TIMEOUTS = 3


class Lane:
    """The way to one endpoint; `metered` where nothing comes but answers."""

    def __init__(
        self,
        endpoint: AmqpEndpoint,
        tls: Tls | None,
        login: Login | None,
        places: Places,
        trust: Trust,
        *,
        metered: bool = True,
    ) -> None:
        self._endpoint = endpoint
        self._tls = tls
        self._login = login
        self._places = places
        self._trust = trust
        self._metered = metered
        self._meter: Meter | None = None
        self._connection: Connection | None = None
        self._channel: AbstractChannel | None = None
        self._opening: asyncio.Task[AbstractChannel | Outcome] | None = None
        self._under_way: dict[str, asyncio.Event] = {}
        self._timeouts = 0

    async def channel(self) -> AbstractChannel | Outcome:
        """The open channel; or why there is none. Who waits together opens one."""
        channel = self._channel
        if channel is not None and not channel.is_closed and self._well():
            return channel
        if self._opening is None:
            self._opening = asyncio.create_task(self._open())
            self._opening.add_done_callback(self._opened)
        return await asyncio.shield(self._opening)

    @asynccontextmanager
    async def alone(self, message_id: str) -> AsyncIterator[None]:
        """Hold a message's id: a broker names what it returns by nothing else."""
        while (before := self._under_way.get(message_id)) is not None:
            await before.wait()
        done = self._under_way[message_id] = asyncio.Event()
        try:
            yield
        finally:
            del self._under_way[message_id]
            done.set()

    async def blocked(self) -> bool:
        """Whether the broker has said that it takes nothing for now."""
        if self._connection is None:
            return False
        try:
            async with asyncio.timeout(0):
                await self._connection.ready()
        except TimeoutError:
            return True
        return False

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
        """Close the connection; whoever waits for a confirmation gets none."""
        if self._opening is not None:
            self._opening.cancel()
            await asyncio.wait([self._opening])
        await self._hang_up()

    def meter(self) -> Meter | None:
        """What counts what comes over the connection that there is."""
        return self._meter

    async def _hang_up(self) -> None:
        connection, self._connection, self._channel = self._connection, None, None
        meter, self._meter = self._meter, None
        try:
            if connection is not None:
                await _close(connection)
        finally:
            if meter is not None:
                meter.hang_up()

    def _well(self) -> bool:
        connection = self._connection
        return (
            connection is not None
            and connection.is_opened
            and self._timeouts < _MOST_TIMEOUTS
        )

    def _opened(self, task: "asyncio.Task[AbstractChannel | Outcome]") -> None:
        self._opening = None
        if not task.cancelled():
            _ = task.exception()  # whoever waited has it

    async def _open(self) -> AbstractChannel | Outcome:
        try:
            async with asyncio.timeout(_OPEN_S):
                if not self._well():
                    failed = await self._connect()
                    if failed is not None:
                        return failed
                if self._connection is None:
                    return unreachable(NoAnswerKind.RESET)
                self._channel = await self._connection.channel()
                return self._channel
        except TimeoutError:
            return unreachable(NoAnswerKind.TIMEOUT)
        except Exception as error:  # noqa: BLE001 - whatever a stranger makes a library say
            outcome = outcome_of(error, 0)
            return outcome if self._meter is None else self._meter.judged(outcome)

    async def _connect(self) -> Outcome | None:
        await self._hang_up()
        self._timeouts = 0
        way = await way_to(self._endpoint, self._tls, self._places, self._trust)
        if isinstance(way, Unreachable):
            return way
        self._meter = Meter() if self._metered else None
        self._connection = await self._dial(way)
        most = self._connection.connection_tune.frame_max
        if not 0 < most < _LEAST_FRAME:
            return None
        await self._hang_up()
        detail = f"takes frames of {most} bytes, and AMQP has {_LEAST_FRAME} at least"
        return Unreachable(NoAnswerKind.PROTOCOL, detail)

    async def _dial(self, way: Way) -> Connection:
        connection = _Connection(
            _url(self._endpoint, self._tls, self._login),
            transport_factory=_Admitted(way, self._meter),
        )
        connection.vhost = self._endpoint.vhost
        try:
            await connection.connect()
        except BaseException:
            await _close(connection)
            raise
        return connection


class _Connection(Connection):
    """Hears why a virtual host is refused; the library tells an odd answer only."""

    @staticmethod
    @override
    async def _rpc(
        request: Frame,
        writer: asyncio.StreamWriter,
        frame_receiver: FrameReceiver,
        wait_response: bool = True,
    ) -> FrameTypes | None:
        if isinstance(request, Methods.Open):
            frame_receiver = _Hearing(frame_receiver)
        return await Connection._rpc(request, writer, frame_receiver, wait_response)  # noqa: SLF001 - it is inherited


class _Hearing(FrameReceiver):
    """Passes frames on, but raises what a broker closes with."""

    def __init__(self, frames: FrameReceiver) -> None:
        self._frames = frames

    @override
    async def get_frame(self) -> ReceivedFrame:
        weight, channel, frame = await self._frames.get_frame()
        if isinstance(frame, Methods.Close):
            raise exception_by_code(frame)
        return weight, channel, frame


class _Admitted(TransportFactory):
    """Connects to the addresses that were judged, and to no other."""

    def __init__(self, way: Way, meter: Meter | None) -> None:
        self._way = way
        self._meter = meter

    @override
    async def create(self, url: URL, **kwargs: object) -> Streams:
        del url, kwargs
        return await self._way.dial(self._meter)


def _url(endpoint: AmqpEndpoint, tls: Tls | None, login: Login | None) -> URL:
    """What aiormq takes settings from; it is connected to by `_Admitted` alone."""
    external = login is None and tls is not None and tls.client_certificate is not None
    query = {"heartbeat": str(_HEARTBEAT_S), "name": "orderbus"}
    return URL.build(
        scheme="amqp" if endpoint.plain else "amqps",
        host=endpoint.host,
        port=endpoint.port,
        user=None if login is None else login.username,
        password=None if login is None else login.password,
        query=query | ({"auth": "external"} if external else {}),
    )


async def _close(connection: Connection) -> None:
    try:
        async with asyncio.timeout(_CLOSE_S):
            await connection.close(ConnectionClosed(200, "closed by the bus"))
    except (TimeoutError, asyncio.CancelledError):
        if (task := asyncio.current_task()) is not None and task.cancelling():
            raise


def hush() -> None:
    """Let no line of the library's be written: each failure is an attempt's outcome."""
    logger = logging.getLogger("aiormq")
    logger.propagate = False
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())
