"""The sink of kind redis: an event an entry, taken once the server gives its id."""

import asyncio
import re
from functools import lru_cache
from typing import TypeAlias

from bus.adapters.lanes import Kept, Lanes
from bus.adapters.redis.codes import strange, unreachable
from bus.adapters.redis.envelope import command
from bus.adapters.redis.errors import outcome_of
from bus.adapters.redis.lanes import Line, kept
from bus.delivery.delivery import Accepted, Outcome
from bus.delivery.endpoint import parse_endpoint
from bus.delivery.streams import RedisEndpoint
from bus.delivery.subscription import Login, Tls
from bus.ports import NoAnswerKind
from bus.sending import Parcel, Places, Trust

_ID = re.compile(rb"[0-9]{1,20}-[0-9]{1,20}")
_OK = Accepted(200)
_Key: TypeAlias = tuple[str, Tls | None, Login | None]


class RedisSink:
    """Fulfils `bus.sending.Sink` by XADD.

    Args:
        places: Where it may connect to; closed here.
        trust: What connections with TLS are secured by.
    """

    def __init__(self, places: Places, trust: Trust) -> None:
        self._places = places
        self._trust = trust
        self._lanes: Lanes[_Key, Kept[Line]] = Lanes()

    async def send(self, parcel: Parcel) -> Outcome:
        """See `Sink`."""
        endpoint = _endpoint(parcel.url)
        login, tls = parcel.subscription.login, parcel.tls
        with self._lanes.use(
            (parcel.url, tls, login),
            parcel.subscription.id,
            lambda: kept(endpoint, tls, login, self._places, self._trust),
        ) as lane:
            try:
                async with asyncio.timeout(parcel.timeout_s):
                    outcome = await _add(lane, endpoint, parcel)
            except TimeoutError:
                outcome = unreachable(NoAnswerKind.TIMEOUT)
            lane.heard(outcome)
        return outcome

    def leave(self, subscription: str) -> None:
        """See `KeepingSink`."""
        self._lanes.leave(subscription)

    async def close(self) -> None:
        """Close all connections."""
        await self._lanes.close()
        await self._places.close()


async def _add(lane: Kept[Line], endpoint: RedisEndpoint, parcel: Parcel) -> Outcome:
    line = await lane.line()
    if not isinstance(line, Line):
        return line
    try:
        said = await line.ask(command(endpoint, parcel))
    except TimeoutError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever a stranger makes a library say
        return line.meter.judged(outcome_of(error))
    if not isinstance(said, bytes):
        return said
    return _OK if _ID.fullmatch(said) else strange(said)


@lru_cache(maxsize=20_000)
def _endpoint(url: str) -> RedisEndpoint:
    endpoint = parse_endpoint(url)
    if not isinstance(endpoint, RedisEndpoint):
        raise TypeError(f"no Redis endpoint: {type(endpoint).__name__}")
    return endpoint
