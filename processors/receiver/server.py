"""The receiver: listens, answers as its judge says, and tells what it received."""

import asyncio
import ssl
from collections.abc import Sequence
from functools import partial
from urllib.parse import parse_qs

import orjson

from bus.ports import Clock
from processors.receiver.behaviour import (
    BadBehaviourError,
    Behaviour,
    Mode,
    parse_behaviours,
)
from processors.receiver.connection import Connection, Request, answer_bytes
from processors.receiver.judging import Judge, OnReceived, Place
from processors.receiver.log import Received, as_json

_LARGE_SIZE = 10_000_000
_CUT = answer_bytes(200, b"x" * 1000)[:100]
_OK = answer_bytes(200)
_JSON = (("content-type", "application/json"),)
_OK_STATUS, _FOUND, _BAD_REQUEST, _NOT_FOUND = 200, 302, 400, 404


class Receiver:
    """An HTTP server that behaves as told, path by path.

    A path behaves as `behave` said last, or else as its URL's query says
    (`/orders?fail_share=0.2`), or else as `default` says. Paths that begin with `/_`
    are its own: `GET /_log[?since=N]`, `DELETE /_log`, `GET /_counts`,
    `PUT /_behaviours` (an object of behaviours by path).

    Args:
        clock: Where times come from.
        default: What a path does that nothing was said about.
        remember: Whether every request is kept; without, memory stays constant.
        measure: Whether the time since the body's `timestamp` is counted.
        on_received: Told of every request that is remembered.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        default: Behaviour | None = None,
        remember: bool = True,
        measure: bool = False,
        on_received: OnReceived = None,
    ) -> None:
        self._judge = Judge(
            clock,
            default or Behaviour(),
            remember=remember,
            measure=measure,
            on_received=on_received,
        )
        self._open: set[Connection] = set()
        self._server: asyncio.Server | None = None
        self._scheme = "http"
        self.port = 0

    @property
    def received(self) -> Sequence[Received]:
        """All requests so far, in order of arrival."""
        return self._judge.received

    async def start(
        self, host: str = "127.0.0.1", port: int = 0, tls: ssl.SSLContext | None = None
    ) -> int:
        """Listen; returns the port. Raises OSError when it is in use."""
        loop = asyncio.get_running_loop()
        make = partial(Connection, self._serve, self._open)
        self._server = await loop.create_server(make, host, port, ssl=tls, backlog=4096)
        self.port = int(self._server.sockets[0].getsockname()[1])
        self._scheme = "http" if tls is None else "https"
        return self.port

    async def close(self) -> None:
        """Stop listening and hang up on everybody."""
        if self._server is not None:
            self._server.close()
            for connection in tuple(self._open):
                connection.reset()
            await self._server.wait_closed()
            self._server = None

    def url(self, path: str = "/") -> str:
        """The address of a path."""
        return f"{self._scheme}://127.0.0.1:{self.port}{path}"

    def behave(self, path: str, behaviour: Behaviour) -> None:
        """Let a path behave like this from now on."""
        self._judge.behave(path, behaviour)

    def forget(self) -> None:
        """Begin again with nothing received; behaviours stay."""
        self._judge.forget()

    def counts(self) -> dict[str, object]:
        """How many requests, by status and by path; latencies if measured."""
        return self._judge.counts()

    # --- webhooks

    def _serve(self, connection: Connection, request: Request) -> None:
        if request.url.startswith("/_"):
            connection.answer(self._control(request))
            return
        try:
            place = self._judge.place(request.url)
        except BadBehaviourError as error:
            connection.answer(answer_bytes(_BAD_REQUEST, str(error).encode()))
            return
        status = self._judge.judge(place, request)
        if place.behaviour.latency_ms:
            asyncio.get_running_loop().call_later(
                place.behaviour.latency_ms / 1000, self._act, connection, place, status
            )
        else:
            self._act(connection, place, status)

    def _act(self, connection: Connection, place: Place, status: int) -> None:
        behaviour = place.behaviour
        if status == _OK_STATUS and behaviour.mode is Mode.ANSWER:
            connection.answer(_OK)
        elif status == 0:
            _break(connection, behaviour.mode)
        elif behaviour.mode is Mode.LARGE and status == _OK_STATUS:
            connection.answer(answer_bytes(status, bytes(_LARGE_SIZE)))
        elif behaviour.mode is Mode.REDIRECT and status == _FOUND:
            headers = (("location", self.url("/redirected")),)
            connection.answer(answer_bytes(status, b"", headers))
        elif behaviour.retry_after is not None:
            headers = (("retry-after", behaviour.retry_after),)
            connection.answer(answer_bytes(status, b"", headers))
        else:
            connection.answer(answer_bytes(status))

    # --- its own paths

    def _control(self, request: Request) -> bytes:
        path, _, query = request.url.partition("?")
        match request.method, path:
            case "GET", "/_counts":
                return answer_bytes(_OK_STATUS, orjson.dumps(self.counts()), _JSON)
            case "GET", "/_log":
                since = parse_qs(query).get("since", ["0"])[0]
                first = int(since) if since.isdigit() else 0
                return answer_bytes(_OK_STATUS, as_json(self.received[first:]), _JSON)
            case "DELETE", "/_log":
                self.forget()
                return _OK
            case "PUT", "/_behaviours":
                return self._program(request.body)
            case _:
                return answer_bytes(_NOT_FOUND)

    def _program(self, body: bytes) -> bytes:
        try:
            behaviours = parse_behaviours(orjson.loads(body))
        except (orjson.JSONDecodeError, BadBehaviourError) as error:
            return answer_bytes(_BAD_REQUEST, str(error).encode())
        for path, behaviour in behaviours.items():
            self.behave(path, behaviour)
        return _OK


def _break(connection: Connection, mode: Mode) -> None:
    if mode is Mode.RESET:
        connection.reset()
    elif mode is Mode.CLOSE:
        connection.write(_CUT)
        connection.close()
