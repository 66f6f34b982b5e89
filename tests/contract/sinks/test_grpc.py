"""What the gRPC sink promises beside what all sinks do, against a real server."""

import asyncio

import grpc
import pytest
from google.protobuf.any_pb2 import Any
from google.protobuf.duration_pb2 import Duration
from google.rpc.error_details_pb2 import RetryInfo
from google.rpc.status_pb2 import Status as RpcStatus
from grpc_health.v1 import health_pb2

from bus.adapters.grpc.generated.event_receiver_pb2 import Receipt
from bus.adapters.grpc.lanes import MOST_BYTES
from bus.adapters.grpc.sink import GrpcSink
from bus.adapters.http.guard import Guard
from bus.adapters.http.names import Names
from bus.adapters.http.places import GuardedPlaces
from bus.delivery.delivery import (
    Accepted,
    Failed,
    Outcome,
    Refused,
    Throttled,
    Unreachable,
)
from bus.ports import NoAnswerKind
from tests.contract.sinks.parcels import parcel
from tests.contract.sinks.worlds import LOOPBACK
from tests.support.grpc_receiver import GrpcReceiver, Hang, Says, Status

Serving = health_pb2.HealthCheckResponse
NAME = "wms.example"


def url(receiver: GrpcReceiver, host: str = "127.0.0.1") -> str:
    """Where it is called."""
    return f"grpc{'s' if receiver.credentials else ''}://{host}:{receiver.port}"


# --- receipts and statuses


RETRY = RpcStatus(code=8)
_packed = Any()
_packed.Pack(RetryInfo(retry_delay=Duration(seconds=3)))
RETRY.details.append(_packed)


@pytest.mark.parametrize(
    ("says", "outcome"),
    [
        (Receipt(), Accepted(200)),
        (Receipt(outcome=Receipt.ACCEPTED, detail="got it"), Accepted(200, "got it")),
        (
            Receipt(outcome=Receipt.REFUSED, detail="no\x1b[31m shop"),
            Refused(400, "REFUSED no [31m shop"),
        ),
        (
            Receipt(outcome=Receipt.THROTTLED, retry_after=Duration(nanos=500_000_000)),
            Throttled(429, 0.5, "THROTTLED"),
        ),
        (Receipt(outcome=Receipt.THROTTLED), Throttled(429, None, "THROTTLED")),
        (
            Receipt(outcome=Receipt.FAILED, retry_after=Duration(seconds=-3)),
            Failed(500, None, "FAILED"),
        ),
        (
            Receipt(outcome=77),  # type: ignore[arg-type]
            Failed(500, None, "receipt with an unknown outcome, 77"),
        ),
        (Status(grpc.StatusCode.ALREADY_EXISTS), Accepted(200)),
        (
            Status(grpc.StatusCode.UNAVAILABLE, "in maintenance"),
            Failed(503, None, "UNAVAILABLE in maintenance"),
        ),
        (
            Status(
                grpc.StatusCode.RESOURCE_EXHAUSTED,
                "busy",
                (("grpc-status-details-bin", RETRY.SerializeToString()),),
            ),
            Throttled(429, 3.0, "RESOURCE_EXHAUSTED busy"),
        ),
        (
            Status(
                grpc.StatusCode.RESOURCE_EXHAUSTED,
                "busy",
                (("grpc-retry-pushback-ms", "250"),),
            ),
            Throttled(429, 0.25, "RESOURCE_EXHAUSTED busy"),
        ),
        (
            Receipt(detail="x" * 100_000),
            Unreachable(NoAnswerKind.PROTOCOL, "not a gRPC answer"),
        ),
    ],
    ids=range(12),
)
async def test_what_it_says(sink: GrpcSink, says: Says, outcome: Outcome) -> None:
    """A receipt counts, and where there is none the status of the call."""
    async with GrpcReceiver(says) as receiver:
        assert await sink.send(parcel(url(receiver))) == outcome


