"""A live stream without any I/O: what to do next, and what is heard.

`listen` is a generator, as `converse` is: it gives a `Request` to open, `READ` for the
next bytes, a `Pause` to wait for, and each `Message` that is heard. A stream that
breaks off is opened again where it was, for ever; what is refused ends it.
"""

from collections.abc import Generator, Iterator, Mapping, Sequence
from enum import Enum
from typing import Final, NamedTuple, TypeAlias, cast

import orjson

from bus.api.errors import ApiError, lost, refusal
from bus.api.exchange import (
    Answer,
    Call,
    Lost,
    Patience,
    Pause,
    Request,
    again_after,
    asked_to_wait,
    request_of,
)

PATH = "/v1/stream"
QUIET_S = 45.0
"""A stream that says nothing for so long is dead: it has a heartbeat every 15 s."""
_MOST_BYTES = 16 * 2**20
_MOST_TRIED = 6
_RETRY_S = 2.0
_SLOWEST_S = 60.0


class Message(NamedTuple):
    """What was heard.

    `kind` is `event`, `attempt`, `gap` (Kafka has deleted what `data` says) or `end`
    (of one connection, and why; the next one follows). `id` is where to go on.
    """

    kind: str
    id: str
    data: Mapping[str, object]


class Read(Enum):
    """Read on."""

    READ = "read"


class Opened(NamedTuple):
    """The stream is there."""


READ: Final = Read.READ
Words: TypeAlias = str | Sequence[str] | None
Step: TypeAlias = Request | Pause | Message | Read
Told: TypeAlias = Opened | Answer | Lost | bytes | None


class Parser:
    """Makes messages of bytes, as section 9.2 of the HTML standard has them."""

    def __init__(self, last_id: str = "") -> None:
        self.last_id = last_id
        self.retry_s = _RETRY_S
        self._left = b""
        self._id = last_id
        self._kind = ""
        self._data: list[bytes] = []

    def feed(self, chunk: bytes) -> Iterator[Message]:
        """Yield the messages that are whole now.

        Raises:
            ApiError: it is no stream of a gateway.
        """
        *lines, self._left = (self._left + chunk).split(b"\n")
        if len(self._left) > _MOST_BYTES:
            raise ApiError("what answers there sends no messages: is it a gateway?")
        for line in lines:
            if line := line.removesuffix(b"\r"):
                self._field(line)
            elif (message := self._message()) is not None:
                yield message

    def _field(self, line: bytes) -> None:
        name, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if name == b"data":
            self._data.append(value)
        elif name == b"event":
            self._kind = value.decode(errors="replace")
        elif name == b"id":
            self._id = value.decode(errors="replace")
        elif name == b"retry" and value.isdigit():
            self.retry_s = min(int(value[:9]) / 1e3, _SLOWEST_S)

    def _message(self) -> Message | None:
        """What an empty line ends; a block without data only moves the id on."""
        kind, data = self._kind, b"\n".join(self._data)
        self._kind, self._data = "", []
        self.last_id = self._id
        if not data:
            return None
        try:
            document = orjson.loads(data)
        except ValueError:
            document = None
        if not isinstance(document, dict):
            raise ApiError("what answers there sends no JSON: is it a gateway?")
        return Message(kind, self._id, cast("Mapping[str, object]", document))


def listen(
    query: Mapping[str, Words], last_id: str, where: str, patience: Patience
) -> Generator[Step, Told, None]:
    """Hear a stream for ever; jitter is in the gateway's own `retry`.

    Raises:
        ApiError: it is refused, or was never there at all.
    """
    call: Call[object] = Call("GET", PATH, query=query)
    begun, tried = False, 0
    while True:
        told = yield _request(call, last_id)
        if isinstance(told, Opened):
            begun, tried = True, 0
            parser = yield from _hear(last_id)
            last_id = parser.last_id
            yield Pause(parser.retry_s)
            continue
        failed = told if isinstance(told, Answer | Lost) else None
        wait_s = again_after(call, failed, min(tried, _MOST_TRIED), 0.5)
        tried += 1
        if wait_s is None or (not begun and tried > patience.retries):
            raise _refused(failed, where)
        yield Pause(min(wait_s, _SLOWEST_S))


def _request(call: Call[object], last_id: str) -> Request:
    request = request_of(call)
    headers = {**request.headers, "Accept": "text/event-stream"}
    if last_id:
        headers["Last-Event-ID"] = last_id
    return request._replace(headers=headers)


def _hear(last_id: str) -> Generator[Step, Told, Parser]:
    """Hear one connection to its end."""
    parser = Parser(last_id)
    while isinstance(chunk := (yield READ), bytes):
        yield from parser.feed(chunk)
    return parser


def _refused(told: Answer | Lost | None, where: str) -> ApiError:
    if isinstance(told, Answer):
        return refusal(told.status, told.body, told.headers, asked_to_wait(told))
    return lost(where, told.why if told else "nothing was sent")
