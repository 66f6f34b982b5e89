"""A topic of Google Pub/Sub as a receiver has it: by a subscription of its own.

That is made when it begins and removed when it ends, so that nobody else misses a
message. Pub/Sub removes it a day after the last look at it, should that be missed.
"""

import asyncio
import json
from base64 import b64decode
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Literal, NoReturn, TypeAlias
from uuid import uuid4

from bus.adapters.google.codes import judge, read_fault
from bus.adapters.google.tokens import ISSUER, Token, Tokens
from bus.delivery.delivery import said_of
from bus.delivery.endpoint import parse_endpoint
from bus.delivery.google import PubsubEndpoint
from bus.delivery.subscription import Login
from bus.errors import ConfigurationError, QueueError
from bus.ports import Clock
from bus.receiving import Arrival, Take
from bus.sending import Ask, Asker, NoAnswer, NoAnswerKind

_AGAIN_S, _WITHIN_S, _WAIT_S, _LEAVE_S = 1.0, 15.0, 90.0, 5.0
_AT_ONCE, _MOST_BYTES = 10, 140 * 2**20
"""Of a look: so many messages of 10 MB at most, as Base64."""
_SUCCESS = range(200, 300)
_LASTS = {
    "enableMessageOrdering": True,
    "messageRetentionDuration": "600s",
    "expirationPolicy": {"ttl": "86400s"},
}
_Message: TypeAlias = Mapping[str, object]
_Method: TypeAlias = Literal["PUT", "POST", "DELETE"]


class PubsubInlet:
    """Fulfils `bus.receiving.Inlet`; asks again where Pub/Sub cannot be asked.

    Args:
        url: The topic, as a subscription of the bus names it.
        asker: Calls Google; closed here.
        login: A service account and its key; None: an emulator wants none.
        issuer: Where access tokens are got.
    """

    def __init__(
        self,
        url: str,
        asker: Asker,
        clock: Clock,
        login: Login | None = None,
        *,
        issuer: str = ISSUER,
    ) -> None:
        endpoint = parse_endpoint(url)
        if not isinstance(endpoint, PubsubEndpoint):
            raise TypeError(f"no topic of Pub/Sub: {type(endpoint).__name__}")
        self._url = url
        self._endpoint = endpoint
        self._asker = asker
        self._clock = clock
        self._login = login
        self._tokens = Tokens(asker, issuer)
        project, name = endpoint.project, f"orderbus-listen-{uuid4().hex}"
        self._where = f"{endpoint.root}/v1/projects/{project}/subscriptions/{name}"
        self._topic = f"projects/{project}/topics/{endpoint.topic}"
        self._task: asyncio.Task[None] | None = None

    async def open(self, take: Take) -> str:
        """See `Inlet`."""
        try:
            await self._ask("PUT", "", {"topic": self._topic, **_LASTS})
        except QueueError as error:
            raise ConfigurationError(f"{self._url}: {error}") from None
        self._task = asyncio.create_task(self._stay(take))
        return self._url

    async def close(self) -> None:
        """See `Inlet`."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
            with suppress(QueueError):
                await self._ask("DELETE", "", None, _LEAVE_S)
        await self._asker.close()

    async def _stay(self, take: Take) -> None:
        while True:
            try:
                await self._look(take)
            except QueueError:
                await asyncio.sleep(_AGAIN_S)  # noqa: TID251 - Google knows no Clock

    async def _look(self, take: Take) -> None:
        """Take what is there, or what comes while it waits."""
        said = await self._ask("POST", ":pull", {"maxMessages": _AT_ONCE}, _WAIT_S)
        got = _rows(said, "receivedMessages")
        for one in got:
            await take(arrived(f"/{self._endpoint.topic}", one.get("message")))
        if got:
            ids = [one.get("ackId") for one in got]
            await self._ask("POST", ":acknowledge", {"ackIds": ids})

    async def _ask(
        self, method: _Method, path: str, fields: object, within_s: float = _WITHIN_S
    ) -> _Message:
        """Call the API of Pub/Sub once.

        Raises:
            QueueError: there is no answer, or it says no.
        """
        headers = [("content-type", "application/json"), *await self._signed(within_s)]
        body = b"" if fields is None else json.dumps(fields).encode()
        got = await self._asker.ask(
            Ask(self._where + path, headers, within_s, _MOST_BYTES, method, body)
        )
        if isinstance(got, NoAnswer):
            if got.kind == NoAnswerKind.TIMEOUT and path == ":pull":
                return {}
            raise QueueError(got.detail or got.kind)
        if got.status not in _SUCCESS:
            raise QueueError(said_of(judge(read_fault(got), self._clock.now())))
        try:
            said = json.loads(got.body or b"{}")
        except (ValueError, RecursionError):
            said = None
        return said if isinstance(said, dict) else _strange()

    async def _signed(self, within_s: float) -> Sequence[tuple[str, str]]:
        if self._login is None:
            return ()
        token = await self._tokens.of(self._login, self._clock.now(), within_s)
        if not isinstance(token, Token):
            raise QueueError(said_of(token))
        return (("authorization", f"Bearer {token.text}"),)


def arrived(place: str, message: object) -> Arrival:
    """A message as an arrival."""
    said = message if isinstance(message, dict) else {}
    told = said.get("attributes")
    headers = {
        str(name).lower().encode(): str(value).encode("utf-8", "replace")
        for name, value in (told.items() if isinstance(told, dict) else ())
    }
    try:
        body = b64decode(str(said.get("data", "")))
    except ValueError:
        body = b""
    return Arrival(place, headers, body)


def _rows(said: _Message, name: str) -> Sequence[_Message]:
    rows = said.get(name)
    found = rows if isinstance(rows, list) else []
    return [one for one in found if isinstance(one, dict)]


def _strange() -> NoReturn:
    raise QueueError("not an answer of Google Pub/Sub")
