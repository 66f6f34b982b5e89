"""UNAVAILABLE is the server's where a server said it, whatever its words are."""

import asyncio
import struct

import grpc
import pytest
from google.protobuf.any_pb2 import Any
from google.protobuf.duration_pb2 import Duration
from google.rpc.error_details_pb2 import RetryInfo
from google.rpc.status_pb2 import Status as RpcStatus

from bus.adapters.grpc.sink import GrpcSink
from bus.adapters.http.guard import Guard
from bus.adapters.http.places import GuardedPlaces
from bus.delivery.delivery import Failed, Outcome
from bus.ports import NoAnswerKind
from tests.contract.sinks.parcels import parcel
from tests.contract.sinks.worlds import LOOPBACK, nobody, nobody_reached
from tests.support.grpc_receiver import GrpcReceiver, Hang, Status
from tests.support.relay import Relay, stranger

_LIBRARY = "failed to connect to all addresses; last error: UNKNOWN: ipv4:{}: {}"
WORDS = [
    "payment endpoint is down",
    "db transport error",
    "certificate store endpoint reloads",
    "connection refused by the pool",
    "Error received from peer",
    "upstream connect error or disconnect/reset before headers",
    "the store said: Socket closed",
    "Socket closed, says the store",
    # What a server's own gRPC library said of the servers behind it.
    _LIBRARY.format("10.0.0.9:50051", "Failed to connect to remote host"),
    _LIBRARY.format("127.0.0.1:1", "Tls handshake failed"),
    _LIBRARY.format("nonsense:1", "Timeout occurred"),
    "",
]


def _retry_info() -> bytes:
    packed = Any()
    packed.Pack(RetryInfo(retry_delay=Duration(seconds=3)))
    return RpcStatus(code=14, details=[packed]).SerializeToString()


async def said(sink: GrpcSink, status: Status) -> Outcome:
    """What becomes of a status that a server ends a call with."""
    async with GrpcReceiver(status) as receiver:
        return await sink.send(parcel(f"grpc://127.0.0.1:{receiver.port}"))


@pytest.mark.parametrize("words", WORDS)
async def test_words_of_a_server(sink: GrpcSink, words: str) -> None:
    """They are told, and it failed."""
    outcome = await said(sink, Status(grpc.StatusCode.UNAVAILABLE, words))

    assert outcome == Failed(503, None, f"UNAVAILABLE {words}".strip())


@pytest.mark.parametrize("words", [*WORDS, "Socket closed", "Stream removed"])
async def test_its_wish_is_heeded(sink: GrpcSink, words: str) -> None:
    """With trailers it is a server's, even in the very words of the library."""
    trailers = (("grpc-status-details-bin", _retry_info()),)
    outcome = await said(sink, Status(grpc.StatusCode.UNAVAILABLE, words, trailers))

    assert outcome == Failed(503, 3.0, f"UNAVAILABLE {words}".strip())


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]"])
async def test_nobody_there(host: str) -> None:
    """A closed port has not answered, by either family of addresses."""
    guard = Guard(allow=[*LOOPBACK, "::1/128"])
    sink = GrpcSink(GuardedPlaces(guard, "grpc"))
    outcome = await sink.send(parcel(f"grpc://{host}:{await nobody()}"))
    await sink.close()

    assert nobody_reached(outcome) == NoAnswerKind.CONNECT


@pytest.mark.parametrize("begins", [True, False])
async def test_hung_up(sink: GrpcSink, *, begins: bool) -> None:
    """Who hangs up in the middle has not, whether or not an answer had begun."""
    async with GrpcReceiver() as receiver, Relay(receiver.port) as relay:
        receiver.then(Hang(begins=begins))
        url = f"grpc://127.0.0.1:{relay.port}"
        waiting = asyncio.create_task(sink.send(parcel(url)))
        await receiver.asked()

        relay.cut()

        assert nobody_reached(await waiting) == NoAnswerKind.RESET


async def _http_503(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(10)
    writer.write(b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n")
    writer.close()


async def test_a_proxy_of_http1(sink: GrpcSink) -> None:
    """It speaks no gRPC; nor TLS, where that was asked for."""
    async with stranger(_http_503) as port:
        plain = await sink.send(parcel(f"grpc://127.0.0.1:{port}"))
        secure = await sink.send(parcel(f"grpcs://shop.example:{port}"))

    assert nobody_reached(plain) == NoAnswerKind.PROTOCOL
    assert nobody_reached(secure) == NoAnswerKind.TLS


def _frame(kind: int, flags: int, stream: int, payload: bytes = b"") -> bytes:
    size = len(payload).to_bytes(3, "big")
    return size + bytes((kind, flags)) + stream.to_bytes(4, "big") + payload


def _fields(**fields: str) -> bytes:
    """Headers of HTTP/2, as literals that no table remembers."""
    pairs = [
        (name.replace("__", ":").encode(), v.encode()) for name, v in fields.items()
    ]
    return b"".join(
        b"\0" + bytes((len(name),)) + name + bytes((len(value),)) + value
        for name, value in pairs
    )


_SETTINGS, _HEADERS, _RESET, _DATA = 4, 1, 3, 0
_END = 1
_ENDS_ALL = 5  # of the headers and of the stream


async def answered(sink: GrpcSink, frame: bytes) -> Outcome:
    """What becomes of a call that a server of HTTP/2 ends with this frame."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(24)  # the preface
        writer.write(_frame(_SETTINGS, 0, 0))
        kind, flags = _SETTINGS, 0
        while not (kind == _DATA and flags & _END):
            head = await reader.readexactly(9)
            kind, flags = head[3], head[4]
            await reader.readexactly(int.from_bytes(head[:3], "big"))
            if kind == _SETTINGS and not flags & _END:
                writer.write(_frame(_SETTINGS, _END, 0))
        writer.write(frame)
        await reader.read()
        writer.close()

    async with stranger(serve) as port:
        return await sink.send(parcel(f"grpc://127.0.0.1:{port}"))


async def test_a_proxy_of_http2(sink: GrpcSink) -> None:
    """Its 503 is an answer."""
    fields = _fields(__status="503", server="envoy")
    outcome = await answered(sink, _frame(_HEADERS, _ENDS_ALL, 1, fields))

    assert isinstance(outcome, Failed)
    assert outcome.status == 503
    assert "503" in outcome.detail


async def test_a_call_taken_back(sink: GrpcSink) -> None:
    """A stream that is reset has none."""
    refused_stream = struct.pack(">I", 7)
    outcome = await answered(sink, _frame(_RESET, 0, 1, refused_stream))

    assert nobody_reached(outcome) == NoAnswerKind.RESET
