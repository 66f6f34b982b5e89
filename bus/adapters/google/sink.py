"""The sink of kind pubsub: events published, several in a request."""

import asyncio
from collections.abc import Sequence
from functools import lru_cache

from bus.adapters.google.codes import (
    TOO_LARGE,
    UNAUTHENTICATED,
    Fault,
    Sense,
    judge,
    read_fault,
    strange,
)
from bus.adapters.google.envelope import body_of, size_of
from bus.adapters.google.tokens import ISSUER, Token, Tokens
from bus.contracts.jsontext import read_json
from bus.delivery.delivery import Accepted, Outcome, Refused, Unreachable
from bus.delivery.endpoint import parse_endpoint
from bus.delivery.google import PubsubEndpoint
from bus.errors import DecodeError
from bus.sending import Ask, Asker, Got, Limits, NoAnswer, NoAnswerKind, Parcel

_MOST, _MOST_BYTES = 100, 9_000_000
"""Of a request: Google takes 1,000 messages, and 10 MB of them."""
_ANSWER_BYTES = 1_048_576
_SUCCESS = range(200, 300)
_LATE = Unreachable(NoAnswerKind.TIMEOUT, "no answer in time")
_OK = Accepted(200)


class PubsubSink:
    """Fulfils `bus.sending.BatchSink` with topics of Google Pub/Sub.

    Args:
        asker: Calls its API, guarded; closed here.
        agent: How it introduces itself.
        issuer: Where access tokens are got.
    """

    def __init__(
        self, asker: Asker, agent: str = "Orderbus", issuer: str = ISSUER
    ) -> None:
        self._asker = asker
        self._agent = agent
        self._tokens = Tokens(asker, issuer)

    def limits(self, parcel: Parcel) -> Limits:
        """See `BatchSink`."""
        del parcel
        return Limits(_MOST, _MOST_BYTES)

    def size(self, parcel: Parcel) -> int:
        """See `BatchSink`."""
        return size_of(parcel)

    async def send_all(
        self, parcels: Sequence[Parcel], timeout_s: float
    ) -> Sequence[Outcome]:
        """See `BatchSink`; what a whole request is refused with is asked one by one."""
        deadline = asyncio.get_running_loop().time() + timeout_s
        if len(parcels) == 1:
            return [await self._one(parcels[0], deadline)]
        said = await self._within(parcels, deadline)
        if not isinstance(said, Fault):
            return [said] * len(parcels)
        if said.meaning.sense is not Sense.REFUSED:
            return [judge(said, parcels[0].now_s)] * len(parcels)
        return [await self._one(one, deadline) for one in parcels]

    async def close(self) -> None:
        """Close all connections."""
        await self._asker.close()

    async def _one(self, parcel: Parcel, deadline: float) -> Outcome:
        if (size := size_of(parcel)) > _MOST_BYTES:
            detail = f"not sent: {size} bytes, and Pub/Sub takes {_MOST_BYTES}"
            return Refused(TOO_LARGE, detail)
        said = await self._within([parcel], deadline)
        return judge(said, parcel.now_s) if isinstance(said, Fault) else said

    async def _within(
        self, parcels: Sequence[Parcel], deadline: float
    ) -> Outcome | Fault:
        try:
            async with asyncio.timeout_at(deadline):
                return await self._publish(parcels, deadline)
        except TimeoutError:
            return _LATE

    async def _publish(
        self, parcels: Sequence[Parcel], deadline: float
    ) -> Outcome | Fault:
        """Publish once; a token that is not accepted any more is got anew, once."""
        first, body = parcels[0], body_of(parcels)
        for last in (False, True):
            token = await self._token(first, deadline)
            if not isinstance(token, str):
                return token
            said = await self._call(first, body, token, deadline, len(parcels))
            login = first.subscription.login
            stale = isinstance(said, Fault) and said.status == UNAUTHENTICATED
            if last or login is None or not stale:
                return said
            self._tokens.forget(login)
        raise AssertionError

    async def _token(self, parcel: Parcel, deadline: float) -> str | Outcome:
        """What a request carries: "" where an emulator wants nothing."""
        login = parcel.subscription.login
        if login is None:
            return ""
        left_s = deadline - asyncio.get_running_loop().time()
        found = await self._tokens.of(login, parcel.now_s, max(left_s, 0.001))
        return found.text if isinstance(found, Token) else found

    async def _call(
        self, first: Parcel, body: bytes, token: str, deadline: float, count: int
    ) -> Outcome | Fault:
        headers = [("content-type", "application/json"), ("user-agent", self._agent)]
        if token:
            headers.append(("authorization", f"Bearer {token}"))
        left_s = max(deadline - asyncio.get_running_loop().time(), 0.001)
        url = _endpoint(first.url).publish_url
        ask = Ask(url, headers, left_s, _ANSWER_BYTES, "POST", body, first.tls)
        got = await self._asker.ask(ask)
        if isinstance(got, NoAnswer):
            return Unreachable(got.kind, got.detail)
        if got.status not in _SUCCESS:
            return read_fault(got)
        return _taken(got, count)


def _taken(got: Got, count: int) -> Outcome:
    """What an answer says that is a 2xx: all are taken, or it is none of Google's."""
    try:
        said = read_json(got.body)
    except DecodeError as why:
        return strange(str(why))
    match said:
        case {"messageIds": list(ids)} if len(ids) == count:
            return _OK
        case {"messageIds": list(ids)}:
            return strange(f"{len(ids)} messageIds for {count} messages")
        case _:
            return strange("expected messageIds")


@lru_cache(maxsize=20_000)
def _endpoint(url: str) -> PubsubEndpoint:
    endpoint = parse_endpoint(url)
    if not isinstance(endpoint, PubsubEndpoint):
        raise TypeError(f"no topic of Pub/Sub: {type(endpoint).__name__}")
    return endpoint
