"""A receiver: serves `orderbus.v1.EventReceiver`, and hands on what is called."""

import asyncio
from collections.abc import Iterable, Mapping
from typing import cast

import grpc
import grpc.aio
from grpc_health.v1.health_pb2 import HealthCheckRequest, HealthCheckResponse

from bus.adapters.grpc.envelope import CONTENT_TYPE
from bus.adapters.grpc.generated.cloudevents_pb2 import CloudEvent
from bus.adapters.grpc.generated.event_receiver_pb2 import (
    DeliverBatchRequest,
    DeliverBatchResponse,
    Receipt,
)
from bus.adapters.grpc.lanes import MOST_BYTES, SERVICE
from bus.adapters.grpc.replies import receipt_of, reply_to
from bus.errors import ConfigurationError
from bus.receiving import Arrival, Reaction, Take

DELIVER = f"/{SERVICE}/Deliver"
DELIVER_BATCH = f"/{SERVICE}/DeliverBatch"
_MOST_CALLS = 1_000
_OPTIONS = (
    ("grpc.so_reuseport", 0),  # a port that is taken is an error
    ("grpc.max_receive_message_length", MOST_BYTES),
)
_HEALTHY = HealthCheckResponse(status=HealthCheckResponse.ServingStatus.SERVING)


class GrpcInlet:
    """Fulfils `bus.receiving.Inlet`, without TLS. `port` 0 is a free one."""

    def __init__(self, host: str, port: int) -> None:
        self._host = f"[{host}]" if ":" in host else host
        self._port = port
        self._server: grpc.aio.Server | None = None
        self._take: Take | None = None

    async def open(self, take: Take) -> str:
        """See `Inlet`."""
        self._take = take
        server = grpc.aio.server(options=_OPTIONS, maximum_concurrent_rpcs=_MOST_CALLS)
        server.add_generic_rpc_handlers(self._handlers())
        try:
            port = server.add_insecure_port(f"{self._host}:{self._port}")
        except RuntimeError:
            where = f"{self._host}:{self._port}"
            raise ConfigurationError(f"cannot listen on {where}") from None
        await server.start()
        self._server = server
        return f"grpc://{self._host}:{port}"

    async def close(self) -> None:
        """See `Inlet`; what is under way is ended."""
        if self._server is not None:
            await self._server.stop(None)

    def _handlers(self) -> list[grpc.GenericRpcHandler]:
        deliver = grpc.unary_unary_rpc_method_handler(
            self._deliver,
            request_deserializer=CloudEvent.FromString,
            response_serializer=Receipt.SerializeToString,
        )
        deliver_batch = grpc.unary_unary_rpc_method_handler(
            self._deliver_batch,
            request_deserializer=DeliverBatchRequest.FromString,
            response_serializer=DeliverBatchResponse.SerializeToString,
        )
        check = grpc.unary_unary_rpc_method_handler(
            _check,
            request_deserializer=HealthCheckRequest.FromString,
            response_serializer=HealthCheckResponse.SerializeToString,
        )
        made = grpc.method_handlers_generic_handler
        health = made("grpc.health.v1.Health", {"Check": check})
        several = made(SERVICE, {"DeliverBatch": deliver_batch})
        return [made(SERVICE, {"Deliver": deliver}), several, health]

    async def _deliver(
        self,
        event: CloudEvent,
        context: "grpc.aio.ServicerContext[CloudEvent, Receipt]",
    ) -> Receipt:
        metadata = context.invocation_metadata() or ()
        arrival = arrived(event, cast("Iterable[tuple[str, str | bytes]]", metadata))
        said = await self._taken(arrival)
        reply = reply_to(said)
        if not isinstance(reply, Receipt):
            await context.abort(reply, said.detail)
        return reply

    async def _deliver_batch(
        self,
        request: DeliverBatchRequest,
        context: "grpc.aio.ServicerContext[DeliverBatchRequest, DeliverBatchResponse]",
    ) -> DeliverBatchResponse:
        del context
        receipts: list[Receipt] = []
        for one in request.deliveries:
            arrival = arrived(one.event, one.metadata.items(), DELIVER_BATCH)
            receipts.append(receipt_of(await self._taken(arrival)))
        return DeliverBatchResponse(receipts=receipts)

    async def _taken(self, arrival: Arrival) -> Reaction:
        if self._take is None:
            raise RuntimeError("called before it was opened")
        said = await self._take(arrival)
        if not said.status:
            await asyncio.Event().wait()  # until the caller gives up
        return said


async def _check(request: object, context: object) -> HealthCheckResponse:
    del request, context
    return _HEALTHY


def arrived(
    event: CloudEvent,
    metadata: Iterable[tuple[str, str | bytes]],
    method: str = DELIVER,
) -> Arrival:
    """A call as an arrival: its metadata, and as its content type that of the data."""
    headers = {name.encode(): _bytes(value) for name, value in metadata}
    headers[CONTENT_TYPE.encode()] = _type_of(event.attributes).encode()
    return Arrival(method, headers, event.binary_data)


def _type_of(attributes: Mapping[str, CloudEvent.CloudEventAttributeValue]) -> str:
    found = attributes.get("datacontenttype")
    return "" if found is None else found.ce_string


def _bytes(value: str | bytes) -> bytes:
    return value if isinstance(value, bytes) else value.encode()
