"""Where partners subscribe whom nobody can call, and where workers hand over to them.

A server of two services. Partners dial it and call `EventSource.Subscribe`, with a key.
Workers call `EventReceiver.Deliver`, with a token that the whole bus shares; they get
the receipt that the partner gives, or hear that nobody is there.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import suppress
from typing import TypeAlias, cast

import grpc
import grpc.aio

from bus.adapters.grpc.generated.cloudevents_pb2 import CloudEvent
from bus.adapters.grpc.generated.event_receiver_pb2 import (
    Delivery,
    Receipt,
    SubscribeRequest,
)
from bus.adapters.grpc.inlet import DELIVER
from bus.adapters.grpc.lanes import MOST_BYTES, SERVICE
from bus.adapters.grpc.reading import asking
from bus.adapters.grpc.stands import Stand, Stands
from bus.errors import ConfigurationError, NotAllowedError, NotAuthenticatedError

SOURCE = "orderbus.v1.EventSource"
SUBSCRIBE = f"/{SOURCE}/Subscribe"
TOKEN, WHOSE = "orderbus-relay-token", "orderbus-subscription"
_FIRST_S = 10.0
_MOST_CALLS = 10_000
_BEARER = "bearer "
_OPTIONS = (
    ("grpc.so_reuseport", 0),  # a port that is taken is an error
    # With room for the metadata, which is in the message of a stream.
    ("grpc.max_receive_message_length", MOST_BYTES),
    ("grpc.max_send_message_length", 2 * MOST_BYTES),
    # A machine that vanished says nothing: ask it, and end what it had.
    ("grpc.keepalive_time_ms", 10_000),
    ("grpc.keepalive_timeout_ms", 5_000),
    ("grpc.http2.max_pings_without_data", 0),
    # Who dials through a firewall keeps the way open by pings of its own.
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.http2.min_ping_interval_without_data_ms", 5_000),
)

Admit: TypeAlias = Callable[[str, str], None]
"""Says whether a key may have the events of a subscription, by raising if not.

