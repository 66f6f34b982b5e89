"""A partner's side of a pulled subscription: dials, hands on what comes, settles it."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import TypeAlias

import grpc
import grpc.aio

from bus.adapters.grpc.generated.event_receiver_pb2 import (
    Delivery,
    Settlement,
    SubscribeRequest,
)
from bus.adapters.grpc.inlet import arrived
from bus.adapters.grpc.lanes import MOST_BYTES, system_roots
from bus.adapters.grpc.relay import SUBSCRIBE
from bus.adapters.grpc.replies import receipt_of
from bus.adapters.grpc.trusting import distrusted
from bus.delivery.endpoint import GrpcEndpoint, parse_endpoint
from bus.errors import ConfigurationError
from bus.receiving import Take

_AGAIN_S = 1.0
_Subscribe: TypeAlias = "grpc.aio.StreamStreamMultiCallable[SubscribeRequest, Delivery]"
_FOR_GOOD = {
    grpc.StatusCode.UNAUTHENTICATED,
    grpc.StatusCode.PERMISSION_DENIED,
    grpc.StatusCode.INVALID_ARGUMENT,
}
_OPTIONS = (
    ("grpc.enable_http_proxy", 0),
    ("grpc.max_receive_message_length", 2 * MOST_BYTES),
    ("grpc.keepalive_time_ms", 20_000),
    ("grpc.keepalive_timeout_ms", 10_000),
)


class PullInlet:
    """Fulfils `bus.receiving.Inlet`: dials a gateway, and again when that goes away.

    `away` is told when it is not there, once until it is there again.
    """

    def __init__(
        self,
        url: str,
        subscription: str,
        key: str,
        away: Callable[[str], object] = lambda _: None,
    ) -> None:
        endpoint = parse_endpoint(url)
        if not isinstance(endpoint, GrpcEndpoint):
            raise ConfigurationError(f"{url}: expected grpcs://HOST:PORT")
        self._endpoint = endpoint
        self._subscription = subscription
        self._key = key
        self._away = away
        self._running: asyncio.Task[None] | None = None
        self._told = False
        self._closed = asyncio.Event()

    async def open(self, take: Take) -> str:
        """See `Inlet`; waits until it is subscribed."""
        subscribed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._running = asyncio.create_task(self._run(take, subscribed))
        await asyncio.wait(
            {subscribed, self._running}, return_when=asyncio.FIRST_COMPLETED
        )
        if not subscribed.done():
            await self._running
        return "pull://grpc"

    async def close(self) -> None:
        """See `Inlet`."""
        self._closed.set()
        if self._running is not None:
            self._running.cancel()
            with suppress(asyncio.CancelledError, ConfigurationError):
                await self._running

    async def _run(self, take: Take, subscribed: asyncio.Future[None]) -> None:
        where = self._endpoint
        host = f"[{where.host}]" if ":" in where.host else where.host
        target = f"{host}:{where.port}"
        channel = (
            grpc.aio.insecure_channel(target, _OPTIONS)
            if where.plain
            else grpc.aio.secure_channel(
                target, grpc.ssl_channel_credentials(system_roots()), _OPTIONS
            )
        )
        async with channel:
            while True:
                try:
                    await self._stream(channel, take, subscribed)
                except grpc.aio.AioRpcError as error:
                    said = f"{error.code().name} {error.details()}"
                    if why := await self._for_good(error, said, subscribed):
                        raise ConfigurationError(f"{target}: {why}") from None
                    if not self._told:
                        self._away(f"{target}: {said}")
                        self._told = True
                with suppress(TimeoutError):
                    async with asyncio.timeout(_AGAIN_S):
                        await self._closed.wait()

    async def _for_good(
        self, error: grpc.aio.AioRpcError, said: str, subscribed: asyncio.Future[None]
    ) -> str:
        """Why to dial again is of no use; empty: a gateway may yet come."""
        if error.code() in _FOR_GOOD:
            return said
        if subscribed.done():
            return ""
        if error.code() is not grpc.StatusCode.UNAVAILABLE:
            return said
        where = self._endpoint
        return "" if where.plain else await distrusted(where.host, where.port)

    async def _stream(
        self,
        channel: grpc.aio.Channel,
        take: Take,
        subscribed: asyncio.Future[None],
    ) -> None:
        subscribe: _Subscribe = channel.stream_stream(
            SUBSCRIBE,
            request_serializer=SubscribeRequest.SerializeToString,
            response_deserializer=Delivery.FromString,
        )
        call = subscribe(metadata=(("authorization", f"Bearer {self._key}"),))
        writing, under_way = asyncio.Lock(), set[asyncio.Task[None]]()

        async def settle(one: Delivery) -> None:
            said = await take(arrived(one.event, one.metadata.items(), SUBSCRIBE))
            if not said.status:
                return
            done = Settlement(number=one.number, receipt=receipt_of(said))
            with suppress(grpc.aio.AioRpcError, asyncio.InvalidStateError):
                async with writing:
                    await call.write(SubscribeRequest(settlement=done))

        try:
            await call.write(SubscribeRequest(subscription=self._subscription))
            if await call.initial_metadata():
                self._told = False
                if not subscribed.done():
                    subscribed.set_result(None)
            async for one in call:
                task = asyncio.create_task(settle(one))
                under_way.add(task)
                task.add_done_callback(under_way.discard)
        finally:
            call.cancel()
            for task in under_way:
                task.cancel()
