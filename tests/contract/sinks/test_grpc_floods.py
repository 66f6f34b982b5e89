"""A server of gRPC whose headers never end is hung up on."""

import asyncio
import struct

from bus.adapters.grpc.sink import GrpcSink
from bus.delivery.delivery import Unreachable
from bus.ports import NoAnswerKind
from tests.contract.sinks.parcels import parcel
from tests.support.pace import patience
from tests.support.relay import stranger

_SETTINGS, _ACK = b"\0\0\0\x04\0\0\0\0\0", b"\0\0\0\x04\x01\0\0\0\0"
_PREFACE_BYTES, _HEAD_BYTES = 24, 9
_DATA, _HEADERS, _CONTINUATION = 0, 1, 9
_STATUS = b"\x88"  # of 200, by its number in HPACK's table
_FIELD = b"\0\x01x\x7f\x81\x7c" + b"y" * 16_000


def _frame(kind: int, stream: int, payload: bytes) -> bytes:
    head = struct.pack(">I", len(payload))[1:] + bytes([kind, 0])
    return head + struct.pack(">I", stream) + payload


async def _called(reader: asyncio.StreamReader) -> int:
    """The stream of the first call that is complete."""
    await reader.readexactly(_PREFACE_BYTES)
    while True:
        head = await reader.readexactly(_HEAD_BYTES)
        await reader.readexactly(int.from_bytes(head[:3]))
        if head[3] == _DATA and head[4] & 1:
            return int.from_bytes(head[5:])


async def test_headers_without_end(sink: GrpcSink) -> None:
    """The call is ended, and then the connection, too."""
    hung_up = asyncio.Event()

    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(_SETTINGS + _ACK)
        stream = await _called(reader)
        writer.write(_frame(_HEADERS, stream, _STATUS))
        try:
            while True:
                writer.write(_frame(_CONTINUATION, stream, _FIELD))
                await writer.drain()
        except OSError:
            hung_up.set()

    async with stranger(speak) as port:
        url = f"grpc://127.0.0.1:{port}"
        outcome = await sink.send(parcel(url, timeout_s=patience(10)))

        assert isinstance(outcome, Unreachable)
        assert outcome.kind == NoAnswerKind.PROTOCOL
        async with asyncio.timeout(patience(10)):
            await hung_up.wait()
