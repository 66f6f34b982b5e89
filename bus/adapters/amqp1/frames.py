"""AMQP 1.0's frames as bytes (parts 2 and 5: transport, security)."""

import struct
from collections.abc import Iterator

from bus.adapters.amqp1.codec import (
    FALSE,
    NULL,
    TRUE,
    binary,
    boolean,
    composite,
    string,
    symbol,
    ubyte,
    uint,
    ushort,
)

PLAIN_FRAME, SASL_FRAME = 0, 1
HEAD_BYTES = 8
SMALLEST = 512
"""Every peer takes frames of so many bytes."""
_SOURCE, _TARGET = 0x28, 0x29


def frame(body: bytes, payload: bytes = b"", kind: int = PLAIN_FRAME) -> bytes:
    """A frame of channel 0. Without a body it is a heartbeat."""
    size = HEAD_BYTES + len(body) + len(payload)
    return struct.pack(">IBBH", size, 2, kind, 0) + body + payload


def sasl_init(mechanism: str, response: bytes, host: str) -> bytes:
    """Sign in."""
    return composite(0x41, symbol(mechanism), binary(response), string(host))


def open_(container: str, host: str, most: int, idle_ms: int) -> bytes:
    """Open a connection of one channel."""
    return composite(
        0x10, string(container), string(host), uint(most), ushort(0), uint(idle_ms)
    )


def begin(window: int) -> bytes:
    """Begin a session that takes so many transfers, and has one link."""
    return composite(0x11, NULL, uint(0), uint(window), uint(window), uint(0))


def attach(name: str, address: str, *, receiver: bool) -> bytes:
    """Attach a link, of handle 0, to an address; messages are settled once accepted."""
    far = composite(_SOURCE if receiver else _TARGET, string(address))
    near = composite(_TARGET if receiver else _SOURCE, string(name))
    ends = (far, near) if receiver else (near, far)
    modes = ubyte(0), ubyte(0)
    count = NULL if receiver else uint(0)
    return composite(
        *(0x12, string(name), uint(0), boolean(receiver), *modes),
        *(*ends, NULL, NULL, count),
    )


def flow(
    incoming: int, window: int, outgoing: int, *, count: int | None, credit: int
) -> bytes:
    """Say how much is taken, and how far it is; `count` is the link's."""
    told = NULL if count is None else uint(count)
    return composite(
        *(0x13, uint(incoming), uint(window), uint(outgoing), uint(window)),
        *(uint(0), told, uint(credit)),
    )


def transfers(number: int, message: bytes, most: int) -> Iterator[tuple[bytes, bytes]]:
    """A message as frames of at most so many bytes: what each says, and its piece."""
    tag = binary(struct.pack(">Q", number))
    first = (uint(0), uint(number), tag, uint(0), FALSE)
    rest = (uint(0), NULL, NULL, NULL, FALSE)
    at, said = 0, first
    while True:
        room = most - HEAD_BYTES - len(composite(0x14, *said, TRUE))
        more = len(message) - at > room
        yield composite(0x14, *said, boolean(more)), message[at : at + room]
        at, said = at + room, rest
        if not more:
            return


def disposition(number: int, *, receiver: bool, state: int | None = None) -> bytes:
    """Settle a message; a receiver says with which outcome."""
    said = NULL if state is None else composite(state)
    role = boolean(receiver)
    return composite(0x15, role, uint(number), uint(number), TRUE, said)


def close() -> bytes:
    """End a connection and all that is on it."""
    return composite(0x18)
