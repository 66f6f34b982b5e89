"""The loops around a call, one without and one with `await`, and what calls return."""

import asyncio
import random  # noqa: TID251 - spreads pauses, guards nothing
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Generic, Self, TypeVar, cast
from uuid import uuid4

import httpx
from typing_extensions import override

from bus.api.exchange import (
    Answer,
    Call,
    Lost,
    Patience,
    Pause,
    Request,
    converse,
    json_of,
)
from bus.api.place import place_of

AnswerT = TypeVar("AnswerT")
RowT = TypeVar("RowT")


def _trusting(ca_file: Path | str | None, url: str) -> ssl.SSLContext | bool:
    """Whom to trust: nobody where nothing is asked over TLS.

    To read the authorities of a machine takes longer than the rest of a command.
    """
    if ca_file:
        return ssl.create_default_context(cafile=ca_file)
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT) if url.startswith("http:") else True


@dataclass(frozen=True, slots=True)
class Versioned(Generic[AnswerT]):
    """What was answered, and its version: the `if_match` of a change."""

    value: AnswerT
    etag: str


class _Common:
    """Where, with which key, how patiently.

    Args:
        url: The gateway, `https://bus.example`; default: ORDERBUS_URL.
        key: `ob_…`, or `@FILE`; default: ORDERBUS_API_KEY.
        key_file: The file that holds the key, instead of `key`.
        ca_file: CA bundle (PEM) that the gateway's certificate is under.
        timeout_s: How long a part of an answer may take; a gateway's deadline is 30 s.
        patience: What is tried again, how often.
    """

    def __init__(
        self,
        url: str | None = None,
        *,
        key: str | None = None,
        key_file: Path | str | None = None,
        ca_file: Path | str | None = None,
        timeout_s: float = 35.0,
        patience: Patience | None = None,
    ) -> None:
        place = place_of(url, key, key_file)
        self._url = place.url
        self._headers = httpx.Headers(
            {"Authorization": f"Bearer {place.key}", "User-Agent": "orderbus"}
        )
        self._verify = _trusting(ca_file, self._url)
        self._timeout_s = timeout_s
        self._patience = patience or Patience()

    @property
    def url(self) -> str:
        """The gateway that is asked."""
        return self._url

    @override
    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._url!r})"


def fresh_key(given: str | None) -> str:
    """The Idempotency-Key that was given, or a new one."""
    return str(uuid4()) if given is None else given


def _jitter() -> float:
    return random.random()  # noqa: S311 - spreads pauses, guards nothing


class Sync(_Common):
    """Asks and waits. `sleep` waits between tries."""

    _client: httpx.Client | None = None
    sleep: Callable[[float], object] = staticmethod(time.sleep)  # noqa: TID251 - the library's own clock

    def __enter__(self) -> Self:
        """Use it in `with`, so that its connections are closed."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()

    def close(self) -> None:
        """Close the connections; whatever is asked next opens new ones."""
        if self._client is not None:
            self._client.close()
            self._client = None

    def _answer(self, call: Call[AnswerT]) -> Answer:
        talk = converse(call, self._url, self._patience, _jitter())
        step: Request | Pause = next(talk)
        while True:
            try:
                step = talk.send(self._do(step))
            except StopIteration as end:
                return cast("Answer", end.value)

    def _do(self, step: Request | Pause) -> Answer | Lost | None:
        if isinstance(step, Pause):
            self.sleep(step.seconds)
            return None
        client = self._connection()
        try:
            return _answer(client.send(built(client, self._url, step)))
        except httpx.RequestError as error:
            return lost_by(error)

    def _ask(self, call: Call[AnswerT]) -> AnswerT:
        return cast("AnswerT", json_of(self._answer(call)))

    def _text(self, call: Call[str]) -> str:
        return self._answer(call).body.decode()

    def _versioned(self, call: Call[AnswerT]) -> Versioned[AnswerT]:
        return _versioned(self._answer(call))

    def _pages(self, call: Call[RowT]) -> "Pages[RowT]":
        return Pages(self._answer, call)

    def _connection(self) -> httpx.Client:
        if self._client is None:
            self._client = httpx.Client(
                headers=self._headers, verify=self._verify, timeout=self._timeout_s
            )
        return self._client


class Async(_Common):
    """Asks, and lets others run meanwhile. `sleep` waits between tries."""

    _client: httpx.AsyncClient | None = None
    sleep: Callable[[float], Awaitable[object]] = staticmethod(asyncio.sleep)  # noqa: TID251 - the library's own clock

    async def __aenter__(self) -> Self:
        """Use it in `async with`, so that its connections are closed."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close it."""
        await self.close()

    async def close(self) -> None:
        """Close the connections; whatever is asked next opens new ones."""
        if self._client is not None:
            client, self._client = self._client, None
            await client.aclose()

    async def _answer(self, call: Call[AnswerT]) -> Answer:
        talk = converse(call, self._url, self._patience, _jitter())
        step: Request | Pause = next(talk)
        while True:
            try:
                step = talk.send(await self._do(step))
            except StopIteration as end:
                return cast("Answer", end.value)

    async def _do(self, step: Request | Pause) -> Answer | Lost | None:
        if isinstance(step, Pause):
            await self.sleep(step.seconds)
            return None
        client = self._connection()
        try:
            return _answer(await client.send(built(client, self._url, step)))
        except httpx.RequestError as error:
            return lost_by(error)

    async def _ask(self, call: Call[AnswerT]) -> AnswerT:
        return cast("AnswerT", json_of(await self._answer(call)))

    async def _text(self, call: Call[str]) -> str:
        return (await self._answer(call)).body.decode()

    async def _versioned(self, call: Call[AnswerT]) -> Versioned[AnswerT]:
        return _versioned(await self._answer(call))

    def _pages(self, call: Call[RowT]) -> "AsyncPages[RowT]":
        return AsyncPages(self._answer, call)

    def _connection(self) -> httpx.AsyncClient:
        if self._client is None:
            self._client = httpx.AsyncClient(
                headers=self._headers, verify=self._verify, timeout=self._timeout_s
            )
        return self._client


