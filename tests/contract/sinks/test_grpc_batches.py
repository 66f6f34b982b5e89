"""Several events in a call of gRPC: each has its outcome, none for another's sake."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

import grpc
import grpc.aio
import pytest

from bus.adapters.grpc.batches import batch_of, size_of
from bus.adapters.grpc.generated.event_receiver_pb2 import (
    DeliverBatchRequest,
    DeliverBatchResponse,
    Receipt,
)
from bus.adapters.grpc.inlet import DELIVER, DELIVER_BATCH, GrpcInlet
from bus.adapters.grpc.lanes import SERVICE
from bus.adapters.grpc.sink import GrpcSink
from bus.delivery.delivery import Accepted, Failed, Refused, Unreachable
from bus.ports import NoAnswerKind
from bus.receiving import Arrival, Reaction
from bus.sending import Parcel
from processors.gathering import GatheredWhereTaken
from tests.contract.sinks.parcels import parcel
from tests.support.grpc_receiver import GrpcReceiver

_CODES = grpc.StatusCode


def several(url: str, count: int = 5, timeout_s: float = 5) -> Sequence[Parcel]:
    """So many parcels, of two orders."""
    return [
        parcel(
            f"{url}?batch=100",
            b"%d" % number,
            number=number,
            order=f"SO-{number % 2}",
            timeout_s=timeout_s,
        )
        for number in range(count)
    ]


@dataclass
class Partner:
    """Takes what arrives; of even bodies and odd ones something else is said."""

    arrivals: list[Arrival] = field(default_factory=list)

    async def take(self, arrival: Arrival) -> Reaction:
        """See `bus.receiving.Take`."""
        self.arrivals.append(arrival)
        return Reaction(422, "odd") if int(arrival.body) % 2 else Reaction(200)


@pytest.fixture
async def opened() -> AsyncIterator[tuple[str, Partner]]:
    """A receiver that takes several, and its URL."""
    partner, inlet = Partner(), GrpcInlet("127.0.0.1", 0)
    yield await inlet.open(partner.take), partner
    await inlet.close()


@dataclass
class Stubborn:
    """A server whose DeliverBatch says the same of all; Deliver accepts."""

    says: grpc.StatusCode | int
    calls: int = 0
    receiver: GrpcReceiver = field(default_factory=GrpcReceiver)

    async def serve(self) -> tuple[grpc.aio.Server, str]:
        """Serve it; gives its URL."""
        batches = grpc.unary_unary_rpc_method_handler(
            self._deliver_batch,
            request_deserializer=DeliverBatchRequest.FromString,
            response_serializer=DeliverBatchResponse.SerializeToString,
        )
        both = {**self.receiver.methods(), "DeliverBatch": batches}
        server = grpc.aio.server()
        made = grpc.method_handlers_generic_handler(SERVICE, both)
        server.add_generic_rpc_handlers([made])
        port = server.add_insecure_port("127.0.0.1:0")
        await server.start()
        return server, f"grpc://127.0.0.1:{port}"

    async def _deliver_batch(
        self, request: DeliverBatchRequest, context: grpc.aio.ServicerContext
    ) -> DeliverBatchResponse:
        del request
        self.calls += 1
        if isinstance(self.says, int):
            return DeliverBatchResponse(receipts=[Receipt()] * self.says)
        await context.abort(self.says, "no")
        raise AssertionError


async def test_each_has_its_receipt(
    sink: GrpcSink, opened: tuple[str, Partner]
) -> None:
    """In the order in which they were sent."""
    url, partner = opened
    outcomes = await sink.send_all(several(url), 5)

    odd = Refused(400, "REFUSED odd")
    assert outcomes == [odd if n % 2 else Accepted(200) for n in range(5)]
    assert [one.body for one in partner.arrivals] == [b"%d" % n for n in range(5)]
    assert {one.place for one in partner.arrivals} == {DELIVER_BATCH}
    ids = [one.headers[b"webhook-id"] for one in partner.arrivals]
    assert len(set(ids)) == 5
    assert partner.arrivals[0].headers[b"content-type"] == b"application/json"


async def test_many_at_once_go_together(
    sink: GrpcSink, opened: tuple[str, Partner]
) -> None:
    """Where the URL says so; elsewhere each goes by itself."""
    url, partner = opened
    gathered = GatheredWhereTaken(sink)
    sent = several(url, 40)
    outcomes = await asyncio.gather(*map(gathered.send, sent))
    assert sum(isinstance(one, Accepted) for one in outcomes) == 20
    assert DELIVER_BATCH in {one.place for one in partner.arrivals}

    partner.arrivals.clear()
    alone = [parcel(url, b"%d" % n, number=n) for n in range(5)]
    await asyncio.gather(*map(gathered.send, alone))
    assert {one.place for one in partner.arrivals} == {DELIVER}


async def test_one_alone(sink: GrpcSink, opened: tuple[str, Partner]) -> None:
    """Goes by Deliver."""
    url, partner = opened
    assert await sink.send_all(several(url, 1), 5) == [Accepted(200)]
    assert [one.place for one in partner.arrivals] == [DELIVER]


async def test_who_does_not_serve_it(sink: GrpcSink) -> None:
    """Gets each by Deliver, those of one order in turn, and is asked only once."""
    server, url = await (stubborn := Stubborn(_CODES.UNIMPLEMENTED)).serve()
    for _ in range(2):
        assert await sink.send_all(several(url), 5) == [Accepted(200)] * 5
    bodies = [call.event.binary_data for call in stubborn.receiver.calls]
    assert sorted(bodies) == sorted([b"%d" % n for n in range(5)] * 2)
    evens = [body for body in bodies[:5] if int(body) % 2 == 0]
    assert evens == [b"0", b"2", b"4"]
    assert stubborn.calls == 1
    await server.stop(None)


@pytest.mark.parametrize(
    "code", [_CODES.INVALID_ARGUMENT, _CODES.UNAUTHENTICATED, _CODES.ALREADY_EXISTS]
)
async def test_a_refusal_of_all(sink: GrpcSink, code: grpc.StatusCode) -> None:
    """Is one of some: each is asked for by itself, and so the next time."""
    server, url = await (stubborn := Stubborn(code)).serve()
    for _ in range(2):
        assert await sink.send_all(several(url), 5) == [Accepted(200)] * 5
    assert stubborn.calls == 2
    await server.stop(None)


async def test_a_failure_of_all(sink: GrpcSink) -> None:
    """Counts for all; none is sent twice."""
    server, url = await (stubborn := Stubborn(_CODES.UNAVAILABLE)).serve()
    failed = Failed(503, None, "UNAVAILABLE no")
    assert await sink.send_all(several(url), 5) == [failed] * 5
    assert not stubborn.receiver.calls
    await server.stop(None)


@pytest.mark.parametrize("count", [0, 3, 9])
async def test_receipts_that_do_not_fit(sink: GrpcSink, count: int) -> None:
    """Nobody can tell whose they are: all come again."""
    server, url = await Stubborn(count).serve()
    outcomes = await sink.send_all(several(url), 5)
    said = f"not a gRPC answer: {count} receipts for 5 events, expected one for each"
    assert outcomes == [Unreachable(NoAnswerKind.PROTOCOL, said)] * 5
    await server.stop(None)


@pytest.mark.parametrize("body", [b"", b"x" * 100_000])
@pytest.mark.parametrize("order", ["SO-1", "ü" * 200, "\ud800"])
def test_the_size_is_no_guess(body: bytes, order: str) -> None:
    """What one takes of a message is never more than is reckoned with."""
    one = parcel("grpc://x?batch=9", body, order=order, headers={"X-A": "b" * 300})
    assert batch_of([one]).ByteSize() <= size_of(one)
