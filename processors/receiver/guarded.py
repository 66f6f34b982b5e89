"""A connection with somebody who may be hostile: held to limits.

Apart from the plain one, which is for our own senders and has to be fast.
"""

import asyncio
from typing import Protocol, cast

from typing_extensions import override

from processors.receiver.connection import Connection, Request, Serve
from processors.receiver.limits import Limits

_BAD_REQUEST, _BODY_TOO_LARGE, _TOO_MANY, _HEAD_TOO_LARGE = 400, 413, 429, 431


class Refuse(Protocol):
    """Is told of what was answered without being served."""

    def __call__(self, status: int, /) -> None:
        """Take note of a refusal; 0: hung up on."""
        ...


class _TooMuchError(Exception):
    """More than the limits allow; the parser makes a refusal of it."""


class GuardedConnection(Connection):
    """The server's side of one connection, held to limits."""

    def __init__(
        self, serve: Serve, open_: set[Connection], limits: Limits, refused: Refuse
    ) -> None:
        super().__init__(serve, open_)
        self._limits = limits
        self._refused = refused
        self._within = False
        self._refusal = _BAD_REQUEST
        self._together = 0
        self._head_left = self._body_left = 0
        self._now = asyncio.get_running_loop().time
        self._since = self._now()

    def overdue(self) -> bool:
        """Whether its side, or ours, has been silent for too long."""
        limits = self._limits
        most = limits.request_s if self._within else limits.idle_s
        return self._now() - self._since > (limits.busy_s if self._busy else most)

    @property
    def patience(self) -> tuple[bool, float]:
        """Whom to hang up on first: the lowest."""
        return self._busy, self._since

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if len(self._open) >= self._limits.connections:
            all_ = cast("set[GuardedConnection]", self._open)
            silent = min(all_, key=lambda one: one.patience)
            self._open.discard(silent)
            self._refused(0)
            silent.reset()
        super().connection_made(transport)

    @override
    def data_received(self, data: bytes) -> None:
        self._together = 0
        super().data_received(data)

    @override
    def _refuse(self) -> None:
        self._refused(self._refusal)
        self._turn_away(self._refusal)

    def _too_much(self, status: int) -> _TooMuchError:
        self._refusal = status
        return _TooMuchError()

    @override
    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._head_left = self._limits.head_bytes
        self._body_left = self._limits.body_bytes
        self._within = True
        if not self._busy:
            self._since = self._now()

    @override
    def on_url(self, url: bytes) -> None:
        self._take_of_head(len(url))
        super().on_url(url)

    @override
    def on_header(self, name: bytes, value: bytes) -> None:
        self._take_of_head(len(name) + len(value))
        super().on_header(name, value)

    def _take_of_head(self, size: int) -> None:
        self._head_left -= size
        if self._head_left < 0:
            raise self._too_much(_HEAD_TOO_LARGE)

    @override
    def on_body(self, body: bytes) -> None:
        self._body_left -= len(body)
        if self._body_left < 0:
            raise self._too_much(_BODY_TOO_LARGE)
        super().on_body(body)

    @override
    def on_message_complete(self) -> None:
        self._within = False
        self._together += 1
        if self._together > self._limits.pipelined:
            raise self._too_much(_TOO_MANY)
        super().on_message_complete()

    @override
    def _take(self, request: Request) -> None:
        self._since = self._now()
        super()._take(request)

    @override
    def answer(self, content: bytes) -> None:
        self._since = self._now()
        super().answer(content)