@pytest.mark.parametrize("code", list(grpc.StatusCode))
async def test_every_status_on_the_wire(sink: GrpcSink, code: grpc.StatusCode) -> None:
    """Whatever a server ends a call with, there is an outcome."""
    if code is grpc.StatusCode.OK:
        return
    async with GrpcReceiver(Status(code, "x")) as receiver:
        outcome = await sink.send(parcel(url(receiver)))
        assert isinstance(
            outcome, Accepted | Refused | Throttled | Failed | Unreachable
        )


async def test_not_an_event_receiver(sink: GrpcSink) -> None:
    """A server that does not know the service refuses for good."""
    server = grpc.aio.server()
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()

    outcome = await sink.send(parcel(f"grpc://127.0.0.1:{port}"))
    await server.stop(None)

    assert isinstance(outcome, Refused)
    assert outcome.status == 501


# --- sizes


async def test_too_large_for_grpc(sink: GrpcSink) -> None:
    """What no server takes is not sent, and the reason says how large it is."""
    async with GrpcReceiver() as receiver:
        outcome = await sink.send(parcel(url(receiver), b"x" * MOST_BYTES))

        assert isinstance(outcome, Refused)
        assert outcome.status == 413
        assert str(MOST_BYTES) in outcome.detail
        assert not receiver.calls


async def test_too_large_for_the_server(sink: GrpcSink) -> None:
    """Nor is it throttled for ever by a server that takes less."""
    async with GrpcReceiver(most_bytes=1_000) as receiver:
        outcome = await sink.send(parcel(url(receiver), b"x" * 2_000))

        assert isinstance(outcome, Refused)
        assert outcome.status == 413


# --- health


@pytest.mark.parametrize(
    ("health", "delivered"),
    [
        (None, True),
        (Serving.SERVING, True),
        (Serving.SERVICE_UNKNOWN, True),
        (Serving.NOT_SERVING, False),
        (Serving.UNKNOWN, False),
    ],
)
async def test_probe_asks_first(
    sink: GrpcSink, health: int | None, *, delivered: bool
) -> None:
    """A probe costs an endpoint that says it is not well no event."""
    async with GrpcReceiver(health=health) as receiver:
        outcome = await sink.send(parcel(url(receiver), probe=True))

        assert isinstance(outcome, Accepted if delivered else Failed)
        assert len(receiver.calls) == delivered
        assert receiver.checks == (health is not None)


async def test_others_do_not_ask(sink: GrpcSink) -> None:
    """An attempt that is no probe is one call."""
    async with GrpcReceiver(health=Serving.NOT_SERVING) as receiver:
        assert await sink.send(parcel(url(receiver))) == Accepted(200)
        assert not receiver.checks


# --- connections


async def test_stuck_connections_are_left(sink: GrpcSink) -> None:
    """After three calls without an answer the next one connects anew."""
    async with GrpcReceiver() as receiver:
        receiver.then(*[Hang()] * 3)
        for _ in range(3):
            await sink.send(parcel(url(receiver), timeout_s=0.1))
        assert await sink.send(parcel(url(receiver))) == Accepted(200)
        peers = {call.peer for call in receiver.calls}
        assert len(peers) == 2


async def test_new_addresses_are_followed() -> None:
    """A name that comes to stand for another address is called there."""
    found = ["127.0.0.1"]
    names = Names(lambda _: list(found), ttl_s=0)
    sink = GrpcSink(GuardedPlaces(Guard(allow=LOOPBACK), "grpc", names))
    async with GrpcReceiver() as receiver:
        assert await sink.send(parcel(url(receiver, NAME))) == Accepted(200)
        found[:] = ["127.0.0.9"]
        moved = await sink.send(parcel(url(receiver, NAME), timeout_s=2))
        assert isinstance(moved, Unreachable)
        found[:] = ["127.0.0.9", "127.0.0.1"]
        await asyncio.gather(
            *(sink.send(parcel(url(receiver, NAME), number=n)) for n in range(3))
        )
    await sink.close()