Raises NotAuthenticatedError or NotAllowedError; both may be shown as they are.
"""
_Requests: TypeAlias = AsyncIterator[SubscribeRequest | None]
"""None is one that cannot be read."""
_Handing: TypeAlias = "grpc.aio.ServicerContext[CloudEvent, Receipt]"
_Context: TypeAlias = "grpc.aio.ServicerContext[SubscribeRequest, Delivery]"


class Relay:
    """The server.

    Args:
        host: Where it listens.
        port: Likewise; 0 is a free one.
        admit: Who may subscribe to what.
        knows: Whether a token is one of this bus's.
        shown: Private key and certificate (PEM); None is without TLS.
    """

    def __init__(
        self,
        host: str,
        port: int,
        admit: Admit,
        knows: Callable[[str], bool],
        shown: tuple[bytes, bytes] | None = None,
    ) -> None:
        self._host = f"[{host}]" if ":" in host else host
        self._port = port
        self._admit = admit
        self._knows = knows
        self._credentials = shown and grpc.ssl_server_credentials([shown])
        self._stands = Stands()
        self._server: grpc.aio.Server | None = None

    async def start(self) -> str:
        """Listen; returns the URL.

        Raises:
            ConfigurationError: the port is taken.
        """
        server = grpc.aio.server(options=_OPTIONS, maximum_concurrent_rpcs=_MOST_CALLS)
        server.add_generic_rpc_handlers(self._handlers())
        where = f"{self._host}:{self._port}"
        try:
            if self._credentials is None:
                port = server.add_insecure_port(where)
            else:
                port = server.add_secure_port(where, self._credentials)
        except RuntimeError:
            raise ConfigurationError(
                f"ORDERBUS_PULL_PORT: cannot listen on {where}; choose another port"
            ) from None
        await server.start()
        self._server = server
        scheme = "grpc" if self._credentials is None else "grpcs"
        return f"{scheme}://{self._host}:{port}"

    async def stop(self) -> None:
        """End all streams: who was subscribed dials anew, what was open comes again."""
        self._stands.end()
        if self._server is not None:
            await self._server.stop(1)
            self._server = None

    def _handlers(self) -> list[grpc.GenericRpcHandler]:
        deliver = grpc.unary_unary_rpc_method_handler(
            self._deliver,
            request_deserializer=asking(CloudEvent),
            response_serializer=Receipt.SerializeToString,
        )
        subscribe = grpc.stream_stream_rpc_method_handler(
            self._subscribe,
            request_deserializer=asking(SubscribeRequest),
            response_serializer=Delivery.SerializeToString,
        )
        made = grpc.method_handlers_generic_handler
        name = DELIVER.rpartition("/")[2]
        return [
            made(SERVICE, {name: deliver}),
            made(SOURCE, {"Subscribe": subscribe}),
        ]

    # ------------------------------------------------ workers

    async def _deliver(self, event: CloudEvent | None, context: _Handing) -> Receipt:
        told = _told(context)
        if not self._knows(told.pop(TOKEN, "")):
            await context.abort(grpc.StatusCode.UNAUTHENTICATED, "no token of this bus")
        if event is None:
            await context.abort(grpc.StatusCode.INVALID_ARGUMENT, "no CloudEvent")
        order = event.attributes["subject"].ce_string
        stand = self._stands.of(told.pop(WHOSE, ""), order)
        if stand is None:
            await context.abort(grpc.StatusCode.NOT_FOUND, "nobody is subscribed")
        told.pop("user-agent", None)
        receipt = await stand.hand(event, told)
        if receipt is None:
            await context.abort(grpc.StatusCode.UNAVAILABLE, "went away")
        return receipt

    # ------------------------------------------------ partners

    async def _subscribe(
        self, requests: _Requests, context: _Context
    ) -> AsyncIterator[Delivery]:
        name, stand = await self._entered(requests, context)
        hearing = asyncio.create_task(_hear(requests, stand))
        try:
            # So that whoever dials knows that it is subscribed.
            await context.send_initial_metadata((("orderbus-subscribed", "yes"),))
            async for one in stand.deliveries():
                yield one
            if hearing.done() and not hearing.result():
                await context.abort(
                    grpc.StatusCode.INVALID_ARGUMENT, "a request that cannot be read"
                )
        finally:
            hearing.cancel()
            self._stands.leave(name, stand)
            with suppress(asyncio.CancelledError):
                await hearing

    async def _entered(
        self, requests: _Requests, context: _Context
    ) -> tuple[str, Stand]:
        name, token = await _first(requests, context), _bearer(context)
        try:
            self._admit(token, name)
        except NotAuthenticatedError as error:
            await context.abort(grpc.StatusCode.UNAUTHENTICATED, str(error))
        except NotAllowedError as error:
            await context.abort(grpc.StatusCode.PERMISSION_DENIED, str(error))
        stand = Stand(lambda: self._still(token, name))
        if not self._stands.enter(name, stand):
            await context.abort(
                grpc.StatusCode.RESOURCE_EXHAUSTED, "too many streams of it are open"
            )
        return name, stand

    def _still(self, token: str, name: str) -> bool:
        try:
            self._admit(token, name)
        except (NotAuthenticatedError, NotAllowedError):
            return False
        return True


async def _first(requests: _Requests, context: _Context) -> str:
    """Whose events are wanted."""
    try:
        async with asyncio.timeout(_FIRST_S):
            first = await anext(requests, None)
    except TimeoutError:
        first = None
    name = "" if first is None else first.subscription
    if not name:
        await context.abort(
            grpc.StatusCode.INVALID_ARGUMENT,
            "the first request has to name the subscription",
        )
    return name


async def _hear(requests: _Requests, stand: Stand) -> bool:
    """Hear the settlements, until the last, or one that cannot be read: False."""
    try:
        async for request in requests:
            if request is None:
                return False
            if request.HasField("settlement"):
                stand.settle(request.settlement)
        return True
    finally:
        stand.end()


def _told(context: _Handing) -> dict[str, str]:
    return {name: v for name, v in _pairs(context) if isinstance(v, str)}


def _bearer(context: _Context) -> str:
    for name, value in _pairs(context):
        text = value if isinstance(value, str) else ""
        if name == "authorization" and text.lower().startswith(_BEARER):
            return text[len(_BEARER) :].strip()
    return ""


def _pairs(context: "_Context | _Handing") -> Iterable[tuple[str, str | bytes]]:
    metadata = context.invocation_metadata() or ()
    return cast("Iterable[tuple[str, str | bytes]]", metadata)
