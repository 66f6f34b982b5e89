"""The sink of kind amqp: an event a persistent message, confirmed by the broker."""

import asyncio
from contextlib import suppress
from functools import lru_cache
from typing import TypeAlias

from aiormq.abc import AbstractChannel
from aiormq.exceptions import ChannelInvalidStateError
from pamqp.commands import Basic

from bus.adapters.amqp.codes import BUSY, TOO_LARGE, unreachable
from bus.adapters.amqp.envelope import properties, weight, written
from bus.adapters.amqp.errors import outcome_of
from bus.adapters.amqp.lanes import Lane, hush
from bus.adapters.lanes import Berth, Lanes
from bus.delivery.delivery import Accepted, Outcome, Refused, Throttled
from bus.delivery.endpoint import parse_endpoint
from bus.delivery.queues import SHORT, AmqpEndpoint
from bus.delivery.subscription import Login, Tls
from bus.ports import NoAnswerKind
from bus.sending import Parcel, Places, Trust

MOST_BYTES = 16 * 1024 * 1024
"""A message may be so long: RabbitMQ 4 takes no more unless it is told to."""
MOST_FIELDS = 120_000
"""So long may its fields be together: they have one frame, of 128 KiB."""
_BAD = 400
_TRIES = 2
"""A channel may have been closed before anything was written to it."""
_OK = Accepted(200)
_Key: TypeAlias = tuple[str, Tls | None, Login | None]


class AmqpSink:
    """Fulfils `bus.sending.Sink` by publishing with confirms and `mandatory`.

    Args:
        places: Where it may connect to; closed here.
        trust: What connections with TLS are secured by.
    """

    def __init__(self, places: Places, trust: Trust) -> None:
        hush()
        self._places = places
        self._trust = trust
        self._lanes: Lanes[_Key, Lane] = Lanes()

    async def send(self, parcel: Parcel) -> Outcome:
        """See `Sink`."""
        endpoint = _endpoint(parcel.url)
        made = properties(parcel)
        key = _key(endpoint, parcel)
        if (refused := _unfit(parcel, made, key)) is not None:
            return refused
        with self._lane(endpoint, parcel) as lane:
            outcome = await _judged(lane, parcel, made, key)
            lane.heard(outcome)
        return outcome

    def leave(self, subscription: str) -> None:
        """See `KeepingSink`."""
        self._lanes.leave(subscription)

    async def close(self) -> None:
        """Close all connections."""
        await self._lanes.close()
        await self._places.close()

    def _lane(self, endpoint: AmqpEndpoint, parcel: Parcel) -> Berth[_Key, Lane]:
        login, tls = parcel.subscription.login, parcel.tls
        return self._lanes.use(
            (parcel.url, tls, login),
            parcel.subscription.id,
            lambda: Lane(endpoint, tls, login, self._places, self._trust),
        )


async def _judged(
    lane: Lane, parcel: Parcel, made: Basic.Properties, key: str
) -> Outcome:
    try:
        async with asyncio.timeout(parcel.timeout_s):
            return await _publish(lane, parcel, made, key)
    except TimeoutError:
        return await _unconfirmed(lane)
    except asyncio.CancelledError:
        if _is_cancelled():
            raise
        return unreachable(NoAnswerKind.RESET)  # the connection was closed


async def _publish(
    lane: Lane, parcel: Parcel, made: Basic.Properties, key: str
) -> Outcome:
    async with lane.alone(parcel.id):
        for _ in range(_TRIES):
            channel = await lane.channel()
            if not isinstance(channel, AbstractChannel):
                return channel
            if await lane.blocked():
                return Throttled(BUSY, None, _BLOCKED)
            meter, size = lane.meter(), _returned(parcel)
            if meter is None:
                continue  # it was hung up on just now
            meter.asked(size)
            with suppress(ChannelInvalidStateError):
                outcome = await _confirmed(channel, parcel, made, key)
                meter.answered(size)
                return meter.judged(outcome)
        return unreachable(NoAnswerKind.RESET)


def _returned(parcel: Parcel) -> int:
    """How long a message is that a broker returns."""
    headers = sum(len(name) + len(value) for name, value in parcel.headers)
    return len(parcel.body) + headers


async def _confirmed(
    channel: AbstractChannel, parcel: Parcel, made: Basic.Properties, key: str
) -> Outcome:
    try:
        await channel.basic_publish(
            parcel.body,
            exchange=_endpoint(parcel.url).exchange,
            routing_key=key,
            properties=made,
            mandatory=True,
        )
    except (TimeoutError, ChannelInvalidStateError):
        raise
    except (ValueError, TypeError):
        return Refused(_BAD, "its fields cannot be written as AMQP has them")
    except Exception as error:  # noqa: BLE001 - whatever a stranger makes a library say
        return outcome_of(error, len(parcel.body))
    return _OK


_BLOCKED = "CONNECTION_BLOCKED the broker takes no messages for now"


async def _unconfirmed(lane: Lane) -> Outcome:
    """Nothing was heard in time, unless that the broker is out of memory or disk."""
    if await lane.blocked():
        return Throttled(BUSY, None, _BLOCKED)
    return unreachable(NoAnswerKind.TIMEOUT)


@lru_cache(maxsize=20_000)
def _endpoint(url: str) -> AmqpEndpoint:
    endpoint = parse_endpoint(url)
    if not isinstance(endpoint, AmqpEndpoint):
        raise TypeError(f"no AMQP endpoint: {type(endpoint).__name__}")
    return endpoint


def _key(endpoint: AmqpEndpoint, parcel: Parcel) -> str:
    event = parcel.event
    return written(endpoint.key.filled({"type": event.type, "order": event.subject}))


def _unfit(parcel: Parcel, made: Basic.Properties, key: str) -> Refused | None:
    """Why AMQP never takes a message, if it does not."""
    if (size := len(parcel.body)) > MOST_BYTES:
        detail = f"not sent: {size} bytes, and AMQP endpoints get {MOST_BYTES}"
        return Refused(TOO_LARGE, detail)
    if (size := weight(made)) > MOST_FIELDS:
        detail = f"not sent: {size} bytes of headers, and a frame takes {MOST_FIELDS}"
        return Refused(TOO_LARGE, detail)
    if (size := len(key.encode())) > SHORT:
        detail = f"not sent: a routing key of {size} bytes, and AMQP has {SHORT}"
        return Refused(_BAD, detail)
    return None


def _is_cancelled() -> bool:
    """Whether it is our own task that was cancelled."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
