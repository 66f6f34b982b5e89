"""aiohttp's end of a connection: when it may be used again, when it ends at once."""

import select
from contextvars import ContextVar
from dataclasses import dataclass
from functools import partial
from typing import TypedDict, cast

from aiohttp import ClientRequest, ClientTimeout, TCPConnector
from aiohttp.abc import AbstractResolver
from aiohttp.client_proto import ResponseHandler
from aiohttp.connector import Connection
from aiohttp.helpers import BaseTimerContext, set_exception
from aiohttp.http import HttpResponseParser
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.tracing import Trace
from typing_extensions import Unpack, override

from bus.adapters.http.failures import BrokenBodyError
from bus.adapters.http.patient import PatientParser


class _Params(TypedDict, total=False):
    """What aiohttp tells its parser of an answer."""

    timer: BaseTimerContext | None
    skip_payload: bool
    read_until_eof: bool
    auto_decompress: bool
    read_timeout: float | None
    read_bufsize: int
    timeout_ceil_threshold: float
    max_line_size: int
    max_field_size: int
    max_headers: int


class _Hearing(ResponseHandler):
    """aiohttp's end of a connection, which counts the bytes it hears."""

    heard = 0
    _patient: PatientParser | None = None

    @property
    def disturbed(self) -> bool:
        """Whether something came, or the end, since the last answer."""
        if self.transport is None:
            return True
        poll = select.poll()
        poll.register(self.transport.get_extra_info("socket").fileno(), select.POLLIN)
        return bool(poll.poll(0))

    @property
    @override
    def should_close(self) -> bool:
        odd = self._patient is not None and self._patient.odd
        return odd or self._unread or super().should_close

    @override
    def close(self) -> None:
        if self._unread:
            self.abort()  # it does not read, and may never
        else:
            super().close()

    @override
    def set_response_params(self, **params: Unpack[_Params]) -> None:
        def make() -> HttpResponseParser:
            super(_Hearing, self).set_response_params(**params)
            return cast("HttpResponseParser", self._parser)

        self._patient = PatientParser(make)
        self._parser = cast("HttpResponseParser", self._patient)

    @override
    def data_received(self, data: bytes) -> None:
        self.heard += len(data)
        super().data_received(data)

    @override
    def set_exception(self, exc: BaseException, *cause: BaseException) -> None:
        if isinstance(exc, HttpProcessingError) and self._payload is not None:
            # Who reads the body would wait for the rest until its time is up.
            set_exception(self._payload, BrokenBodyError(), exc)
        super().set_exception(exc, *cause)

    @property
    def _unread(self) -> bool:
        """Whether the far side has not taken all that was written."""
        return self.transport is not None and self.transport.get_write_buffer_size() > 0


@dataclass(slots=True)
class Try:
    """One try of a post: the connection it got, and what that had heard before."""

    plain: bool
    connection: _Hearing | None = None
    heard_before: int = 0

    @property
    def unanswered(self) -> bool:
        """Whether a kept connection ended before any byte of an answer."""
        connection, heard = self.connection, self.heard_before
        return connection is not None and 0 < heard == connection.heard


TRY: ContextVar[Try] = ContextVar("TRY")


class Connector(TCPConnector):
    """Makes connections that count what they hear; tells a try which one it got."""

    def __init__(self, resolver: AbstractResolver, idle_s: float) -> None:
        super().__init__(
            limit=0,
            resolver=resolver,
            use_dns_cache=False,  # Names has one
            keepalive_timeout=idle_s,
        )
        # There is no public way to say so. Were it gone, nothing would be posted
        # twice, and the contract suite would fail.
        protocol: type[ResponseHandler] = _Hearing
        self._factory = partial(protocol, loop=self._loop)

    @override
    async def connect(
        self, req: ClientRequest, traces: list[Trace], timeout: ClientTimeout
    ) -> Connection:
        connection = await super().connect(req, traces, timeout)
        protocol = connection.protocol
        while isinstance(protocol, _Hearing) and protocol.heard and protocol.disturbed:
            connection.close()  # what came before a post is not its answer
            connection = await super().connect(req, traces, timeout)
            protocol = connection.protocol
        if isinstance(protocol, _Hearing):
            this = TRY.get()
            this.connection = protocol
            this.heard_before = protocol.heard
        return connection
