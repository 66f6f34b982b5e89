"""A stream of Redis as a receiver has it: each entry that is added from now on.

It reads without a group, so that it takes nothing away and nobody misses an entry.
"""

import asyncio
from contextlib import suppress
from typing import TypeAlias, cast

from redis.asyncio.connection import Connection
from redis.exceptions import RedisError

from bus.adapters.redis.codes import unreachable
from bus.adapters.redis.envelope import BODY
from bus.adapters.redis.errors import outcome_of
from bus.adapters.redis.lanes import dial, drop
from bus.adapters.ways import way_to
from bus.delivery.delivery import Outcome, Unreachable, said_of
from bus.delivery.endpoint import parse_endpoint
from bus.delivery.streams import RedisEndpoint
from bus.delivery.subscription import Login
from bus.errors import ConfigurationError
from bus.ports import NoAnswerKind
from bus.receiving import Arrival, Take
from bus.sending import Places, Trust

_AGAIN_S, _ANSWER_S, _BLOCK_MS = 1.0, 15.0, b"5000"
_AHEAD = b"100"
_BEGINNING = b"0-0"
_Entry: TypeAlias = tuple[bytes, list[bytes]]


class RedisInlet:
    """Fulfils `bus.receiving.Inlet`; connects again where the connection ends.

    Args:
        url: The stream, as a subscription names it.
    """

    def __init__(
        self, url: str, places: Places, trust: Trust, login: Login | None = None
    ) -> None:
        endpoint = parse_endpoint(url)
        if not isinstance(endpoint, RedisEndpoint):
            raise TypeError(f"no Redis endpoint: {type(endpoint).__name__}")
        self._url = url
        self._endpoint = endpoint
        self._places = places
        self._trust = trust
        self._login = login
        self._stream = _only(endpoint, url)
        self._after = b""
        self._task: asyncio.Task[None] | None = None

    async def open(self, take: Take) -> str:
        """See `Inlet`."""
        try:
            connection = await self._connect()
            if isinstance(connection, Connection):
                self._after = await self._newest(connection)
        except (RedisError, OSError) as error:
            connection = outcome_of(error)
        if not isinstance(connection, Connection):
            raise ConfigurationError(f"{self._url}: {said_of(connection)}")
        self._task = asyncio.create_task(self._stay(connection, take))
        return self._url

    async def close(self) -> None:
        """See `Inlet`."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
        await self._places.close()

    async def _connect(self) -> Connection | Outcome:
        way = await way_to(self._endpoint, None, self._places, self._trust)
        if isinstance(way, Unreachable):
            return way
        try:
            async with asyncio.timeout(_ANSWER_S):
                return await dial(way, self._endpoint.database, self._login)
        except TimeoutError:
            return unreachable(NoAnswerKind.TIMEOUT)

    async def _stay(self, connection: Connection, take: Take) -> None:
        found: Connection | Outcome | None = connection
        while True:
            if isinstance(found, Connection):
                try:
                    with suppress(RedisError, OSError):
                        await self._read(found, take)
                finally:
                    await drop(found)
            found = None
            await asyncio.sleep(_AGAIN_S)  # noqa: TID251 - real servers know no Clock
            with suppress(RedisError, OSError):
                found = await self._connect()

    async def _read(self, connection: Connection, take: Take) -> None:
        """Hand on what comes, until the connection breaks."""
        while True:
            said = await _ask(
                *(connection, b"XREAD", b"COUNT", _AHEAD, b"BLOCK", _BLOCK_MS),
                *(b"STREAMS", self._stream, self._after),
            )
            for _, entries in cast("list[tuple[bytes, list[_Entry]]]", said or ()):
                for number, fields in entries:
                    self._after = number
                    await take(arrived(self._stream, fields))

    async def _newest(self, connection: Connection) -> bytes:
        """The id of the newest entry: what is read comes after it."""
        try:
            said = await _ask(
                connection, b"XREVRANGE", self._stream, b"+", b"-", b"COUNT", b"1"
            )
        except BaseException:
            await drop(connection)
            raise
        entries = cast("list[_Entry]", said or ())
        return entries[0][0] if entries else _BEGINNING


async def _ask(connection: Connection, *command: bytes) -> object:
    async with asyncio.timeout(_ANSWER_S):
        await connection.send_command(*command, check_health=False)
        return cast(
            "object",
            await connection.read_response(
                disable_decoding=True, timeout=_ANSWER_S, disconnect_on_error=False
            ),
        )


def arrived(stream: bytes, fields: list[bytes]) -> Arrival:
    """An entry as an arrival."""
    said = dict(zip(fields[::2], fields[1::2], strict=False))
    body = said.pop(BODY.encode(), b"")
    headers = {name.lower(): value for name, value in said.items()}
    return Arrival(f"/{stream.decode(errors='replace')}", headers, body)


def _only(endpoint: RedisEndpoint, url: str) -> bytes:
    """The one stream that a URL names.

    Raises:
        ConfigurationError: it names many.
    """
    one, other = (
        endpoint.stream.filled({"type": text, "order": text}) for text in "ab"
    )
    if one != other:
        raise ConfigurationError(
            f"{url}: expected one stream; put a type or order for {{type}} or {{order}}"
        )
    return one.encode("utf-8", "replace")
