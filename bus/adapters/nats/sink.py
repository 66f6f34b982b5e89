"""The sink of kind nats: an event a message, acknowledged by its stream."""

import asyncio
from collections.abc import Mapping
from functools import lru_cache
from typing import TypeAlias

from nats.aio.msg import Msg

from bus.adapters.lanes import Berth, Kept, Lanes
from bus.adapters.nats.codes import (
    NO_STREAM,
    TOO_LARGE,
    judge,
    strange,
    unreachable,
)
from bus.adapters.nats.envelope import headers, subject_of, weight
from bus.adapters.nats.errors import outcome_of
from bus.adapters.nats.lanes import Line, hush, kept
from bus.contracts.jsontext import read_json
from bus.delivery.delivery import Accepted, Outcome, Refused
from bus.delivery.endpoint import parse_endpoint
from bus.delivery.queues import NatsEndpoint
from bus.delivery.subscription import Login, Tls
from bus.errors import DecodeError
from bus.ports import NoAnswerKind
from bus.sending import Parcel, Places, Trust

MOST_SUBJECT = 1_000
"""Bytes of a subject; a server takes lines of 4 KiB."""
_TRIES, _BETWEEN_S = 3, 0.25
"""A stream that is choosing its leader answers as one that is not there."""
_NOBODY = "503"
_OK = Accepted(200)
_Key: TypeAlias = tuple[str, Tls | None, Login | None]
_Berth: TypeAlias = Berth[_Key, Kept[Line]]


class NatsSink:
    """Fulfils `bus.sending.Sink` by publishing to JetStream.

    Args:
        places: Where it may connect to; closed here.
        trust: What connections with TLS are secured by.
    """

    def __init__(self, places: Places, trust: Trust) -> None:
        hush()
        self._places = places
        self._trust = trust
        self._lanes: Lanes[_Key, Kept[Line]] = Lanes()

    async def send(self, parcel: Parcel) -> Outcome:
        """See `Sink`."""
        endpoint = _endpoint(parcel.url)
        with self._lane(endpoint, parcel) as lane:
            outcome = await _judged(lane, endpoint, parcel)
            lane.heard(outcome)
        return outcome

    def leave(self, subscription: str) -> None:
        """See `KeepingSink`."""
        self._lanes.leave(subscription)

    async def close(self) -> None:
        """Close all connections."""
        await self._lanes.close()
        await self._places.close()

    def _lane(self, endpoint: NatsEndpoint, parcel: Parcel) -> _Berth:
        login, tls = parcel.subscription.login, parcel.tls
        return self._lanes.use(
            (parcel.url, tls, login),
            parcel.subscription.id,
            lambda: kept(endpoint, tls, login, self._places, self._trust),
        )


async def _judged(lane: Kept[Line], endpoint: NatsEndpoint, parcel: Parcel) -> Outcome:
    try:
        async with asyncio.timeout(parcel.timeout_s):
            return await _publish(lane, endpoint, parcel)
    except TimeoutError:
        return unreachable(NoAnswerKind.TIMEOUT)
    except asyncio.CancelledError:
        if _is_cancelled():
            raise
        return unreachable(NoAnswerKind.RESET)  # the connection was closed


async def _publish(lane: Kept[Line], endpoint: NatsEndpoint, parcel: Parcel) -> Outcome:
    subject, made = subject_of(endpoint, parcel), headers(parcel)
    if (size := len(subject)) > MOST_SUBJECT:
        return Refused(400, f"not sent: a subject of {size} bytes, not {MOST_SUBJECT}")
    for last in (*[False] * (_TRIES - 1), True):
        line = await lane.line()
        if not isinstance(line, Line):
            return line
        size, most = len(parcel.body) + weight(made), line.client.max_payload
        if size > most:
            detail = f"not sent: {size} bytes with headers, and its server takes {most}"
            return Refused(TOO_LARGE, detail)
        outcome = await _asked(line, subject, parcel.body, made)
        if last or outcome is not NO_STREAM:
            return outcome
        await line.pause(_BETWEEN_S)
    raise AssertionError


async def _asked(
    line: Line, subject: str, body: bytes, made: Mapping[str, str]
) -> Outcome:
    try:
        answer = await line.ask(subject, body, made)
    except TimeoutError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever a stranger makes a library say
        return line.judged(outcome_of(error))
    return read(answer) if isinstance(answer, Msg) else answer


def read(answer: Msg) -> Outcome:
    """What an answer says: an acknowledgement, an error, or that nobody is there."""
    if (answer.headers or {}).get("Status") == _NOBODY:
        return NO_STREAM
    try:
        said = read_json(answer.data)
    except DecodeError as why:
        return strange(f"acknowledgement: {why}")
    match said:
        case {"error": dict() as error}:
            return judge(error)
        case {"stream": str(), "seq": int()}:
            return _OK
        case _:
            return strange("acknowledgement without stream and seq, or error")


@lru_cache(maxsize=20_000)
def _endpoint(url: str) -> NatsEndpoint:
    endpoint = parse_endpoint(url)
    if not isinstance(endpoint, NatsEndpoint):
        raise TypeError(f"no NATS endpoint: {type(endpoint).__name__}")
    return endpoint


def _is_cancelled() -> bool:
    """Whether it is our own task that was cancelled."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
