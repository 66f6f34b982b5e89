"""Queues of AWS under contract: one that answers as it is told, and moto's."""

import json
from collections import deque
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import uuid4

from bus.adapters.aws.sink import AwsSink
from bus.adapters.http.asker import HttpAsker
from bus.adapters.http.guard import Guard
from bus.adapters.http.names import Names
from bus.delivery.delivery import Outcome
from bus.delivery.subscription import Login
from bus.sending import Parcel, Sink
from processors.gathering import Gathered
from tests.contract.sinks.worlds import (
    LOOPBACK,
    WAIT_S,
    WHY,
    Placed,
    Received,
    Reply,
    Scripted,
    World,
)
from tests.support.aws import ACCOUNT, KEY, REGION, client, received
from tests.support.endpoint import Endpoint, Exchange
from tests.support.relay import Relay


def template(service: str, name: str) -> str:
    """The URL of what has this name, but for host and port."""
    return f"{service}+http://{{}}/{ACCOUNT}/{name}?region={REGION}"


class SignedIn:
    """A sink whose parcels have a login, as subscriptions of AWS have one."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink

    async def send(self, parcel: Parcel) -> Outcome:
        """See `Sink`."""
        login = {"login": Login.model_validate(KEY)}
        signed = parcel.subscription.model_copy(update=login)
        return await self._sink.send(replace(parcel, subscription=signed))

    async def close(self) -> None:
        """See `Sink`."""
        await self._sink.close()


def aws_sink(guard: Guard | None = None, names: Names | None = None) -> SignedIn:
    """The sink as it is wired."""
    asker = HttpAsker(guard or Guard(allow=LOOPBACK), names)
    return SignedIn(Gathered(AwsSink(asker, own=False)))


class SqsWorld(Placed):
    """A queue whose server answers as it is told."""

    template = template("sqs", "orders")
    takes_empty = False
    wait_s: float | None = WAIT_S

    def __init__(self, sink: Sink, endpoint: Endpoint, relay: Relay) -> None:
        super().__init__(relay)
        self.sink = sink
        self._endpoint = endpoint
        self._next: deque[Reply] = deque()
        endpoint.respond = self._respond

    async def received(self) -> Sequence[Received]:
        """See `World`."""
        return [_had(e) for one in self._endpoint.requests for e in _entries(one)]

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

    def _respond(self, exchange: Exchange) -> None:
        reply = self._next.popleft() if self._next else Reply.ACCEPT
        if reply is Reply.ACCEPT:
            ids = [{"Id": one["Id"], "MessageId": "m"} for one in _entries(exchange)]
            exchange.write(_answer(200, {"Successful": ids}))
        elif reply is not Reply.HANG:
            exchange.write(_FAULTS[reply])


def _entries(exchange: Exchange) -> Sequence[Mapping[str, Any]]:
    return json.loads(exchange.body)["Entries"]


def _answer(status: int, fields: Mapping[str, object], *headers: str) -> bytes:
    body = json.dumps(fields)
    lines = "".join(f"{line}\r\n" for line in headers)
    head = f"HTTP/1.1 {status} x\r\n{lines}content-length: {len(body)}\r\n\r\n"
    return (head + body).encode()


def _fault(status: int, code: str, *headers: str) -> bytes:
    fields = {"__type": f"com.amazonaws.sqs#{code}", "message": WHY}
    return _answer(status, fields, f"x-amzn-query-error: {code};Sender", *headers)


_FAULTS = {
    Reply.REFUSE: _fault(400, "InvalidMessageContents"),
    Reply.THROTTLE: _fault(403, "RequestThrottled", f"retry-after: {WAIT_S}"),
    Reply.FAIL: _fault(500, "InternalFailure"),
    Reply.SPLIT: _fault(400, "BatchRequestTooLong"),
    Reply.UNAUTHORISED: _fault(403, "InvalidClientTokenId"),
}


def _had(message: Mapping[str, Any]) -> Received:
    attributes = message["MessageAttributes"]
    body = message["MessageBody" if "MessageBody" in message else "Body"]
    fields = {name: one["StringValue"] for name, one in attributes.items()}
    return Received(body.encode(), fields)


class MotoWorld(Placed):
    """A queue of moto's."""

    takes_empty = False

    def __init__(self, sink: Sink, sqs: Any, name: str, relay: Relay) -> None:
        super().__init__(relay)
        self.template = template("sqs", name)
        self.sink = sink
        self._sqs = sqs
        self._queue = ""
        self._name = name
        self._had: list[Received] = []

    async def received(self) -> Sequence[Received]:
        """See `World`."""
        url = (await self._sqs.get_queue_url(QueueName=self._name))["QueueUrl"]
        self._had += [_had(one) for one in await received(self._sqs, url)]
        return self._had


async def open_sqs(
    *, guard: Guard | None = None, names: Names | None = None
) -> AsyncIterator[Scripted]:
    """A scripted world."""
    async with Endpoint() as endpoint, Relay(endpoint.port) as relay:
        sink = aws_sink(guard, names)
        yield SqsWorld(sink, endpoint, relay)
        await sink.close()


async def open_moto(
    port: int, *, guard: Guard | None = None, names: Names | None = None
) -> AsyncIterator[World]:
    """A world on a running moto, with a queue of its own."""
    name = f"orders-{uuid4().hex[:12]}"
    async with Relay(port) as relay, client("sqs", port) as sqs:
        await sqs.create_queue(QueueName=name)
        sink = aws_sink(guard, names)
        yield MotoWorld(sink, sqs, name, relay)
        await sink.close()
