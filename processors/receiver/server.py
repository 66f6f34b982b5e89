"""The receiver: listens, answers as its judge says, and tells what it received."""

import asyncio
import ssl
from collections.abc import Sequence
from urllib.parse import parse_qs

import orjson

from bus.ports import Clock
from bus.receiving import Arrival, Reaction
from processors.receiver.acting import act
from processors.receiver.behaviour import (
    BadBehaviourError,
    Behaviour,
    parse_behaviours,
)
from processors.receiver.connection import Connection, Request, answer_bytes
from processors.receiver.door import Door
from processors.receiver.judging import Judge, OnReceived, Place
from processors.receiver.log import Received, as_json

_OK = answer_bytes(200)
_JSON = (("content-type", "application/json"),)
_OK_STATUS, _BAD_REQUEST, _NOT_FOUND = 200, 400, 404


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
        self._clock = clock
        self._judge = Judge(
            clock,
            default or Behaviour(),
            remember=remember,
            measure=measure,
            on_received=on_received,
        )
        self._door = Door(self._serve)

    @property
    def port(self) -> int:
        """Where it listens; 0: not yet."""
        return self._door.port

    @property
    def received(self) -> Sequence[Received]:
        """All requests so far, in order of arrival."""
        return self._judge.received

    async def start(
        self, host: str = "127.0.0.1", port: int = 0, tls: ssl.SSLContext | None = None
    ) -> int:
        """Listen; returns the port. Raises OSError when it is in use."""
        return await self._door.open(host, port, tls)

    async def close(self) -> None:
        """Stop listening and hang up on everybody."""
        await self._door.close()

    def url(self, path: str = "/") -> str:
        """The address of a path."""
        return self._door.url(path)

    def behave(self, path: str, behaviour: Behaviour) -> None:
        """Let a path behave like this from now on."""
        self._judge.behave(path, behaviour)

    def forget(self) -> None:
        """Begin again with nothing received; behaviours stay."""
        self._judge.forget()

    def counts(self) -> dict[str, object]:
        """How many requests, by status and by path; latencies if measured."""
        return self._judge.counts()

    async def take(self, path: str, arrival: Arrival) -> Reaction:
        """Take what came by another way than HTTP as what is posted to a path is."""
        request = Request("POST", path, dict(arrival.headers), arrival.body)
        place = self._judge.place(path)
        status = self._judge.judge(place, request)
        if place.behaviour.latency_ms:
            await self._clock.sleep(place.behaviour.latency_ms / 1000)
        return Reaction(status)

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
        act(connection, place.behaviour, status, self.url("/redirected"))

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
