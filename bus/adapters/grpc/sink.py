"""The sink of kind grpc: an event a call, judged by its receipt or its status.

Where an endpoint's URL says so, several events go in a call, each with its receipt.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import TypeVar

import grpc
import grpc.aio
from grpc_health.v1.health_pb2 import HealthCheckRequest, HealthCheckResponse

from bus.adapters.grpc.batches import (
    batch_of,
    counts_for_all,
    in_turn,
    size_of,
)
from bus.adapters.grpc.codes import TOO_LARGE, judge, told, unreachable
from bus.adapters.grpc.envelope import cloud_event, metadata
from bus.adapters.grpc.generated.cloudevents_pb2 import CloudEvent
from bus.adapters.grpc.generated.event_receiver_pb2 import Receipt
from bus.adapters.grpc.hints import read_hints, seconds
from bus.adapters.grpc.lanes import MOST_BYTES, SERVICE, Berth, Lane, Lanes
from bus.adapters.grpc.reading import miscounted
from bus.delivery.delivery import (
    Accepted,
    Failed,
    Outcome,
    Refused,
    Throttled,
    Unreachable,
)
from bus.delivery.endpoint import GrpcEndpoint, parse_endpoint
from bus.delivery.subscription import Tls, one_line
from bus.ports import NoAnswer, NoAnswerKind
from bus.sending import Limits, Parcel, Places

Came = TypeVar("Came")
_LONGEST_SAID = 200
_MOST_ENDPOINTS = 20_000
_NO_TLS = Tls()
_OK, _BAD_REQUEST, _TOO_MANY, _ERROR, _UNAVAILABLE = 200, 400, 429, 500, 503
_NOT_SERVED = Refused(501, "UNIMPLEMENTED DeliverBatch")
_LATE = unreachable(NoAnswerKind.TIMEOUT)


class GrpcSink:
    """Fulfils `Sink` and `BatchSink` by calls of `orderbus.v1.EventReceiver`.

    Args:
        places: Where it may connect to; closed here.
        agent: How it introduces itself.
    """

    def __init__(self, places: Places, agent: str = "Orderbus") -> None:
        self._places = places
        self._lanes = Lanes(agent)
        self._endpoints: dict[str, GrpcEndpoint] = {}

    async def send(self, parcel: Parcel) -> Outcome:
        """See `Sink`."""
        message = cloud_event(parcel)
        if (size := message.ByteSize()) > MOST_BYTES:
            detail = f"not sent: {size} bytes, and gRPC takes {MOST_BYTES}"
            return Refused(TOO_LARGE, detail)

        async def deliver(lane: Lane, within_s: float) -> Outcome:
            return await _deliver(lane, message, parcel, within_s)

        return await self._call(parcel, parcel.timeout_s, deliver, probe=parcel.probe)

    def limits(self, parcel: Parcel) -> Limits:
        """See `BatchSink`."""
        return Limits(self._endpoint(parcel.url).batch, MOST_BYTES)

    def size(self, parcel: Parcel) -> int:
        """See `BatchSink`."""
        return size_of(parcel)

    async def send_all(
        self, parcels: Sequence[Parcel], timeout_s: float
    ) -> Sequence[Outcome]:
        """See `BatchSink`; one alone goes by Deliver."""
        if len(parcels) == 1:
            return [await self.send(parcels[0])]
        until = asyncio.get_running_loop().time() + timeout_s
        probe = any(one.probe for one in parcels)

        async def deliver(lane: Lane, within_s: float) -> Sequence[Outcome] | Outcome:
            return await _deliver_all(lane, parcels, within_s)

        came = await self._call(parcels[0], timeout_s, deliver, probe=probe)
        if isinstance(came, Sequence):
            return came
        if counts_for_all(came):
            return [came] * len(parcels)
        return await self._one_by_one(parcels, until)

    def leave(self, subscription: str) -> None:
        """See `KeepingSink`."""
        self._lanes.leave(subscription)

    async def close(self) -> None:
        """Close all connections."""
        await self._lanes.close()
        await self._places.close()

    async def _one_by_one(
        self, parcels: Sequence[Parcel], until: float
    ) -> Sequence[Outcome]:
        """Deliver each by a call of its own; those of one order in turn."""
        outcomes: list[Outcome] = [_LATE] * len(parcels)

        async def deliver(places: Sequence[int]) -> None:
            with suppress(TimeoutError):
                async with asyncio.timeout_at(until):
                    for at in places:
                        outcomes[at] = await self.send(parcels[at])

        await asyncio.gather(*map(deliver, in_turn(parcels)))
        return outcomes

    async def _call(
        self,
        parcel: Parcel,
        timeout_s: float,
        call: Callable[[Lane, float], Awaitable[Came | Outcome]],
        *,
        probe: bool,
    ) -> Came | Outcome:
        """Call where a parcel goes, if it is well there; or what is wrong."""
        now = asyncio.get_running_loop().time
        deadline = now() + timeout_s
        berth = await self._lane(parcel, timeout_s)
        if isinstance(berth, Unreachable):
            return berth
        with berth as lane:
            try:
                unwell = await _probe(lane, deadline - now()) if probe else None
                if unwell is not None:
                    return unwell
                came = await call(lane, deadline - now())
            except asyncio.CancelledError:
                if _is_cancelled():
                    raise
                return unreachable(NoAnswerKind.RESET)  # the channel was closed
            kind = came.kind if isinstance(came, Unreachable) else None
            lane.timeouts = lane.timeouts + 1 if kind == NoAnswerKind.TIMEOUT else 0
            if kind == NoAnswerKind.PROTOCOL:
                self._lanes.shun(berth)
        return came

    async def _lane(self, parcel: Parcel, timeout_s: float) -> "Berth | Unreachable":
        endpoint = self._endpoint(parcel.url)
        try:
            async with asyncio.timeout(timeout_s):
                found = await self._places.admitted(
                    endpoint.host, endpoint.port, plain=endpoint.plain
                )
        except TimeoutError:
            return unreachable(NoAnswerKind.TIMEOUT)
        if isinstance(found, NoAnswer):
            return Unreachable(found.kind, found.detail)
        tls, whose = parcel.tls or _NO_TLS, parcel.subscription.id
        return self._lanes.use(endpoint, tls, found, whose)

    def _endpoint(self, url: str) -> GrpcEndpoint:
        endpoint = self._endpoints.get(url)
        if endpoint is None:
            parsed = parse_endpoint(url)
            if not isinstance(parsed, GrpcEndpoint):
                raise TypeError(f"not a gRPC endpoint: {type(parsed).__name__}")
            if len(self._endpoints) >= _MOST_ENDPOINTS:
                self._endpoints.pop(next(iter(self._endpoints)))
            endpoint = self._endpoints[url] = parsed
        return endpoint


async def _deliver(
    lane: Lane, message: CloudEvent, parcel: Parcel, within_s: float
) -> Outcome:
    try:
        receipt = await lane.deliver(
            message,
            timeout=max(within_s, 0.001),
            metadata=grpc.aio.Metadata(*metadata(parcel)),
        )
    except grpc.aio.AioRpcError as error:
        return _judged(error, lane)
    return receipt if isinstance(receipt, Unreachable) else read_receipt(receipt)


async def _deliver_all(
    lane: Lane, parcels: Sequence[Parcel], within_s: float
) -> Sequence[Outcome] | Outcome:
    if lane.singly:
        return _NOT_SERVED
    try:
        answer = await lane.deliver_batch(
            batch_of(parcels), timeout=max(within_s, 0.001)
        )
    except grpc.aio.AioRpcError as error:
        lane.singly = error.code() is grpc.StatusCode.UNIMPLEMENTED
        return _judged(error, lane)
    if isinstance(answer, Unreachable):
        return answer
    if (count := len(answer.receipts)) != len(parcels):
        return miscounted(count, len(parcels))
    return [read_receipt(receipt) for receipt in answer.receipts]


async def _probe(lane: Lane, within_s: float) -> Outcome | None:
    """What ails an endpoint that says it is not well; None: it is, or does not say.

    Health checking is gRPC's own protocol, and a server need not have it.
    """
    request = HealthCheckRequest(service=SERVICE)
    try:
        said = await lane.check(request, timeout=max(within_s, 0.001))
    except grpc.aio.AioRpcError as error:
        outcome = _judged(error, lane)
        return None if isinstance(outcome, Refused | Accepted) else outcome
    if isinstance(said, Unreachable):
        return said
    if said.status in {
        HealthCheckResponse.ServingStatus.SERVING,
        HealthCheckResponse.ServingStatus.SERVICE_UNKNOWN,
    }:
        return None
    return Failed(_UNAVAILABLE, None, "health check: not serving")


def read_receipt(receipt: Receipt) -> Outcome:
    """What a receipt says; it counts, whatever the status was."""
    after = receipt.retry_after
    wait_s = seconds(float(after.seconds) + after.nanos / 1e9)
    match receipt.outcome:
        case Receipt.OUTCOME_UNSPECIFIED | Receipt.ACCEPTED:
            return Accepted(_OK, one_line(receipt.detail)[:_LONGEST_SAID])
        case Receipt.REFUSED:
            return Refused(_BAD_REQUEST, told("REFUSED", receipt.detail))
        case Receipt.THROTTLED:
            return Throttled(_TOO_MANY, wait_s, told("THROTTLED", receipt.detail))
        case Receipt.FAILED:
            return Failed(_ERROR, wait_s, told("FAILED", receipt.detail))
        case other:
            return Failed(_ERROR, wait_s, f"receipt with an unknown outcome, {other}")


def _judged(error: grpc.aio.AioRpcError, lane: Lane) -> Outcome:
    hints = read_hints(error.trailing_metadata() or ())
    return judge(error.code(), error.details() or "", hints, lane.called(error))


def _is_cancelled() -> bool:
    """Whether it is our own task that was cancelled."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
