"""The way of a request: made and signed by the library, sent by the bus's own client.

botocore lets a handler of `before-send` answer in the place of its own HTTP client.
So guard, names, certificates, time-outs and limits are those of everything else that
is posted, and the library opens no connection.
"""

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass

from aiobotocore.awsrequest import AioAWSResponse
from botocore.awsrequest import AWSPreparedRequest

from bus.contracts.jsontext import read_json
from bus.delivery.subscription import Tls
from bus.errors import DecodeError
from bus.sending import Ask, Asker, NoAnswer, NoAnswerKind

MOST_BYTES = 262_144
"""Of an answer to what is sent."""
_OURS = frozenset({"host", "content-length", "transfer-encoding", "connection"})

STATUSES = range(100, 600)
"""Those that HTTP has."""


@dataclass(slots=True)
class Exchange:
    """A request that is being made: how long it may take.

    Once there is an answer, what the library raises is about that: before, it would be
    a bug.
    """

    within_s: float
    answer: bytes | None = None


EXCHANGE: ContextVar[Exchange] = ContextVar("EXCHANGE")
"""The one that is under way."""


class NobodyError(Exception):
    """There was no answer; `answer` says why."""

    def __init__(self, answer: NoAnswer) -> None:
        super().__init__(answer.kind)
        self.answer = answer


def odd(answer: bytes) -> str:
    """Why the library could not read an answer in JSON."""
    try:
        said = read_json(answer)
    except DecodeError as why:
        return str(why)
    if not isinstance(said, dict):
        return "expected a JSON object"
    return "its fields are of other types than the service's"


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
        under_way = EXCHANGE.get()
        under_way.answer = None
        ask = Ask(
            request.url,
            [*_headers(request.headers)],
            under_way.within_s,
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
        if got.status not in STATUSES:
            text = f"not an answer of AWS's: status {got.status}"
            raise NobodyError(NoAnswer(NoAnswerKind.PROTOCOL, text))
        under_way.answer = got.body
        return AioAWSResponse(request.url, got.status, got.headers, _Raw(got.body))


def _headers(headers: Mapping[str, str | bytes]) -> list[tuple[str, str]]:
    return [
        (name, value.decode() if isinstance(value, bytes) else str(value))
        for name, value in headers.items()
        if name.lower() not in _OURS
    ]
