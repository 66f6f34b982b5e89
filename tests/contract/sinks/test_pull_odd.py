"""Who dials a relay and says what is no request is told so, and not logged."""

import asyncio
import logging
from collections.abc import AsyncIterator
from typing import TypeAlias

import grpc
import grpc.aio
import pytest

from bus.adapters.grpc.generated.event_receiver_pb2 import SubscribeRequest
from bus.adapters.grpc.inlet import DELIVER
from bus.adapters.grpc.relay import SUBSCRIBE, TOKEN
from bus.ports import NoAnswerKind
from tests.contract.sinks.parcels import parcel
from tests.contract.sinks.pull_worlds import KEY, URL, PullWorld, pulling
from tests.contract.sinks.pull_worlds import TOKEN as SHARED
from tests.contract.sinks.worlds import nobody_reached
from tests.support.pace import patience

_Streams: TypeAlias = "grpc.aio.StreamStreamMultiCallable[bytes, bytes]"
_Calls: TypeAlias = "grpc.aio.UnaryUnaryMultiCallable[bytes, bytes]"
NOISE = b"\xff" * 20
_MINE = SubscribeRequest(subscription="acme").SerializeToString()


@pytest.fixture
async def world() -> AsyncIterator[PullWorld]:
    """A relay and a worker's sink."""
    async with pulling() as opened:
        yield opened


@pytest.fixture
async def channel(
    world: PullWorld, caplog: pytest.LogCaptureFixture
) -> AsyncIterator[grpc.aio.Channel]:
    """A way to the relay for bytes as they are; nothing is logged of them."""
    caplog.set_level(logging.WARNING)
    async with grpc.aio.insecure_channel(
        world.url.partition("//")[2], (("grpc.enable_http_proxy", 0),)
    ) as opened:
        yield opened
    assert not caplog.records


async def test_a_first_request(channel: grpc.aio.Channel) -> None:
    """That cannot be read names no subscription."""
    subscribe: _Streams = channel.stream_stream(SUBSCRIBE)
    call = subscribe(metadata=(("authorization", f"Bearer {KEY}"),))
    await call.write(NOISE)
    with pytest.raises(grpc.aio.AioRpcError) as said:
        await call.read()
    assert said.value.code() is grpc.StatusCode.INVALID_ARGUMENT


async def test_a_settlement(channel: grpc.aio.Channel, world: PullWorld) -> None:
    """That cannot be read ends the stream; what was open comes again."""
    subscribe: _Streams = channel.stream_stream(SUBSCRIBE)
    call = subscribe(metadata=(("authorization", f"Bearer {KEY}"),))
    await call.write(_MINE)
    await call.initial_metadata()
    sending = asyncio.create_task(world.sink.send(parcel(URL, timeout_s=patience(10))))
    assert await call.read()
    await call.write(NOISE)
    assert nobody_reached(await sending) == NoAnswerKind.RESET
    with pytest.raises(grpc.aio.AioRpcError) as said:
        await call.read()
    assert said.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert said.value.details() == "a request that cannot be read"


@pytest.mark.parametrize(
    ("token", "code"),
    [
        (SHARED, grpc.StatusCode.INVALID_ARGUMENT),
        ("", grpc.StatusCode.UNAUTHENTICATED),
    ],
)
async def test_an_event(
    channel: grpc.aio.Channel, token: str, code: grpc.StatusCode
) -> None:
    """Likewise from whoever says that it is a worker."""
    deliver: _Calls = channel.unary_unary(DELIVER)
    with pytest.raises(grpc.aio.AioRpcError) as said:
        await deliver(NOISE, metadata=((TOKEN, token),))
    assert said.value.code() is code
