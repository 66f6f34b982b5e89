"""Asks a broker which brokers it sees: the one sure sign that it is ready.

A broker lists itself only once the controller has unfenced it. This speaks just
enough of the Kafka protocol for that (Metadata v1, no topics), so that starting
a broker needs no client library.
"""

import asyncio
import contextlib
import struct

_METADATA = 3
_VERSION = 1
_MAX_ANSWER = 1 << 20


async def visible_brokers(
    host: str, port: int, timeout_s: float = 2.0
) -> frozenset[int]:
    """The node ids the broker at this address lists; empty if it does not answer."""
    try:
        async with asyncio.timeout(timeout_s):
            return _node_ids(await _ask(host, port))
    except (OSError, TimeoutError, asyncio.IncompleteReadError, struct.error):
        return frozenset()


async def _ask(host: str, port: int) -> bytes:
    reader, writer = await asyncio.open_connection(host, port)
    try:
        client = b"orderbus-probe"
        body = struct.pack(
            f">hhih{len(client)}s", _METADATA, _VERSION, 1, len(client), client
        )
        body += struct.pack(">i", 0)  # an empty list of topics: only the brokers
        writer.write(struct.pack(">i", len(body)) + body)
        (size,) = struct.unpack(">i", await reader.readexactly(4))
        return await reader.readexactly(max(0, min(size, _MAX_ANSWER)))
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


def _node_ids(answer: bytes) -> frozenset[int]:
    """Read correlation id, then (node id, host, port, rack) of each broker."""
    (count,) = struct.unpack_from(">i", answer, 4)
    at, found = 8, set()
    for _ in range(count):
        node_id, host_size = struct.unpack_from(">ih", answer, at)
        at += 6 + host_size + 4
        (rack_size,) = struct.unpack_from(">h", answer, at)
        at += 2 + max(rack_size, 0)
        found.add(node_id)
    return frozenset(found)
