"""The way of a request: made and signed by the library, sent by the bus's own client.

botocore lets a handler of `before-send` answer in the place of its own HTTP client.
So guard, names, certificates, time-outs and limits are those of everything else that
is posted, and the library opens no connection.
"""

from collections.abc import Mapping
from contextvars import ContextVar

from aiobotocore.awsrequest import AioAWSResponse
from botocore.awsrequest import AWSPreparedRequest

from bus.delivery.subscription import Tls
from bus.sending import Ask, Asker, NoAnswer, NoAnswerKind

MOST_BYTES = 262_144
"""Of an answer to what is sent."""
_OURS = frozenset({"host", "content-length", "transfer-encoding", "connection"})

WITHIN_S: ContextVar[float] = ContextVar("WITHIN_S")
"""How long the request that is being made may take."""


class NobodyError(Exception):
    """There was no answer; `answer` says why."""

    def __init__(self, answer: NoAnswer) -> None:
        super().__init__(answer.kind)
        self.answer = answer


class _Raw:
    """A body that has been read, as the library reads one."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    async def read(self) -> bytes:
        """All of it."""
        return self._body


class Calling:
    """A handler of `before-send` for all requests of a client."""

    def __init__(
        self, asker: Asker, tls: Tls | None, most_bytes: int = MOST_BYTES
    ) -> None:
        self._asker = asker
        self._tls = tls
        self._most_bytes = most_bytes

    async def __call__(
        self, request: AWSPreparedRequest, **_: object
    ) -> AioAWSResponse:
        """Send a request.

        Raises:
            NobodyError: there was no answer, or one that is none of AWS's.
        """
        body = request.body or b""
        ask = Ask(
            request.url,
            [*_headers(request.headers)],
            WITHIN_S.get(),
            self._most_bytes,
            "POST",
            body.encode() if isinstance(body, str) else bytes(body),
            self._tls,
        )
        got = await self._asker.ask(ask)
        if isinstance(got, NoAnswer):
            raise NobodyError(got)
        if got.cut:
            text = "an answer longer than any of AWS's"
            raise NobodyError(NoAnswer(NoAnswerKind.PROTOCOL, text))
        return AioAWSResponse(request.url, got.status, got.headers, _Raw(got.body))


def _headers(headers: Mapping[str, str | bytes]) -> list[tuple[str, str]]:
    return [
        (name, value.decode() if isinstance(value, bytes) else str(value))
        for name, value in headers.items()
        if name.lower() not in _OURS
    ]
