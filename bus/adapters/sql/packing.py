"""Values as columns hold them, small, and back."""

import re
from hashlib import blake2b
from uuid import UUID

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
_HEX = re.compile(r"[0-9a-f]{32}", re.ASCII)
_TRACEPARENT = re.compile(
    r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}", re.ASCII
)
_UUID_BYTES, _HEX_BYTES, _TRACE_BYTES = 16, 17, 26
_TEXT = b"\0"


def key_of(text: str) -> int:
    """Return what a text is looked up by: 8 bytes of its hash, 0 for the empty one."""
    if not text:
        return 0
    digest = blake2b(text.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


def order_key(order_id: str, event_id: str) -> int:
    """What the events and attempts of an order are looked up by.

    Those without an order are looked up one by one, not all together.
    """
    return key_of(order_id or event_id)


def digest_of(text: str) -> bytes:
    """Return what a name is told by, whatever its length."""
    return blake2b(text.encode(), digest_size=16).digest()


def packed_id(event_id: str) -> bytes:
    """Return an event's id: 16 or 17 bytes for what our own ids look like."""
    if len(event_id) == 36 and _UUID.fullmatch(event_id):  # noqa: PLR2004 - a UUID
        return bytes.fromhex(event_id.replace("-", ""))
    if len(event_id) == 32 and _HEX.fullmatch(event_id):  # noqa: PLR2004 - 128 bits
        return bytes.fromhex(event_id) + _TEXT
    # Longer than the two forms above, whatever the text.
    return _TEXT + event_id.encode().ljust(_HEX_BYTES, b"\0")


def unpacked_id(packed: bytes) -> str:
    """Return the id."""
    if len(packed) == _UUID_BYTES:
        return str(UUID(bytes=packed))
    if len(packed) == _HEX_BYTES:
        return packed[:_UUID_BYTES].hex()
    return packed[1:].rstrip(b"\0").decode()


def packed_trace(traceparent: str) -> bytes:
    """Return a trace context: 26 bytes for one that is well formed."""
    if _TRACEPARENT.fullmatch(traceparent):
        return bytes.fromhex(traceparent.replace("-", ""))
    if not traceparent:
        return b""
    return _TEXT + traceparent.encode().ljust(_TRACE_BYTES, b"\0")


def unpacked_trace(packed: bytes) -> str:
    """Return the trace context as it came."""
    if len(packed) != _TRACE_BYTES:
        return packed[1:].rstrip(b"\0").decode()
    text = packed.hex()
    return f"{text[:2]}-{text[2:34]}-{text[34:50]}-{text[50:]}"
