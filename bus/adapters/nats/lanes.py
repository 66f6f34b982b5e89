"""Connections to NATS: one for each endpoint, login and way of TLS.

Answers come to an inbox of the connection's own, a future for each message under way.
Names are resolved and addresses judged by `Places` when a connection is made; one that
ended gets a new one with the next delivery.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from itertools import count

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import ConnectionClosedError, ProtocolError

from bus.adapters.lanes import Kept
from bus.adapters.meters import FLOODED, Meter
from bus.adapters.nats.client import GuardedClient, credentials
from bus.adapters.nats.codes import complained, unreachable
from bus.adapters.nats.errors import outcome_of
from bus.adapters.ways import Way, way_to
from bus.delivery.delivery import Outcome, Unreachable
from bus.delivery.queues import NatsEndpoint
from bus.delivery.subscription import Login, Tls
from bus.ports import NoAnswerKind
from bus.sending import Places, Trust

_CLOSE_S = 3.0
_PING_S = 10


class Line:
    """One connection, and the messages that wait for their answer on it."""

    def __init__(self, client: Client, meter: Meter | None) -> None:
        self.client = client
        self._meter = meter
        self.inbox = client.new_inbox()
        self._numbers = count()
        self._ended = asyncio.Event()
        self._waiting: dict[str, tuple[str, asyncio.Future[Msg | Outcome]]] = {}
        if meter is not None:
            meter.on_flood(self._flooded)

    @property
    def is_open(self) -> bool:
        """Whether more can be published."""
        return self.client.is_connected and not self._ended.is_set()

    async def close(self) -> None:
        """Close it; whoever waits for an answer gets none."""
        await _close(self.client)
        await self.closed()

    async def ask(
        self, subject: str, payload: bytes, headers: Mapping[str, str]
    ) -> Msg | Outcome:
        """Publish, and return what was answered; or what became of the connection."""
        number = str(next(self._numbers))
        answer: asyncio.Future[Msg | Outcome]
        answer = asyncio.get_running_loop().create_future()
        self._waiting[number] = subject, answer
        try:
            to = f"{self.inbox}.{number}"
            await self.client.publish(subject, payload, to, dict(headers))
            if self._meter is None:
                return await answer
            self._meter.asked()
            said = await answer
            self._meter.answered()
            return said
        finally:
            del self._waiting[number]

    async def answered(self, message: Msg) -> None:
        """An answer came."""
        waiting = self._waiting.get(message.subject.rpartition(".")[2])
        if waiting is not None and not waiting[1].done():
            waiting[1].set_result(message)

    async def complained(self, error: Exception) -> None:
        """The server said that something is not allowed; it closes nothing for that."""
        outcome = complained(str(error))
        if outcome is not None:
            text = str(error)
            ours = f'"{self.inbox}' in text
            self._end(outcome, lambda subject: ours or f'"{subject}"' in text)

    async def closed(self) -> None:
        """It is closed; `last_error` says if somebody said why."""
        said = self.client.last_error
        if isinstance(said, ProtocolError):
            outcome: Outcome | None = outcome_of(said)
        else:
            outcome = None if said is None else complained(str(said))
        self._ended.set()
        self._end(
            self.judged(outcome or unreachable(NoAnswerKind.RESET)), lambda _: True
        )

    def judged(self, outcome: Outcome) -> Outcome:
        """What came of a message, unless the server was hung up on."""
        return outcome if self._meter is None else self._meter.judged(outcome)

    async def pause(self, for_s: float) -> None:
        """Wait, unless it is closed meanwhile."""
        with suppress(TimeoutError):
            async with asyncio.timeout(for_s):
                await self._ended.wait()

    async def ended(self) -> None:
        """Wait until it is closed."""
        await self._ended.wait()

    def _flooded(self) -> None:
        """The library may wait for its own pongs to be written, which nobody takes."""
        self._ended.set()
        self._end(FLOODED, lambda _: True)

    def _end(self, outcome: Outcome, which: Callable[[str], bool]) -> None:
        for subject, answer in list(self._waiting.values()):
            if which(subject) and not answer.done():
                answer.set_result(outcome)


def kept(
    endpoint: NatsEndpoint,
    tls: Tls | None,
    login: Login | None,
    places: Places,
    trust: Trust,
    *,
    metered: bool = True,
) -> Kept[Line]:
    """The way to one endpoint; `metered` where nothing comes but answers."""

    async def opening(meter: Meter) -> Line | Outcome:
        way = await way_to(endpoint, tls, places, trust)
        if isinstance(way, Unreachable):
            return way
        return await _dial(way, login, meter if metered else None)

    return Kept(opening, outcome_of)


async def _dial(way: Way, signed: Login | None, meter: Meter | None) -> Line:
    login = credentials(signed)
    client = GuardedClient(way, signed, meter)
    line = Line(client, meter)
    try:
        await client.connect(
            name="orderbus",
            allow_reconnect=False,
            ping_interval=_PING_S,
            error_cb=line.complained,
            closed_cb=line.closed,
            tls=way.context,
            tls_hostname=way.host,
            user=login.user,
            password=login.password,
            token=login.token,
            signature_cb=login.sign,
        )
        await client.subscribe(f"{line.inbox}.*", cb=line.answered)
    except BaseException:
        await _close(client)
        raise
    if client.is_closed:
        raise ConnectionClosedError
    return line


async def _close(client: Client) -> None:
    try:
        async with asyncio.timeout(_CLOSE_S):
            await client.close()
    except TimeoutError:
        return


def hush() -> None:
    """Let no line of the library's be written: each failure is an attempt's outcome."""
    logger = logging.getLogger("nats")
    logger.propagate = False
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())
