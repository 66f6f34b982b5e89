"""A sink of kind kafka for tests, and a broker that names whatever a test gives."""

import asyncio
from collections.abc import Sequence
from typing import TypeAlias

from bus.adapters.http.guard import Guard
from bus.adapters.http.places import GuardedPlaces
from bus.adapters.kafka.sink import KafkaSink
from tests.contract.sinks.worlds import LOOPBACK
from tests.support.relay import Speak

Named: TypeAlias = tuple[bytes, int]
_METADATA, _VERSIONS, _NUMBER = 3, 18, 22
_KNOWN = ((0, 0, 7), (_METADATA, 0, 1), (_VERSIONS, 0, 3), (_NUMBER, 0, 1))


def naming(brokers: Sequence[Named], topic: bytes = b"orders") -> Speak:
    """It says that these are the cluster's brokers, the first one the leader."""

    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := await reader.read(4):
            asked = await reader.readexactly(int.from_bytes(head))
            key, number = int.from_bytes(asked[:2]), asked[4:8]
            if key == _VERSIONS:
                answer = _versions()
            elif key == _METADATA:
                answer = _metadata(brokers, topic)
            else:
                continue
            writer.write(_int(len(answer) + 4) + number + answer)
        writer.close()

    return speak


def _versions() -> bytes:
    known = b"".join(b"".join(map(_short, one)) + b"\0" for one in _KNOWN)
    return _short(0) + bytes([len(_KNOWN) + 1]) + known + _int(0) + b"\0"


def _metadata(brokers: Sequence[Named], topic: bytes) -> bytes:
    named = b"".join(
        _int(number) + _text(host) + _int(port) + _short(-1)
        for number, (host, port) in enumerate(brokers)
    )
    one = _int(1) + _int(0)
    partition = _short(0) + _int(0) + _int(0) + one + one
    told = _short(0) + _text(topic) + b"\0" + _int(1) + partition
    return _int(len(brokers)) + named + _int(0) + _int(1) + told


def _short(value: int) -> bytes:
    return value.to_bytes(2, signed=True)


def _int(value: int) -> bytes:
    return value.to_bytes(4, signed=True)


def _text(value: bytes) -> bytes:
    return _short(len(value)) + value


def kafka_sink() -> KafkaSink:
    """One that may connect to loopback."""
    return KafkaSink(GuardedPlaces(Guard(allow=LOOPBACK), "kafka"))