class Pages(Generic[RowT]):
    """All rows of a list, a page asked for when the one before it is used up."""

    def __init__(
        self, answer: Callable[[Call[RowT]], Answer], call: Call[RowT]
    ) -> None:
        self._answer, self._call = answer, call

    def __iter__(self) -> Iterator[RowT]:
        """Row by row."""
        call: Call[RowT] | None = self._call
        while call is not None:
            rows, call = _page(call, self._answer(call))
            yield from rows

    def first(self) -> Mapping[str, object]:
        """One page as it is answered: `data`, `next`, `previous`."""
        return _document(self._answer(self._call))


class AsyncPages(Generic[RowT]):
    """All rows of a list, a page asked for when the one before it is used up."""

    def __init__(
        self, answer: Callable[[Call[RowT]], Awaitable[Answer]], call: Call[RowT]
    ) -> None:
        self._answer, self._call = answer, call

    async def __aiter__(self) -> AsyncIterator[RowT]:
        """Row by row."""
        call: Call[RowT] | None = self._call
        while call is not None:
            rows, call = _page(call, await self._answer(call))
            for row in rows:
                yield row

    async def first(self) -> Mapping[str, object]:
        """One page as it is answered: `data`, `next`, `previous`."""
        return _document(await self._answer(self._call))


def _page(call: Call[RowT], answer: Answer) -> tuple[list[RowT], Call[RowT] | None]:
    page = _document(answer)
    after = page.get("next")
    rows = cast("list[RowT]", page["data"])
    more = replace(call, query={**call.query, "cursor": after}) if after else None
    return rows, more


def _document(answer: Answer) -> Mapping[str, object]:
    return cast("Mapping[str, object]", json_of(answer))


def _versioned(answer: Answer) -> Versioned[AnswerT]:
    value = cast("AnswerT", json_of(answer))
    return Versioned(value, answer.headers.get("etag", ""))


def built(
    client: httpx.Client | httpx.AsyncClient, url: str, step: Request
) -> httpx.Request:
    """A request as httpx sends it."""
    return client.build_request(
        step.method,
        url + step.path,
        params=step.query or None,
        headers=step.headers,
        content=step.content,
    )


def _answer(response: httpx.Response) -> Answer:
    return Answer(response.status_code, dict(response.headers), response.content)


def lost_by(error: httpx.RequestError) -> Lost:
    """What no answer means; the error itself, which holds the request, ends here."""
    unsent = isinstance(error, httpx.ConnectError | httpx.ConnectTimeout)
    why = str(error) or type(error).__name__
    return Lost(why, unsent=unsent)
