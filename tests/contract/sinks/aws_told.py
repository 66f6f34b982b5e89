"""Topics and event buses of AWS whose servers answer as they are told."""

import json
from collections import deque
from collections.abc import AsyncIterator, Mapping, Sequence
from functools import partial
from typing import Any, ClassVar, TypeAlias
from urllib.parse import parse_qs

from bus.adapters.http.guard import Guard
from bus.adapters.http.names import Names
from bus.sending import Sink
from tests.contract.sinks.aws_worlds import aws_sink, template
from tests.contract.sinks.worlds import (
    WAIT_S,
    WHY,
    Placed,
    Received,
    Reply,
    Scripted,
)
from tests.support.endpoint import Endpoint, Exchange
from tests.support.relay import Relay

Fields: TypeAlias = Mapping[str, Any]
_AWAIT = f"retry-after: {WAIT_S}"


def _answer(status: int, body: str, *headers: str) -> bytes:
    lines = "".join(f"{line}\r\n" for line in headers)
    head = f"HTTP/1.1 {status} x\r\n{lines}content-length: {len(body)}\r\n\r\n"
    return (head + body).encode()


class _Told(Placed):
    """What the two have in common."""

    takes_empty = False
    wait_s: float | None = WAIT_S
    faults: ClassVar[Mapping[Reply, bytes]]

    def __init__(self, sink: Sink, endpoint: Endpoint, relay: Relay) -> None:
        super().__init__(relay)
        self.sink = sink
        self._endpoint = endpoint
        self._next: deque[Reply] = deque()
        endpoint.respond = self._respond

    async def received(self) -> Sequence[Received]:
        """See `World`."""
        return [had for one in self._endpoint.requests for had in self.entries(one)]

    def then(self, *replies: Reply) -> None:
        """See `World`."""
        self._next.extend(replies)

    async def asked(self) -> None:
        """See `World`."""
        await self._endpoint.asked()

    async def restart(self) -> None:
        """See `World`."""
        self._endpoint.hang_up()
        await self._endpoint.left()

    def entries(self, exchange: Exchange) -> Sequence[Received]:
        """What is in a request."""
        raise NotImplementedError

    def taken(self, count: int) -> bytes:
        """The answer that so many were taken."""
        raise NotImplementedError

    def _respond(self, exchange: Exchange) -> None:
        reply = self._next.popleft() if self._next else Reply.ACCEPT
        if reply is Reply.ACCEPT:
            exchange.write(self.taken(len(self.entries(exchange))))
        elif reply is not Reply.HANG:
            exchange.write(self.faults[reply])


def _xml_fault(status: int, code: str, *headers: str) -> bytes:
    error = f"<Type>Sender</Type><Code>{code}</Code><Message>{WHY}</Message>"
    body = f"<ErrorResponse><Error>{error}</Error></ErrorResponse>"
    return _answer(status, body, *headers)


class SnsWorld(_Told):
    """A topic: forms are asked, XML is answered."""

    template = template("sns", "orders")
    large = b"x" * 200_000
    faults: ClassVar[Mapping[Reply, bytes]] = {
        Reply.REFUSE: _xml_fault(400, "InvalidParameter"),
        Reply.THROTTLE: _xml_fault(400, "Throttled", _AWAIT),
        Reply.FAIL: _xml_fault(500, "InternalError"),
        Reply.UNAUTHORISED: _xml_fault(403, "InvalidClientTokenId"),
    }

    def entries(self, exchange: Exchange) -> Sequence[Received]:
        """See `_Told`."""
        form = parse_qs(exchange.body.decode(), keep_blank_values=True)
        found: list[Received] = []
        while (of := f"PublishBatchRequestEntries.member.{len(found) + 1}") and (
            f"{of}.Id" in form
        ):
            fields: dict[str, str] = {}
            while (at := f"{of}.MessageAttributes.entry.{len(fields) + 1}") and (
                f"{at}.Name" in form
            ):
                fields[form[f"{at}.Name"][0]] = form[f"{at}.Value.StringValue"][0]
            found.append(Received(form[f"{of}.Message"][0].encode(), fields))
        return found

    def taken(self, count: int) -> bytes:
        """See `_Told`."""
        rows = "".join(f"<member><Id>{n}</Id></member>" for n in range(count))
        result = f"<PublishBatchResult><Successful>{rows}</Successful>"
        body = f"{result}<Failed/></PublishBatchResult>"
        return _answer(200, f"<PublishBatchResponse>{body}</PublishBatchResponse>")


def _fault(status: int, code: str, *headers: str) -> bytes:
    return _answer(status, json.dumps({"__type": code, "message": WHY}), *headers)


class EventBridgeWorld(_Told):
    """An event bus, which takes JSON objects only."""

    template = template("eventbridge", "orders")
    large = b'{"x":"%s"}' % (b"x" * 200_000)
    faults: ClassVar[Mapping[Reply, bytes]] = {
        Reply.REFUSE: _fault(400, "ValidationException"),
        Reply.THROTTLE: _fault(400, "ThrottlingException", _AWAIT),
        Reply.FAIL: _fault(500, "InternalException"),
        Reply.UNAUTHORISED: _fault(400, "UnrecognizedClientException"),
    }

    def entries(self, exchange: Exchange) -> Sequence[Received]:
        """See `_Told`."""
        details = [json.loads(one["Detail"]) for one in self._rows(exchange)]
        return [Received(one["body"].encode(), one["headers"]) for one in details]

    def taken(self, count: int) -> bytes:
        """See `_Told`."""
        rows = [{"EventId": str(number)} for number in range(count)]
        return _answer(200, json.dumps({"FailedEntryCount": 0, "Entries": rows}))

    def _rows(self, exchange: Exchange) -> Sequence[Fields]:
        return json.loads(exchange.body)["Entries"]  # type: ignore[no-any-return]


async def _open(
    made: type[_Told], *, guard: Guard | None = None, names: Names | None = None
) -> AsyncIterator[Scripted]:
    async with Endpoint() as endpoint, Relay(endpoint.port) as relay:
        sink = aws_sink(guard, names)
        yield made(sink, endpoint, relay)
        await sink.close()


open_sns = partial(_open, SnsWorld)
open_eventbridge = partial(_open, EventBridgeWorld)
